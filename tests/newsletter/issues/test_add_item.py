"""News goes into the next issue: at the end of the section where its kind belongs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db, issues
from newsletter.errors import IssueNotEditable
from newsletter.models import Issue, IssueItem, IssueState, ItemState, ItemType
from tests import factories


def _places(session: Session, issue: Issue) -> list[tuple[str, int]]:
    rows = session.exec(
        select(IssueItem)
        .where(IssueItem.issue_id == issue.id)
        .order_by(col(IssueItem.position))
    ).all()
    assert len({row.position for row in rows}) == len(rows)
    return [(row.section, row.item_id) for row in rows]


def test_each_kind_of_news_finds_its_section(session: Session) -> None:
    mailing_list = factories.the_list(session)
    mailing_list.sections = [
        {"name": name, "names": {}}
        for name in ("À la une", "News", "Agenda", "Documents")
    ]
    issue = issues.next_draft(session, mailing_list)
    kinds = (
        ItemType.DOCUMENTS,
        ItemType.STORY,
        ItemType.EVENT,
        ItemType.STORY,
        ItemType.VIDEO,
    )
    ids = []
    for kind in kinds:
        item = factories.make_item(session, type=kind, state=ItemState.INBOX)
        assert issues.add_item(session, issue, item)
        ids.append(item.id)

    document, lead, event, story, video = ids
    assert _places(session, issue) == [
        ("À la une", lead),
        ("News", story),
        ("News", video),
        ("Agenda", event),
        ("Documents", document),
    ]


def test_an_issue_without_sections_keeps_the_order(session: Session) -> None:
    issue = factories.make_issue(session)
    event = factories.make_item(session, type=ItemType.EVENT)
    story = factories.make_item(session)

    issues.add_item(session, issue, event)
    issues.add_item(session, issue, story)

    assert _places(session, issue) == [("", event.id), ("", story.id)]


def test_adding_twice_or_at_the_same_time_adds_once(engine: Engine) -> None:
    with db.writing(engine) as session:
        issue = factories.make_issue(session)
        item = factories.make_item(session)

    def add(_: int) -> bool:
        with db.writing(engine) as session:
            return issues.add_item(
                session,
                session.get_one(Issue, issue.id),
                session.merge(item),
            )

    with ThreadPoolExecutor(2) as workers:
        assert sorted(workers.map(add, range(2))) == [False, True]


def test_an_item_is_taken_out_again_and_an_issue_that_left_stays(
    session: Session,
) -> None:
    item = factories.make_item(session)
    issue = factories.make_issue(session, items=[item])

    assert issues.remove_item(session, issue, item)
    assert not issues.remove_item(session, issue, item)

    issue.state = IssueState.SENT
    with pytest.raises(IssueNotEditable):
        issues.add_item(session, issue, item)


def test_the_next_draft_is_begun_once(session: Session) -> None:
    mailing_list = factories.the_list(session)

    first = issues.next_draft(session, mailing_list)

    assert issues.next_draft(session, mailing_list).id == first.id
    assert issues.open_draft(session, mailing_list) == first
