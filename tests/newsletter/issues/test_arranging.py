"""Items moved, added, taken out; sections; and every change taken back."""

import threading

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db, editions, issues
from newsletter.errors import (
    BadSection,
    IssueChanged,
    IssueNotEditable,
    ItemNotFound,
    SectionNotFound,
)
from newsletter.issues import Spot
from newsletter.models import Issue, IssueState, ItemType
from tests import factories

BY = "Léa"
Order = dict[str, list[int]]


@pytest.fixture
def issue(session: Session) -> Issue:
    """A draft: 1 and 2 in News, 3 in Agenda, nothing in Documents."""
    issue = factories.make_issue(session)
    ids = [factories.make_item(session).id or 0 for _ in range(3)]
    sections = {"News": ids[:2], "Agenda": ids[2:], "Documents": []}
    issues.arrange(session, issue, items=[], sections=sections)
    return issue


def order(session: Session, issue: Issue) -> Order:
    """Return the items of each section, numbered as the fixture made them."""
    session.flush()
    groups = issues.groups_of(session, issue)
    first = min(place.item_id for row in groups.values() for place in row)
    return {
        name: [place.item_id - first + 1 for place in row]
        for name, row in groups.items()
        if name or row
    }


def item(session: Session, issue: Issue, number: int) -> int:
    ids = sorted(row.item.id or 0 for row in editions.coverage(session, issue).rows)
    return ids[number - 1]


@pytest.mark.parametrize(
    ("moved", "spot", "expected"),
    [
        (1, Spot("News", 1), {"News": [2, 1], "Agenda": [3], "Documents": []}),
        (1, Spot("Agenda", 0), {"News": [2], "Agenda": [1, 3], "Documents": []}),
        (1, Spot("Documents", 9), {"News": [2], "Agenda": [3], "Documents": [1]}),
        (3, Spot("", 0), {"": [3], "News": [1, 2], "Agenda": [], "Documents": []}),
    ],
)
def test_an_item_goes_where_it_is_put_and_back(
    session: Session, issue: Issue, moved: int, spot: Spot, expected: Order
) -> None:
    before = order(session, issue)

    change = issues.move(session, issue, item(session, issue, moved), to=spot, by=BY)
    after = order(session, issue)
    issues.undo(session, issue, change)

    assert after == expected
    assert order(session, issue) == before


@pytest.mark.parametrize(
    ("moved", "down", "expected"),
    [
        (1, True, {"News": [2, 1], "Agenda": [3], "Documents": []}),
        (2, True, {"News": [1], "Agenda": [2, 3], "Documents": []}),
        (3, False, {"News": [1, 2, 3], "Agenda": [], "Documents": []}),
        (1, False, {"": [1], "News": [2], "Agenda": [3], "Documents": []}),
    ],
)
def test_a_step_leads_on_into_the_section_beside(
    session: Session, issue: Issue, moved: int, down: bool, expected: Order
) -> None:
    issues.step(session, issue, item(session, issue, moved), down=down, by=BY)

    assert order(session, issue) == expected


def test_the_order_is_the_one_that_readers_get(session: Session, issue: Issue) -> None:
    last = item(session, issue, 3)

    issues.move(session, issue, last, to=Spot("News", 0), by=BY)

    rows = editions.coverage(session, issue).rows
    assert (rows[0].item.id, rows[0].section) == (last, "News")


def test_who_saw_an_older_order_changes_nothing(session: Session, issue: Issue) -> None:
    seen, moved = issue.arranged, item(session, issue, 1)
    issues.move(session, issue, moved, to=Spot("Agenda", 0), by="Jan", seen=seen)

    with pytest.raises(IssueChanged):
        issues.move(session, issue, moved, to=Spot("News", 1), by=BY, seen=seen)

    assert order(session, issue)["Agenda"] == [1, 3]


