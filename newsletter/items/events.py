"""When and where an event is: changed by a person or a feed, and counted."""

from datetime import datetime
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter.errors import BadText
from newsletter.items import plain
from newsletter.models import Item, ItemType
from subscribers.clock import utcnow

_PLACE = 300  # characters


class Occasion(TypedDict, total=False):
    """What a calendar holds of an event; what is left out stays."""

    starts_at: datetime
    ends_at: datetime | None
    all_day: bool
    place: str
    reply_by_at: datetime | None


def occasion(item: Item) -> tuple[object, ...]:
    """Return the facts whose change makes a new revision (RFC 5545 §3.8.7.4)."""
    day_in = item.timezone if item.all_day else ""  # an hour is the same everywhere
    return (
        item.starts_at,
        item.ends_at,
        item.all_day,
        item.place,
        item.reply_by_at,
        day_in,
    )


def count_change(item: Item, before: tuple[object, ...]) -> None:
    """Count a revision if the facts differ from those `before`.

    Calendars that hold the event take a file only when its number is higher.
    """
    if item.id is not None and occasion(item) != before:
        item.sequence += 1


def move(session: Session, item: Item, **facts: Unpack[Occasion]) -> Item:
    """Change when or where an event is; also after it was announced in a letter.

    Pages and mail that have left say what they said: the calendar file is the one
    that follows. Raises BadText for what is no event, or ends before it begins.
    """
    if item.type is not ItemType.EVENT:
        raise BadText(
            "Item {item} is no event.",
            item=str(item.id),
        )
    before = occasion(item)
    for name, value in facts.items():
        setattr(item, name, value)
    item.place = plain.line(item.place, limit=_PLACE)
    _require_order(item)
    count_change(item, before)
    item.updated_at = utcnow()
    session.add(item)
    session.flush()
    return item


def _require_order(item: Item) -> None:
    if item.starts_at is None:
        raise BadText("Item {item} needs a beginning first.", item=str(item.id))
    if item.ends_at is not None and item.ends_at < item.starts_at:
        raise BadText("It would end before it begins.")
    zone = ZoneInfo(item.timezone or "UTC")
    day = item.starts_at.astimezone(zone).date()
    reply_by = item.reply_by_at
    if reply_by is not None and reply_by.astimezone(zone).date() > day:
        raise BadText("Replies would be due after it begins.")
