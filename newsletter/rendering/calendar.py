"""An event as an iCalendar file (RFC 5545), for "Add to my calendar"."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsletter.rendering import safe
from newsletter.rendering.letter import EventFacts

_LONGEST = 75  # octets of a line without its end, RFC 5545 §3.1


@dataclass(frozen=True)
class Appointment:
    """An event in the words of one language.

    `uid` must be the same for every language and for ever: it is how a calendar
    knows that a file is a newer form of what it already holds.
    """

    uid: str
    facts: EventFacts
    title: str
    language: str
    description: str = ""
    url: str = ""
    sequence: int = 0  # counts up when it moves: calendars then take the file


def event(appointment: Appointment, *, stamped_at: datetime) -> bytes:
    """Return the file; `stamped_at` is when anything in it was last changed.

    Moments are written in UTC: an instant is the same in every calendar, whatever
    its clocks do that night, and no time zone has to be described. Whole days are
    dates, which belong to no zone.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Newsletter//Newsletter//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        *_properties(appointment, stamped_at),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_fold(line) for line in lines)


def _properties(appointment: Appointment, stamped_at: datetime) -> Iterator[str]:
    words = {
        "SUMMARY": appointment.title,
        "LOCATION": appointment.facts.place,
        "DESCRIPTION": appointment.description,
    }
    yield f"UID:{_escape(appointment.uid)}"
    yield f"DTSTAMP:{_utc(stamped_at)}"
    yield f"LAST-MODIFIED:{_utc(stamped_at)}"
    yield f"SEQUENCE:{appointment.sequence}"
    yield "STATUS:CONFIRMED"
    yield from _times(appointment.facts)
    for name, text in words.items():
        if text:
            yield f"{name};LANGUAGE={_tag(appointment.language)}:{_escape(text)}"
    url = safe.link(appointment.url)
    if url:
        yield f"URL:{url}"


def _tag(language: str) -> str:
    """Return a language tag as a parameter may hold it (RFC 5646)."""
    return "".join(c for c in language if c.isascii() and (c.isalnum() or c == "-"))


def _times(facts: EventFacts) -> Iterator[str]:
    if not facts.all_day:
        yield f"DTSTART:{_utc(facts.starts_at)}"
        if facts.ends_at and facts.ends_at > facts.starts_at:
            yield f"DTEND:{_utc(facts.ends_at)}"
        return
    first = facts.starts_at.astimezone(facts.zone).date()
    last = (facts.ends_at or facts.starts_at).astimezone(facts.zone).date()
    # RFC 5545 §3.6.1: the end of a whole-day event is the first day after it.
    after = max(first, last) + timedelta(days=1)
    yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{after:%Y%m%d}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escape(text: str) -> str:
    """Write TEXT as RFC 5545 §3.3.11 wants it; no line break survives as one."""
    escaped = safe.clean(text).strip().replace("\\", "\\\\")
    for sign in ",;":
        escaped = escaped.replace(sign, f"\\{sign}")
    return escaped.replace("\n", "\\n").replace("\t", " ")


def _fold(line: str) -> bytes:
    """Cut a line at 75 octets, between characters, and end it with CRLF."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        encoded = character.encode()
        # A continued line begins with a space, which counts.
        if len(piece) + len(encoded) > _LONGEST - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += encoded
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
