"""What all languages of an item share, changed beside its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import items
from newsletter.errors import BadText
from newsletter.items import links, plain
from newsletter.models import Item, ItemType
from subscribers.clock import utcnow

_LONGEST = {"credit": 300, "attribution": 300, "author": 300}


@dataclass(frozen=True)
class Shared:
    """The facts of an item as a form shows them."""

    url: str
    author: str
    attribution: str
    credit: str
    pictured: bool
    is_event: bool
    starts: str  # as <input type="datetime-local"> has it
    ends: str
    place: str
    timezone: str


def of(item: Item | None) -> Shared | None:
    """Return what a form shows; None for the lines of an issue."""
    if item is None:
        return None
    return Shared(
        url=item.url,
        author=item.author,
        attribution=item.attribution,
        credit=item.credit,
        pictured=item.asset_id is not None,
        is_event=item.type is ItemType.EVENT,
        starts=_local(item, item.starts_at),
        ends=_local(item, item.ends_at),
        place=item.place,
        timezone=item.timezone or "UTC",
    )


def change(session: Session, item: Item, form: Mapping[str, str]) -> None:
    """Write the facts of a form; raises BadText for what cannot be so."""
    typed = form.get("url", item.url).strip()
    url = links.safe(typed)
    if typed and not url:
        raise BadText("The link is no address that readers can open.")
    item.url = url
    for name, limit in _LONGEST.items():
        if name in form:
            setattr(item, name, plain.line(form[name], limit=limit))
    item.updated_at = utcnow()
    session.add(item)
    if item.type is ItemType.EVENT and "starts" in form:
        starts = _moment(item, form["starts"]) or item.starts_at
        if starts is not None:
            items.move(
                session,
                item,
                starts_at=starts,
                ends_at=_moment(item, form.get("ends", "")),
                place=form.get("place", item.place),
            )
    session.flush()


def _local(item: Item, at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(item.timezone or "UTC"))
    return local.strftime("%Y-%m-%dT%H:%M")


def _moment(item: Item, typed: str) -> datetime | None:
    if not typed.strip():
        return None
    try:
        found = datetime.fromisoformat(typed.strip())
    except ValueError as error:
        raise BadText("The date is not readable.") from error
    local = found.replace(tzinfo=ZoneInfo(item.timezone or "UTC"))
    return local.astimezone(UTC)
