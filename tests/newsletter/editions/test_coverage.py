from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from newsletter import db, editions, items
from newsletter.editions import CellState
from newsletter.editions.lines import lines_hash
from newsletter.errors import EditionNotFound, IssueNotEditable, ItemNotFound
from newsletter.models import Issue, IssueState, Item
from subscribers.models import MissingPolicy
from tests import factories


def an_issue(
    session: Session, *texts: dict[str, dict[str, Any]], **columns: Any
) -> Issue:
    made = [factories.make_item(session, texts=words) for words in texts]
    return factories.make_issue(session, items=made, **columns)


def cell(session: Session, issue: Issue, language: str) -> tuple[CellState, str | None]:
    found = editions.coverage(session, issue).rows[0].cell(language)
    return found.state, found.shows


def item_of(session: Session, issue: Issue) -> Item:
    return editions.coverage(session, issue).rows[0].item


def decide(session: Session, issue: Issue, language: str, show: str | None) -> None:
    item_id = item_of(session, issue).id or 0
    editions.decide(session, issue, item_id=item_id, language=language, show=show)


def test_words_that_are_ready_go_out(session: Session) -> None:
    issue = an_issue(session, {"fr": {}})

    assert cell(session, issue, "fr") == (CellState.READY, "fr")


def test_words_that_nobody_marked_ready_are_a_draft(session: Session) -> None:
    issue = an_issue(session, {"fr": {"ready": False}})

    assert cell(session, issue, "fr") == (CellState.DRAFT, "fr")


def test_a_translation_older_than_its_source_says_so(session: Session) -> None:
    issue = an_issue(session, {"fr": {}})
    item = item_of(session, issue)
    items.translate(session, item, language="nl", title="Titel", ready=True)
    assert cell(session, issue, "nl")[0] is CellState.READY

    items.find_texts(session, [item.id or 0])[item.id or 0]["fr"].title = "Autre titre"

    assert cell(session, issue, "nl") == (CellState.SOURCE_CHANGED, "nl")


@pytest.mark.parametrize(
    ("policy", "shows"), [(MissingPolicy.SHOW, "fr"), (MissingPolicy.LEAVE_OUT, None)]
)
def test_a_gap_follows_the_policy(
    session: Session, policy: MissingPolicy, shows: str | None
) -> None:
    issue = an_issue(session, {"fr": {}}, missing=policy)

    assert cell(session, issue, "nl") == (CellState.MISSING, shows)


def test_a_decision_outranks_the_policy(session: Session) -> None:
    issue = an_issue(session, {"fr": {}, "en": {}}, missing=MissingPolicy.LEAVE_OUT)

    decide(session, issue, "nl", "en")

    assert cell(session, issue, "nl") == (CellState.SHOWN, "en")


def test_an_item_can_be_left_out_of_one_language(session: Session) -> None:
    issue = an_issue(session, {"fr": {}})

    decide(session, issue, "nl", None)

    assert cell(session, issue, "nl") == (CellState.LEFT_OUT, None)


def test_words_written_later_outrank_an_old_decision(session: Session) -> None:
    issue = an_issue(session, {"fr": {}})
    decide(session, issue, "nl", None)

    items.translate(
        session, item_of(session, issue), language="nl", title="Titel", ready=True
    )

    assert cell(session, issue, "nl") == (CellState.READY, "nl")


def test_settling_every_gap_leaves_none(session: Session) -> None:
    issue = an_issue(session, {"fr": {}}, {"nl": {}})

    settled = editions.decide_missing(session, issue, policy=MissingPolicy.SHOW)

    assert settled == 6
    assert editions.coverage(session, issue).gaps() == 0
    assert cell(session, issue, "de") == (CellState.SHOWN, "fr")


def test_a_regional_edition_takes_the_words_of_its_language(session: Session) -> None:
    issue = an_issue(session, {"fr": {}}, languages=["fr-BE"])

    assert cell(session, issue, "fr-BE") == (CellState.READY, "fr")


def test_deciding_about_an_item_that_is_not_in_the_issue_is_refused(
    session: Session,
) -> None:
    issue = an_issue(session, {"fr": {}})

    with pytest.raises(ItemNotFound):
        editions.decide(session, issue, item_id=0, language="nl", show="fr")


def test_deciding_for_a_language_without_edition_is_refused(session: Session) -> None:
    issue = an_issue(session, {"fr": {}})

    with pytest.raises(EditionNotFound, match="fr, nl, de, en"):
        decide(session, issue, "es", "fr")


