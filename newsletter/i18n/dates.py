"""Days, hours and events as each language writes them."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    get_timezone_location,
)

from newsletter.i18n.languages import base, locale

_NBSP = "\u00a0"
# A line may not break between a day and its month.
_DAY_AND_MONTH = re.compile(r"(\b\d{1,2}(?:er|\.)?) (?=[^\W\d])")
_FIRST = re.compile(r"\b1 (?=[^\W\d])")

# Per language: a whole hour, an hour with minutes, what follows the last one.
_CLOCKS = {
    "fr": ("H'\u00a0h'", "H'\u00a0h\u00a0'mm", ""),
    "nl": ("HH.mm", "HH.mm", "\u00a0uur"),
    "de": ("HH:mm", "HH:mm", "\u00a0Uhr"),
    "en": ("HH:mm", "HH:mm", ""),
    "en-US": ("short", "short", ""),
}
_SHORT = ("short", "short", "")


class When(Protocol):
    """The facts of an event that say when it is; moments are aware."""

    @property
    def starts_at(self) -> datetime:
        """When it begins; only its day counts for an all-day event."""

    @property
    def ends_at(self) -> datetime | None:
        """When it ends, if that was announced."""

    @property
    def all_day(self) -> bool:
        """Whether no hour is known."""

    @property
    def zone(self) -> tzinfo:
        """The zone it was announced in."""


def day(on: date, language: str) -> str:
    """Return a day in words: 1er décembre 2026."""
    return _in_words(on, "long", language)


def weekday(on: date, language: str) -> str:
    """Return the name of a day's weekday: samedi."""
    return format_date(on, "EEEE", locale=locale(language))


def day_and_month(on: date, language: str) -> tuple[str, str]:
    """Return what a date tile shows: the day, and the month in short."""
    spoken = locale(language)
    return str(on.day), format_date(on, "MMM", locale=spoken)


def moment(at: datetime, language: str, zone: tzinfo | None = None) -> str:
    """Return a moment in words, in `zone`: 1er décembre 2026, 14 h 30."""
    shown = at.astimezone(zone) if zone else at
    return f"{day(shown, language)}, {_clock(shown, language)}{_after(language)}"


def appointment(at: datetime, language: str, zone: tzinfo) -> str:
    """Return a moment with its weekday, in `zone`: mardi 1er décembre 2026, 9 h."""
    return _point(at.astimezone(zone), language) + _after(language)


def short_moment(at: datetime, language: str, zone: tzinfo) -> str:
    """Return a moment near by, in short: mar. 1 déc., 9 h."""
    shown = at.astimezone(zone)
    on = format_skeleton("MMMEd", shown, locale=locale(language))
    # A line may break after the day, and nowhere else.
    return f"{on.replace(' ', _NBSP)}, {_clock(shown, language)}{_after(language)}"


def zone_name(at: datetime, zone: tzinfo) -> str:
    """Return what a zone is called at a moment, and what that means: CET, UTC+1."""
    shown = at.astimezone(zone)
    offset = int((shown.utcoffset() or timedelta(0)).total_seconds() // 60)
    hours, minutes = divmod(abs(offset), 60)
    sign = "−" if offset < 0 else "+"
    written = f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
    name = shown.tzname() or ""
    # Zones without letters of their own are called by their offset already.
    return f"{name}, {written}" if name.isalpha() and name != "UTC" else written


def city(zone: ZoneInfo, language: str) -> str:
    """Return the city that a zone is named after, in a language."""
    return get_timezone_location(zone, locale=locale(language), return_city=True)


def month(on: date, language: str) -> str:
    """Return the name of a day's month as it stands alone: décembre."""
    return format_date(on, "LLLL", locale=locale(language))


def clock(at: time, language: str) -> str:
    """Return a time of day: 10 h 30, 10.30 uur, 10:30 Uhr."""
    habits = _habits(language)
    form = habits[1] if at.minute else habits[0]
    return format_time(at, form, locale=locale(language)) + habits[2]


def event_when(facts: When, language: str) -> str:
    """Return when an event is: samedi 12 décembre 2026, 18 h – 22 h."""
    start = facts.starts_at.astimezone(facts.zone)
    end = facts.ends_at.astimezone(facts.zone) if facts.ends_at else None
    if facts.all_day:
        return _days(start.date(), (end or start).date(), language)
    first = _point(start, language)
    if end is None or end <= start:
        return first + _after(language)
    same_day = end.date() == start.date()
    last = _clock(end, language) if same_day else _point(end, language)
    return f"{first}{_NBSP}– {last}{_after(language)}"


def _days(first: date, last: date, language: str) -> str:
    words = _in_words(first, "full", language)
    if last <= first:
        return words
    return f"{words}{_NBSP}– {_in_words(last, 'full', language)}"


def _point(at: datetime, language: str) -> str:
    return f"{_in_words(at, 'full', language)}, {_clock(at, language)}"


def _in_words(on: date, form: str, language: str) -> str:
    text = format_date(on, form, locale=locale(language))
    if base(language) == "fr":
        text = _FIRST.sub("1er ", text)
    return _DAY_AND_MONTH.sub(rf"\1{_NBSP}", text)


def _clock(at: datetime, language: str) -> str:
    whole, minutes, _ = _habits(language)
    form = minutes if at.minute else whole
    return format_time(at.time(), form, locale=locale(language))


def _after(language: str) -> str:
    return _habits(language)[2]


def _habits(language: str) -> tuple[str, str, str]:
    return _CLOCKS.get(language) or _CLOCKS.get(base(language), _SHORT)
