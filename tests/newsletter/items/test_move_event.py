"""Events that move, and the number their calendar file carries."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from newsletter import items
from newsletter.errors import BadText
from newsletter.models import Item, ItemType
from tests import factories
from tests.conftest import Run

START = datetime(2026, 12, 12, 17, 0, tzinfo=UTC)


@pytest.fixture
def event(session: Session) -> Item:
    """An event of two hours."""
    return factories.make_item(
        session,
        type=ItemType.EVENT,
        starts_at=START,
        ends_at=START + timedelta(hours=2),
        place="Ici",
        timezone="Europe/Brussels",
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"starts_at": START + timedelta(hours=1)},
        {"ends_at": None},
        {"place": "Ailleurs"},
        {"all_day": True},
        {"reply_by_at": START - timedelta(days=1)},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_each_fact_that_moves_counts_once(
    session: Session, event: Item, facts: items.Occasion
) -> None:
    items.move(session, event, **facts)
    items.move(session, event, **facts)

    assert event.sequence == 1


def test_new_words_do_not_count(session: Session, event: Item) -> None:
    items.translate(session, event, language="fr", title="Un autre titre")

    assert event.sequence == 0


@pytest.mark.parametrize(
    "facts",
    [
        {"starts_at": START + timedelta(hours=3)},
        {"ends_at": START - timedelta(hours=1)},
        {"reply_by_at": START + timedelta(days=1)},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_an_event_that_cannot_be_is_refused(
    session: Session, event: Item, facts: items.Occasion
) -> None:
    with pytest.raises(BadText):
        items.move(session, event, **facts)


def test_what_is_no_event_does_not_move(session: Session) -> None:
    with pytest.raises(BadText, match="no event"):
        items.move(session, factories.make_item(session), place="Ici")


def test_the_command_reads_hours_where_the_event_is(run: Run) -> None:
    from newsletter import config, db

    settings = config.load()
    engine = db.make_engine(settings.database)
    with db.writing(engine) as session:
        item = factories.make_item(
            session,
            type=ItemType.EVENT,
            starts_at=START,
            ends_at=START,
            timezone="Europe/Brussels",
        )
    engine.dispose()

    moved = run(
        "items",
        "event",
        str(item.id),
        "--starts",
        "2026-12-19 18:00",
        "--ends",
        "",
        "--place",
        "Salle\nB",
    )

    assert moved.exit_code == 0, moved.output
    assert "2026-12-19 18:00:00+01:00: Salle B" in moved.stdout