def test_nothing_is_decided_about_an_issue_that_has_left(session: Session) -> None:
    issue = an_issue(session, {"fr": {}}, state=IssueState.SENDING)

    with pytest.raises(IssueNotEditable):
        decide(session, issue, "nl", "fr")


@pytest.mark.parametrize(
    ("wanted", "edition"),
    [
        ("fr", "fr"),
        ("fr-BE", "fr"),
        ("FR_be", "fr"),
        ("nl-NL", "nl-BE"),
        ("nl", "nl-BE"),
        ("es", None),
        (None, None),
        ("", None),
    ],
)
def test_a_reader_gets_the_exact_tag_then_the_same_base_language(
    wanted: str | None, edition: str | None
) -> None:
    assert editions.resolve_language(wanted, ["fr", "nl-BE", "en"]) == edition


@pytest.mark.parametrize(
    ("wanted", "second", "edition"),
    [
        ("fr-BE", "nl-BE", "fr"),
        ("es", "nl-BE", "nl-BE"),
        ("es", "nl", "nl-BE"),
        (None, "EN_gb", "en"),
        ("es", "pt", None),
        ("es", None, None),
    ],
)
def test_the_second_language_is_tried_after_the_first(
    wanted: str | None, second: str | None, edition: str | None
) -> None:
    offered = ["fr", "nl-BE", "en"]

    assert editions.resolve_language(wanted, offered, second=second) == edition


def test_a_list_says_what_stands_in_for_a_language(session: Session) -> None:
    factories.the_list(session).fallbacks = {"nl": ["de", "en"], "es": ["en"]}
    issue = an_issue(session, {"fr": {}, "en": {}}, languages=["fr", "nl-BE", "de"])

    assert cell(session, issue, "nl-BE") == (CellState.MISSING, "en")
    assert cell(session, issue, "de") == (CellState.MISSING, "fr")


def test_a_decision_goes_before_what_the_list_prefers(session: Session) -> None:
    factories.the_list(session).fallbacks = {"nl": ["en"]}
    issue = an_issue(session, {"fr": {}, "en": {}, "de": {}})

    decide(session, issue, "nl", "de")

    assert cell(session, issue, "nl") == (CellState.SHOWN, "de")


def lines(session: Session, issue: Issue) -> dict[str, CellState]:
    return {
        cell.language: cell.state for cell in editions.coverage(session, issue).lines
    }


def test_the_lines_of_an_issue_have_states_too(session: Session) -> None:
    issue = factories.make_issue(session, languages=["de", "nl", "fr"])
    by_language = {each.language: each for each in editions.editions_of(session, issue)}
    by_language["de"].subject = " "
    by_language["nl"].ready = False

    assert lines(session, issue) == {
        "fr": CellState.READY,
        "nl": CellState.DRAFT,
        "de": CellState.MISSING,
    }


def test_lines_follow_those_of_the_lists_first_language(session: Session) -> None:
    issue = factories.make_issue(session, languages=["nl", "fr"])
    by_language = {each.language: each for each in editions.editions_of(session, issue)}
    by_language["nl"].source_hash = lines_hash(by_language["fr"])
    before = lines(session, issue)["nl"]

    by_language["fr"].intro = "Chers amis"

    assert before is CellState.READY
    assert lines(session, issue)["nl"] is CellState.SOURCE_CHANGED


def test_gaps_are_what_waits_for_somebody(session: Session) -> None:
    issue = an_issue(
        session,
        {"fr": {}, "nl": {"ready": False}, "de": {}},
        languages=["fr", "nl", "en"],
    )
    editions.editions_of(session, issue)[2].subject = ""

    found = editions.coverage(session, issue)

    # Dutch is a draft, English has neither words nor a subject.
    assert found.gaps() == 3
    assert found.undecided() == 1
    assert (found.ready("fr"), found.ready("nl"), found.ready("en")) == (2, 1, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_however_many_items_as_many_queries(engine: Engine) -> None:
    asked: list[str] = []
    counts = []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    for many in (1, 9):
        with db.writing(engine) as session:
            words: list[dict[str, Any]] = [{"fr": {}, "nl": {}}] * many
            issue_id = an_issue(session, *words).id
        with db.reading(engine) as session:
            issue = session.get_one(Issue, issue_id)
            asked.clear()
            editions.coverage(session, issue)
            counts.append(len(asked))

    assert counts[0] == counts[1] <= 6