def test_of_two_who_move_at_once_one_is_told(engine: Engine) -> None:
    with db.writing(engine) as session:
        made = [factories.make_item(session) for _ in range(3)]
        issue = factories.make_issue(session, items=made)
        issue_id, ids, seen = issue.id or 0, [i.id or 0 for i in made], issue.arranged
    together, told = threading.Barrier(2), list[str]()

    def work(item_id: int) -> None:
        together.wait()
        try:
            with db.writing(engine) as session:
                issue = issues.get_issue(session, issue_id)
                to = Spot("", 0)
                issues.move(session, issue, item_id, to=to, by=BY, seen=seen)
        except IssueChanged:
            told.append("too late")
        else:
            told.append("moved")

    threads = [threading.Thread(target=work, args=(each,)) for each in ids[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading(engine) as session:
        issue = issues.get_issue(session, issue_id)
        found = [place.item_id for place in issues.groups_of(session, issue)[""]]
    assert sorted(told) == ["moved", "too late"]
    assert sorted(found) == ids
    assert found[0] in ids[1:]


def test_what_is_taken_out_comes_back_with_its_decisions(
    session: Session, issue: Issue
) -> None:
    first = item(session, issue, 1)
    editions.decide(session, issue, item_id=first, language="nl", show=None)

    change = issues.remove_item(session, issue, first, by=BY, subject="Un")
    without = order(session, issue)
    issues.undo(session, issue, change)

    row = editions.coverage(session, issue).rows[0]
    assert without["News"] == [1]  # the second is the first now
    assert row.item.id == first
    assert row.cell("nl").state is editions.CellState.LEFT_OUT


def test_each_kind_goes_where_it_usually_stands(session: Session, issue: Issue) -> None:
    event = factories.make_item(session, type=ItemType.EVENT)
    documents = factories.make_item(session, type=ItemType.DOCUMENTS)
    video = factories.make_item(session, type=ItemType.VIDEO)

    change = issues.add_items(
        session, issue, [event, documents, video], section=None, by=BY
    )

    assert order(session, issue) == {
        "News": [1, 2, 6],
        "Agenda": [3, 4],
        "Documents": [5],
    }
    assert change.many == 3


def test_what_is_in_it_already_is_not_added_again(
    session: Session, issue: Issue
) -> None:
    again = editions.coverage(session, issue).rows[0].item

    issues.add_items(session, issue, [again], section="Agenda", by=BY)

    assert order(session, issue)["News"] == [1, 2]


def test_sections_are_added_named_moved_and_removed(
    session: Session, issue: Issue
) -> None:
    issues.add_section(session, issue, " In   Kürze ", by=BY)
    issues.name_section(
        session, issue, "Agenda", names={"nl": "Kalender", "fr": " "}, by=BY
    )
    issues.move_section(session, issue, "Agenda", down=False, by=BY)
    change = issues.remove_section(session, issue, "News", by=BY)

    assert order(session, issue) == {
        "Agenda": [3, 1, 2],
        "Documents": [],
        "In Kürze": [],
    }
    assert issue.section_names == {"Agenda": {"nl": "Kalender"}}
    issues.undo(session, issue, change)
    assert list(order(session, issue)) == ["Agenda", "News", "Documents", "In Kürze"]


@pytest.mark.parametrize("name", ["", "  ", "agenda", "x" * 101, "a\x00b"])
def test_a_section_needs_a_name_of_its_own(
    session: Session, issue: Issue, name: str
) -> None:
    with pytest.raises(BadSection):
        issues.add_section(session, issue, name, by=BY)


def test_only_the_last_change_is_undone(session: Session, issue: Issue) -> None:
    moved = item(session, issue, 1)
    first = issues.move(session, issue, moved, to=Spot("News", 1), by=BY)
    second = issues.move(session, issue, moved, to=Spot("Agenda", 0), by="Jan")

    assert not issues.can_undo(issue, first)
    with pytest.raises(IssueChanged):
        issues.undo(session, issue, first)
    issues.undo(session, issue, second)
    with pytest.raises(IssueChanged, match="already"):
        issues.undo(session, issue, second)


def test_nothing_moves_in_what_has_left(session: Session, issue: Issue) -> None:
    moved = item(session, issue, 1)
    issue.state = IssueState.SENT

    with pytest.raises(IssueNotEditable):
        issues.move(session, issue, moved, to=Spot("News", 1), by=BY)


def test_what_is_not_there_cannot_be_moved_nor_be_a_place(
    session: Session, issue: Issue
) -> None:
    with pytest.raises(ItemNotFound):
        issues.move(session, issue, 999_999, to=Spot("News", 0), by=BY)
    with pytest.raises(SectionNotFound):
        issues.move(session, issue, item(session, issue, 1), to=Spot("x", 0), by=BY)
