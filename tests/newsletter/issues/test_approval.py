"""What was approved is what leaves: approval, its withdrawal, and who decides."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from newsletter import db, editions, i18n, issues, items, jobs
from newsletter.config import Settings
from newsletter.errors import IssueChanged, IssueNotEditable, NotApproved
from newsletter.models import Edition, Issue, IssueState, Item, ItemText
from subscribers.clock import utcnow
from subscribers.models import MissingPolicy
from tests import factories

Change = Callable[[Session, Issue], Any]


def make(session: Session, **columns: Any) -> Issue:
    """Make a draft of a list that asks for approval, with two items."""
    mailing_list = factories.the_list(session)
    mailing_list.approval = True
    factories.make_subscriber(session)
    texts = {"fr": {"title": "Le pont"}, "nl": {"title": "De brug"}}
    return factories.make_issue(
        session,
        list=mailing_list,
        items=[factories.make_item(session, texts=texts), factories.make_item(session)],
        languages=["fr", "nl"],
        **columns,
    )


def in_two_days() -> datetime:
    return utcnow() + timedelta(days=2)


def test_without_approval_it_cannot_be_scheduled(session: Session) -> None:
    issue = make(session)

    with pytest.raises(NotApproved, match="waits for approval"):
        issues.schedule(session, issue, at=in_two_days(), now=utcnow())


def test_an_approved_issue_can_be_scheduled(session: Session) -> None:
    issue = make(session)

    issues.approve(session, issue, by="anne@example.org", now=utcnow())
    issues.schedule(session, issue, at=in_two_days(), now=utcnow())

    assert issue.state is IssueState.SCHEDULED
    assert issue.approved_by == "anne@example.org"
    assert issue.approved_at is not None


def test_a_list_without_the_rule_needs_none(session: Session) -> None:
    issue = make(session)
    factories.the_list(session).approval = False

    issues.schedule(session, issue, at=in_two_days(), now=utcnow())

    assert issue.state is IssueState.SCHEDULED


def test_approval_before_the_moment_schedules_for_it(session: Session) -> None:
    moment = in_two_days()
    issue = make(session, send_at=moment)

    issues.approve(session, issue, by="anne@example.org", now=utcnow())

    assert issue.state is IssueState.SCHEDULED
    assert issue.send_at == moment


def test_approval_after_the_moment_sends_nothing(session: Session) -> None:
    issue = make(session, send_at=utcnow() - timedelta(hours=1))

    issues.approve(session, issue, by="anne@example.org", now=utcnow())

    assert issue.state is IssueState.DRAFT


def test_what_changed_behind_a_page_is_not_approved(session: Session) -> None:
    issue = make(session)
    seen = issues.digest(session, issue)
    editions.write(session, issue, language="fr", subject="Autre chose")

    with pytest.raises(IssueChanged):
        issues.approve(session, issue, by="anne@example.org", now=utcnow(), seen=seen)

    assert not issues.is_approved(session, issue)


def test_what_has_left_cannot_be_approved(session: Session) -> None:
    issue = make(session, state=IssueState.SENT)

    with pytest.raises(IssueNotEditable):
        issues.approve(session, issue, by="anne@example.org", now=utcnow())


def _item(session: Session, issue: Issue) -> int:
    return editions.coverage(session, issue).rows[0].item.id or 0


def _turn(session: Session, issue: Issue) -> None:
    rows = editions.coverage(session, issue).rows
    issues.arrange(session, issue, items=[row.item.id or 0 for row in reversed(rows)])


def _sort(session: Session, issue: Issue) -> None:
    rows = editions.coverage(session, issue).rows
    issues.arrange(
        session, issue, items=[], sections={"News": [r.item.id or 0 for r in rows]}
    )


def _translate(session: Session, issue: Issue) -> None:
    item = session.get_one(Item, _item(session, issue))
    items.translate(session, item, language="nl", title="Een andere brug")


def _leave_out(session: Session, issue: Issue) -> None:
    item_id = editions.coverage(session, issue).rows[1].item.id or 0
    editions.decide(session, issue, item_id=item_id, language="nl", show=None)


def _move_event(session: Session, issue: Issue) -> None:
    session.get_one(Item, _item(session, issue)).starts_at = utcnow()


def _drop_language(session: Session, issue: Issue) -> None:
    ours = col(Edition.issue_id) == issue.id
    session.execute(delete(Edition).where(ours, col(Edition.language) == "nl"))


def _policy(_session: Session, issue: Issue) -> None:
    issue.missing = MissingPolicy.LEAVE_OUT


def _name(_session: Session, issue: Issue) -> None:
    issue.section_names = {"News": {"fr": "Du neuf"}}


CHANGES: dict[str, Change] = {
    "subject": lambda s, i: editions.write(s, i, language="nl", subject="Anders"),
    "intro": lambda s, i: editions.write(s, i, language="fr", intro="Bonjour."),
    "order": _turn,
    "section": _sort,
    "section name": _name,
    "an item less": lambda s, i: issues.arrange(s, i, items=[_item(s, i)]),
    "translation": _translate,
    "decision": _leave_out,
    "policy": _policy,
    "event": _move_event,
    "language less": _drop_language,
    "language more": lambda s, i: issues.add_language(s, i, "de"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_withdraws_the_approval(session: Session, change: Change) -> None:
    issue = make(session, send_at=in_two_days())
    issues.approve(session, issue, by="anne@example.org", now=utcnow())

    change(session, issue)
    withdrawn = issues.recheck(session, issue, now=utcnow())

    assert withdrawn
    assert issue.state is IssueState.DRAFT
    assert (issue.approved_by, issue.approved_at, issue.approved_hash) == ("", None, "")
    assert issue.send_at is not None  # for the next approval


def _ready(session: Session, _issue: Issue) -> None:
    for text in session.exec(select(ItemText)):
        text.ready = not text.ready


def _foreign(session: Session, issue: Issue) -> None:
    item = session.get_one(Item, _item(session, issue))
    items.translate(session, item, language="de", title="Die Brücke")


NO_CHANGES: dict[str, Change] = {
    "nothing": lambda _s, _i: None,
    "the same subject": lambda s, i: editions.write(
        s, i, language="fr", subject=_subject(s, i)
    ),
    "the same order": lambda s, i: issues.arrange(
        s, i, items=[r.item.id or 0 for r in editions.coverage(s, i).rows]
    ),
    "a mark of translators": _ready,
    "a language it does not have": _foreign,
}


def _subject(session: Session, issue: Issue) -> str:
    return editions.editions_of(session, issue)[0].subject


@pytest.mark.parametrize("change", NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_readers_do_not_see_leaves_it_approved(
    session: Session, change: Change
) -> None:
    issue = make(session, send_at=in_two_days())
    issues.approve(session, issue, by="anne@example.org", now=utcnow())

    change(session, issue)

    assert not issues.recheck(session, issue, now=utcnow())
    assert issue.state is IssueState.SCHEDULED


def test_an_outdated_approval_does_not_let_it_be_scheduled(session: Session) -> None:
    issue = make(session)
    issues.approve(session, issue, by="anne@example.org", now=utcnow())
    _translate(session, issue)

    with pytest.raises(NotApproved, match="has changed"):
        issues.schedule(session, issue, at=in_two_days(), now=utcnow())


def due(engine: Engine, *, change: Change) -> int:
    """Approve an issue whose moment has just come, and change it behind the page."""
    with db.writing(engine) as session:
        issue = make(session, send_at=utcnow() + timedelta(minutes=1))
        issues.approve(session, issue, by="anne@example.org", now=utcnow())
        change(session, issue)
        issue.send_at = utcnow() - timedelta(seconds=1)
        return issue.id or 0


def load(engine: Engine, issue_id: int) -> Issue:
    with db.reading(engine) as session:
        return issues.get_issue(session, issue_id)


def test_an_approved_issue_starts(engine: Engine, settings: Settings) -> None:
    issue_id = due(engine, change=lambda _session, _issue: None)

    jobs.start_due_issues(engine, settings, holder="a")

    assert load(engine, issue_id).state is IssueState.SENDING


def test_a_change_in_the_last_second_keeps_it_at_home(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due(engine, change=_translate)

    started = jobs.start_due_issues(engine, settings, holder="a")

    found = load(engine, issue_id)
    assert started == []
    assert (found.state, found.send_at) == (IssueState.DRAFT, None)


def test_a_change_during_the_start_pauses_it(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due(engine, change=lambda _session, _issue: None)
    with db.writing(engine) as session:
        issues.take_due(session, holder="a", now=utcnow())
        _translate(session, issues.get_issue(session, issue_id))

    jobs.start_issue(engine, settings, issue_id, holder="a")

    found = load(engine, issue_id)
    assert found.state is IssueState.PAUSED
    said = i18n.retold(found.paused_because, "en")
    assert "has changed since it was approved" in said


def test_a_rule_that_comes_later_takes_scheduled_issues_back(session: Session) -> None:
    issue = make(session)
    factories.the_list(session).approval = False
    issues.schedule(session, issue, at=in_two_days(), now=utcnow())
    factories.the_list(session).approval = True

    withdrawn = issues.withdraw_unapproved(session, now=utcnow())

    assert withdrawn == [issue]
    assert issue.state is IssueState.DRAFT


def test_of_two_processes_one_withdraws(engine: Engine) -> None:
    due(engine, change=_translate)
    together, withdrawn = threading.Barrier(4), list[Issue]()

    def work() -> None:
        together.wait()
        with db.writing(engine) as session:
            withdrawn.extend(issues.withdraw_unapproved(session, now=utcnow()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(withdrawn) == 1


def test_a_discarded_draft_frees_its_number(session: Session) -> None:
    mailing_list = factories.the_list(session)
    plan = issues.composing.Plan("December")
    first = issues.create(session, mailing_list, plan)

    issues.discard(session, first)
    second = issues.create(session, mailing_list, plan)

    assert first.state is IssueState.CANCELLED
    assert second.number == first.number
    assert second.slug != first.slug
