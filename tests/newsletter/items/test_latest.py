from datetime import UTC, datetime

from sqlmodel import Session

from newsletter import items
from newsletter.models import ItemState
from tests.factories import make_item


def test_the_newest_come_first_and_ties_by_number(session: Session) -> None:
    old = make_item(session, published_at=datetime(2026, 1, 1, tzinfo=UTC))
    twin = make_item(session, published_at=datetime(2026, 3, 1, tzinfo=UTC))
    new = make_item(session, published_at=datetime(2026, 3, 1, tzinfo=UTC))

    found = items.latest(session, 3)

    assert [item.id for item in found] == [twin.id, new.id, old.id]


def test_no_more_than_asked_for(session: Session) -> None:
    make_item(session)
    make_item(session)

    assert len(items.latest(session, 1)) == 1


def test_an_item_without_a_day_counts_from_when_it_came(session: Session) -> None:
    make_item(session, published_at=datetime(2020, 1, 1, tzinfo=UTC))
    undated = make_item(session, published_at=None)

    assert items.latest(session, 1)[0].id == undated.id


def test_items_set_aside_are_not_offered(session: Session) -> None:
    make_item(session, state=ItemState.ASIDE)

    assert items.latest(session, 5) == []


def test_texts_come_by_item_and_language(session: Session) -> None:
    item = make_item(session, texts={"fr": {"title": "Un"}, "nl": {"title": "Een"}})
    assert item.id is not None

    found = items.find_texts(session, [item.id, 99])

    assert {tag: text.title for tag, text in found[item.id].items()} == {
        "fr": "Un",
        "nl": "Een",
    }
    assert found[99] == {}
