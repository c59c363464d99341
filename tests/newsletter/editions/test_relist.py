"""An issue moves to another list, with what follows from a list."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, editions, issues, items
from newsletter.errors import IssueChanged, IssueNotEditable, NewsletterError
from newsletter.issues import changes
from newsletter.models import Change, Issue, IssueState, Series
from subscribers.clock import utcnow
from subscribers.models import MailingList
from tests import factories


def relist(session: Session, issue: Issue, to: MailingList) -> editions.Relisting:
    return editions.relist(session, issue, to, by="Anne", now=utcnow())


def languages(session: Session, issue: Issue) -> set[str]:
    return {edition.language for edition in editions.editions_of(session, issue)}


def test_it_takes_the_next_number_where_its_own_is_taken(session: Session) -> None:
    other = factories.make_list(session)
    factories.make_issue(session, list=other, number=7)
    factories.make_issue(session, list=other, number=9)
    first, second = (factories.make_issue(session, number=n) for n in (7, 8))

    relist(session, first, other)
    relist(session, second, other)

    assert (first.number, first.list_id) == (10, other.id)
    assert (second.number, second.list_id) == (8, other.id)


def test_its_address_stays_where_it_was_made_of_its_title(session: Session) -> None:
    other = factories.make_list(session, slug="presse")
    issue = factories.make_issue(session, title="Mai", slug="mai")
    wordless = factories.make_issue(session, title="五月", slug="newsletter")

    relist(session, issue, other)
    relist(session, wordless, other)

    assert (issue.slug, wordless.slug) == ("mai", "presse")


def test_it_keeps_the_clocks_of_its_list(session: Session) -> None:
    other = factories.make_list(session, timezone="Europe/Lisbon")
    issue = factories.make_issue(session)

    relist(session, issue, other)

    assert issue.timezone == "Europe/Lisbon"


def test_sections_that_hold_something_stay_before_those_of_the_new_list(
    session: Session,
) -> None:
    old = factories.make_list(
        session, sections=[{"name": "News"}, {"name": "Empty"}, {"name": "Both"}]
    )
    other = factories.make_list(
        session,
        sections=[{"name": "Press", "names": {"fr": "Presse"}}, {"name": "Both"}],
    )
    item = factories.make_item(session)
    issue = factories.make_issue(session, list=old, items=[item])
    named = {"News": [item.id or 0], "Empty": [], "Both": [], "Mine": []}
    issues.arrange(session, issue, items=[], sections=named)

    relist(session, issue, other)

    assert issue.sections == ["News", "Both", "Mine", "Press"]
    assert issue.section_names == {"Press": {"fr": "Presse"}}


def test_words_in_a_language_the_list_lacks_come_back_with_it(session: Session) -> None:
    old = factories.make_list(session, languages=["fr", "nl"])
    other = factories.make_list(session, languages=["fr", "en"])
    issue = factories.make_issue(session, list=old, languages=["fr", "nl"])
    dutch = editions.get_edition(session, issue, "nl").subject

    gone = relist(session, issue, other)
    there = languages(session, issue)
    back = relist(session, issue, old)

    assert (gone.gains, gone.loses) == (("en",), ("nl",))
    assert there == {"fr", "en"}
    assert (back.gains, back.loses) == (("nl",), ("en",))
    assert editions.get_edition(session, issue, "nl").subject == dutch


def test_a_language_that_was_left_out_stays_out(session: Session) -> None:
    old = factories.make_list(session, languages=["fr", "nl"])
    other = factories.make_list(session, languages=["fr", "nl"])
    issue = factories.make_issue(session, list=old, languages=["fr"])

    relist(session, issue, other)

    assert languages(session, issue) == {"fr"}


def test_an_issue_always_goes_out_in_some_language(session: Session) -> None:
    old = factories.make_list(session, languages=["fr", "nl"])
    other = factories.make_list(session, languages=["nl"])
    issue = factories.make_issue(session, list=old, languages=["fr"])

    relist(session, issue, other)

    assert languages(session, issue) == {"nl"}


def test_an_item_keeps_its_words_in_every_language(session: Session) -> None:
    other = factories.make_list(session, languages=["fr"])
    texts = {"fr": {"title": "Le pont"}, "nl": {"title": "De brug"}}
    item = factories.make_item(session, texts=texts)
    issue = factories.make_issue(session, items=[item], languages=["fr", "nl"])

    relist(session, issue, other)

    (row,) = editions.coverage(session, issue).rows
    assert [cell.language for cell in row.cells] == ["fr"]
    kept = items.find_texts(session, [item.id or 0])[item.id or 0]
    assert {tag: text.title for tag, text in kept.items()} == {
        "fr": "Le pont",
        "nl": "De brug",
    }


def test_what_was_planned_and_overruled_counts_no_more(session: Session) -> None:
    other, at = factories.make_list(session), utcnow() + timedelta(days=2)
    issue = factories.make_issue(
        session,
        state=IssueState.SCHEDULED,
        send_at=at,
        override="The domain is ours",
        override_by="Anne",
        overridden=["sender.domain"],
        tolerated=["bounces"],
    )

    move = relist(session, issue, other)

    assert move.unscheduled
    assert (issue.state, issue.send_at) == (IssueState.DRAFT, at)
    assert (issue.override, issue.override_by) == ("", "")
    assert (issue.overridden, issue.tolerated) == ([], [])


def test_a_moment_that_has_passed_is_forgotten(session: Session) -> None:
    other, past = factories.make_list(session), utcnow() - timedelta(minutes=1)
    issue = factories.make_issue(session, send_at=past)

    relist(session, issue, other)

    assert issue.send_at is None


def test_an_approval_for_one_list_counts_for_no_other(session: Session) -> None:
    old = factories.make_list(session, approval=True)
    other = factories.make_list(session, approval=True)
    issue = factories.make_issue(session, list=old)
    issues.approve(session, issue, by="anne@example.org", now=utcnow())

    relist(session, issue, other)
    moved = issues.is_approved(session, issue)
    relist(session, issue, old)

    assert not moved
    # Nor does it come back with the list: whoever approved it saw another issue.
    assert not issues.is_approved(session, issue)
    assert issues.waits_for_approval(session, issue)


def test_it_leaves_the_rhythm_of_its_list(session: Session) -> None:
    old, other = factories.the_list(session), factories.make_list(session)
    series = Series(
        list_id=old.id or 0,
        titles={"": "{month}"},
        rule="first Tuesday 10:00",
        timezone="Europe/Brussels",
        ahead=48,
        at_least=3,
    )
    session.add(series)
    session.flush()
    issue = factories.make_issue(session, series_id=series.id)

    relist(session, issue, other)

    assert issue.series_id is None


def test_no_change_of_before_can_be_undone(session: Session) -> None:
    old = factories.make_list(session, languages=["fr", "nl"])
    other = factories.make_list(session, languages=["fr"])
    issue = factories.make_issue(session, list=old, languages=["fr", "nl"])

    relist(session, issue, other)

    kept = session.exec(select(Change).where(Change.issue_id == issue.id)).all()
    assert [change.subject for change in kept] == ["nl"]
    assert not issues.can_undo(issue, kept[0])
    with pytest.raises(IssueChanged):
        changes.undo(session, issue, kept[0])


@pytest.mark.parametrize("state", sorted(set(IssueState) - set(issues.EDITABLE)))
def test_what_has_left_stays_on_its_list(session: Session, state: IssueState) -> None:
    other = factories.make_list(session)
    issue = factories.make_issue(session, state=state)

    with pytest.raises(IssueNotEditable):
        relist(session, issue, other)

    assert issue.list_id == factories.the_list(session).id


def test_of_two_who_move_it_at_once_one_does(engine: Engine) -> None:
    with db.writing(engine) as session:
        issue_id = factories.make_issue(session).id
        targets = [factories.make_list(session).id for _ in range(2)]
    ready, outcomes = threading.Barrier(2, timeout=10), list[str]()

    def move(list_id: int | None) -> None:
        try:
            with db.reading(engine) as session:
                # What a page had read before either of them pressed the button.
                seen = session.get_one(Issue, issue_id)
            ready.wait()
            with db.writing(engine) as session:
                issue = session.merge(seen, load=False)
                relist(session, issue, session.get_one(MailingList, list_id))
            outcomes.append("moved")
        except NewsletterError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=move, args=(each,)) for each in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["IssueChanged", "moved"]
