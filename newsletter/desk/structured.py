"""What a page states in schema.org's words (JSON-LD): an event, an article, a video."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.items import plain

_DEEP = 6
_MANY = 200  # objects that are looked at
_DURATION = re.compile(
    r"P(?:(\d{1,3})D)?T?(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})(?:\.\d+)?S)?", re.I
)


@dataclass(frozen=True)
class Meeting:
    """When and where an event is; moments are aware UTC."""

    starts_at: datetime
    ends_at: datetime | None = None
    all_day: bool = False
    place: str = ""


@dataclass(frozen=True)
class Stated:
    """What was found; what was not stated is empty."""

    meeting: Meeting | None = None
    author: str = ""
    published: str = ""
    headline: str = ""
    seconds: int | None = None  # of a video


def read(scripts: Iterable[str], *, zone: ZoneInfo) -> Stated:
    """Return what a page's JSON-LD states; hours without a zone are of `zone`."""
    objects = [each for text in scripts for each in _objects(text)][:_MANY]
    events = [o for o in objects if any("Event" in kind for kind in _kinds(o))]
    articles = [
        o
        for o in objects
        if any("Article" in k or k in {"BlogPosting", "WebPage"} for k in _kinds(o))
    ]
    videos = [o for o in objects if "VideoObject" in _kinds(o)]
    told = articles + videos
    return Stated(
        meeting=next((m for o in events if (m := _meeting(o, zone))), None),
        author=next((a for o in told if (a := _name(o.get("author")))), ""),
        published=next(
            (
                str(o[k])
                for o in told
                for k in ("datePublished", "uploadDate")
                if k in o
            ),
            "",
        ),
        headline=next((str(o["headline"]) for o in articles if "headline" in o), ""),
        seconds=next((s for o in videos if (s := seconds(o.get("duration")))), None),
    )


def seconds(duration: object) -> int | None:
    """Return an ISO 8601 duration in seconds: PT4M12S."""
    found = _DURATION.fullmatch(str(duration or ""))
    if not found:
        return None
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + rest
    return total if 0 < total < 7 * 86_400 else None


def moment(said: object, zone: ZoneInfo) -> datetime | None:
    """Return a moment in ISO 8601 as aware UTC; what has no zone is of `zone`."""
    try:
        read_at = datetime.fromisoformat(str(said).strip()[:40])
        aware = read_at if read_at.tzinfo else read_at.replace(tzinfo=zone)
        at = aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if 1990 <= at.year <= 2100 else None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    try:
        yield from _inside(json.loads(text), 0)
    except (ValueError, RecursionError):
        return


def _inside(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEP:
        return
    if isinstance(value, list):
        for each in value[:_MANY]:
            yield from _inside(each, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "video", "itemListElement", "item"):
            if name in value:
                yield from _inside(value[name], depth + 1)


def _kinds(found: dict[str, Any]) -> list[str]:
    kinds = found.get("@type", "")
    return [str(k) for k in (kinds if isinstance(kinds, list) else [kinds])]


def _meeting(found: dict[str, Any], zone: ZoneInfo) -> Meeting | None:
    said = str(found.get("startDate", ""))
    starts = moment(said, zone)
    if starts is None:
        return None
    ends = moment(found.get("endDate"), zone)
    all_day = len(said.strip()) == len("2026-12-01")
    if all_day:
        first = starts.astimezone(zone).date()
        starts = datetime.combine(first, time(), tzinfo=zone).astimezone(UTC)
    return Meeting(
        starts, ends if ends and ends > starts else None, all_day, _place(found)
    )


def _place(found: dict[str, Any]) -> str:
    place = found.get("location")
    place = place[0] if isinstance(place, list) and place else place
    if not isinstance(place, dict):
        return plain.heading(str(place or ""), limit=300)
    address = place.get("address", "")
    if isinstance(address, dict):
        parts = (
            address.get(n) for n in ("streetAddress", "postalCode", "addressLocality")
        )
        address = " ".join(str(part) for part in parts if part)
    named = [str(part) for part in (place.get("name"), address) if part]
    return plain.heading(", ".join(dict.fromkeys(named)), limit=300)


def _name(who: Any) -> str:
    who = who[0] if isinstance(who, list) and who else who
    said = who.get("name", "") if isinstance(who, dict) else who
    return plain.heading(str(said or ""), limit=300)
