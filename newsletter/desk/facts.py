"""What all languages of an item share, as somebody fills it in on its page."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import issues
from newsletter.errors import BadText, BadTime
from newsletter.items import Occasion, events, links, plain
from newsletter.models import Item, ItemType
from subscribers.clock import utcnow

_SECONDS = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})")
_TEXTS = ("author", "credit", "attribution", "place")
_DOCUMENTS = 30


class Wrong(BadText):
    """A field holds what cannot be used; `field` is its name."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} cannot be used.")
        self.field = field


def put(session: Session, item: Item, said: Mapping[str, str], *, zone: str) -> None:
    """Write down what a form says of an item; raises Wrong and changes nothing."""
    kind = said.get("type", item.type)
    if kind not in set(ItemType):
        raise Wrong("type")
    changed: dict[str, Any] = {
        "type": ItemType(kind),
        "url": _address("url", said),
        "video_url": _address("video_url", said),
        "video_seconds": seconds(said.get("duration", "")),
    }
    changed |= {
        name: plain.line(said.get(name, ""), limit=300)
        for name in _TEXTS
        if name in said
    }
    if "subtitles" in said:
        changed["subtitles"] = _tags(said["subtitles"])
    occasion = _occasion(said, item.timezone or zone)
    for name, value in changed.items():
        if name != "place":
            setattr(item, name, value)
    item.url_hash = links.fingerprint(item.url)
    item.updated_at = utcnow()
    _happen(session, item, occasion, changed.get("place", item.place), zone)


def _happen(
    session: Session, item: Item, occasion: Occasion, place: str, zone: str
) -> None:
    item.timezone = item.timezone or zone
    if item.type is ItemType.EVENT and occasion.get("starts_at"):
        occasion["place"] = place
        events.move(session, item, **occasion)
        return
    item.place = place
    session.add(item)
    session.flush()


def seconds(said: str) -> int | None:
    """Return how long 4:12 or 1:05:00 is; None for nothing."""
    said = said.strip()
    if not said:
        return None
    found = _SECONDS.fullmatch(said)
    if not found:
        raise Wrong("duration")
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return (hours * 60 + minutes) * 60 + rest


def add_document(
    session: Session, item: Item, *, url: str, title: str, language: str
) -> None:
    """Offer a document that lies on the web; raises Wrong."""
    address = links.safe(url.strip())
    named = plain.line(title, limit=300)
    if not links.bare(address):
        raise Wrong("document")
    if not named:
        raise Wrong("document-title")
    ending = address.partition("?")[0].rpartition(".")[2]
    told = ending.upper() if 2 <= len(ending) <= 4 and ending.isalnum() else ""
    rows = [row for row in item.documents if row["url"] != address]
    rows.append({"url": address, "titles": {language: named}, "format": told})
    item.documents = rows[-_DOCUMENTS:]
    item.updated_at = utcnow()
    session.add(item)


def _address(field: str, said: Mapping[str, str]) -> str:
    given = said.get(field, "").strip()
    if given and "://" not in given:
        given = f"https://{given}"
    address = links.safe(given)
    if given and not links.bare(address):
        raise Wrong(field)
    return address


def _tags(said: str) -> list[str]:
    found = re.findall(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?", said)
    return list(dict.fromkeys(tag.lower() for tag in found))[:30]


def _occasion(said: Mapping[str, str], zone: str) -> Occasion:
    begins = _moment("starts", said, zone)
    if begins is None:
        return Occasion()
    ends = _moment("ends", said, zone, day=said.get("starts_on", ""))
    if ends is not None and ends < begins:
        raise Wrong("ends_on")
    reply_by = _moment("reply", said, zone, at=time(23, 59))
    if reply_by is not None and reply_by.date() > begins.date():
        raise Wrong("reply_on")
    return Occasion(
        starts_at=begins,
        ends_at=ends,
        all_day=not said.get("starts_at", "").strip(),
        reply_by_at=reply_by,
    )


def _moment(
    name: str,
    said: Mapping[str, str],
    zone: str,
    *,
    day: str = "",
    at: time | None = None,
) -> datetime | None:
    """Return a moment of two fields, a day and an hour; None where neither is said."""
    hour = said.get(f"{name}_at", "").strip()
    on = said.get(f"{name}_on", "").strip() or (day if hour else "")
    if not on:
        return None
    usual = (at or time()).strftime("%H:%M")
    try:
        return issues.read_moment(f"{on} {hour or usual}", ZoneInfo(zone))
    except BadTime as error:
        raise Wrong(f"{name}_on") from error
