"""A feed that moves an event: calendars are to follow."""

import pytest
from sqlmodel import Session

from newsletter.feeds import saving
from newsletter.feeds.drafting import Draft
from newsletter.feeds.entries import Entry
from newsletter.feeds.events import Event
from newsletter.models import Item, ItemType, Source
from subscribers.clock import utcnow

NOON = utcnow().replace(hour=12, minute=0, second=0, microsecond=0)


def saved(session: Session, source: Source, event: Event, title: str = "Fête") -> Item:
    """Save one entry of a feed as it reads now."""
    draft = Draft(ItemType.EVENT, "fr", {"fr": {"title": title}}, event=event)
    item, _ = saving.save(
        session,
        draft,
        entry=Entry(guid="g1", title=title),
        source_id=source.id or 0,
        asset=None,
        zone="Europe/Brussels",
    )
    return item


@pytest.mark.parametrize(
    ("later", "title", "sequence"),
    [
        (Event(NOON, place="Ici"), "Fête", 0),
        (Event(NOON, place="Ici"), "Grande fête", 0),
        (Event(NOON, place="Ailleurs"), "Fête", 1),
        (Event(NOON.replace(hour=13), place="Ici"), "Fête", 1),
        (Event(NOON, all_day=True), "Fête", 1),
    ],
)
def test_a_feed_that_moves_an_event_makes_a_new_revision(
    session: Session, later: Event, title: str, sequence: int
) -> None:
    source = Source(url="https://f.example/feed")
    session.add(source)
    session.flush()
    saved(session, source, Event(NOON, place="Ici"))

    item = saved(session, source, later, title)

    assert item.sequence == sequence
