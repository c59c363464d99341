"""Gaps settled at once, languages left out and taken in again."""

import pytest
from sqlmodel import Session

from newsletter import editions, issues
from newsletter.editions import CellState
from newsletter.errors import EditionNotFound, IssueNotEditable, WrongState
from newsletter.models import Issue, IssueState
from tests import factories

BY = "Léa"


@pytest.fixture
def issue(session: Session) -> Issue:
    """Three items: none in Dutch, one of them in English too."""
    made = [
        factories.make_item(session, texts={"fr": {}}),
        factories.make_item(session, texts={"fr": {}, "en": {}}),
        factories.make_item(session, texts={"fr": {}}),
    ]
    return factories.make_issue(session, items=made, languages=("fr", "nl", "en"))


def states(
    session: Session, issue: Issue, language: str
) -> list[tuple[str, str | None]]:
    rows = editions.coverage(session, issue).rows
    cells = [row.cell(language) for row in rows]
    return [(cell.state.value, cell.shows) for cell in cells]


def test_all_gaps_of_a_language_are_settled_at_once(
    session: Session, issue: Issue
) -> None:
    item_id = editions.coverage(session, issue).rows[0].item.id or 0
    editions.decide(session, issue, item_id=item_id, language="nl", show=None)

    change = editions.decide_language(session, issue, "nl", show="en", by=BY)

    shown = CellState.SHOWN.value
    assert states(session, issue, "nl") == [
        (CellState.LEFT_OUT.value, None),
        (shown, "en"),
        (shown, "fr"),  # there is no English
    ]
    assert change.many == 2
    issues.undo(session, issue, change)
    assert [state for state, _ in states(session, issue, "nl")] == [
        CellState.LEFT_OUT,
        CellState.MISSING,
        CellState.MISSING,
    ]


def test_gaps_can_be_left_out_at_once(session: Session, issue: Issue) -> None:
    editions.decide_language(session, issue, "en", show=None, by=BY)

    assert [state for state, _ in states(session, issue, "en")] == [
        CellState.LEFT_OUT,
        CellState.READY,
        CellState.LEFT_OUT,
    ]


def test_a_language_left_out_comes_back_with_its_words(
    session: Session, issue: Issue
) -> None:
    editions.write(session, issue, language="nl", subject="Onderwerp", intro="Dag")

    editions.leave_language_out(session, issue, "nl", by=BY)
    without = editions.coverage(session, issue).languages
    editions.take_language_in(session, issue, "nl", by=BY)

    edition = editions.get_edition(session, issue, "nl")
    assert without == ("fr", "en")
    assert (edition.subject, edition.intro, edition.ready) == ("Onderwerp", "Dag", True)
    assert editions.coverage(session, issue).languages == ("fr", "nl", "en")


def test_leaving_out_and_taking_in_can_be_undone(
    session: Session, issue: Issue
) -> None:
    left = editions.leave_language_out(session, issue, "nl", by=BY)
    issues.undo(session, issue, left)
    taken = editions.take_language_in(session, issue, "de", by=BY)
    issues.undo(session, issue, taken)

    assert editions.coverage(session, issue).languages == ("fr", "nl", "en")


def test_an_issue_keeps_one_language(session: Session) -> None:
    issue = factories.make_issue(session, languages=("fr",))

    with pytest.raises(WrongState):
        editions.leave_language_out(session, issue, "fr", by=BY)


def test_only_languages_of_the_list_are_taken_in(
    session: Session, issue: Issue
) -> None:
    with pytest.raises(EditionNotFound):
        editions.take_language_in(session, issue, "es", by=BY)


def test_nothing_is_settled_in_what_has_left(session: Session, issue: Issue) -> None:
    issue.state = IssueState.SENT

    with pytest.raises(IssueNotEditable):
        editions.decide_language(session, issue, "nl", show="fr", by=BY)
