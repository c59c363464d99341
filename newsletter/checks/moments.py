"""Days, weekdays and hours, found in words of four languages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

from newsletter import i18n

# Twelve words each, in order; "|" between spellings of one.
_MONTHS = {
    "fr": r"janvier|janv\. février|févr\. mars avril|avr\. mai juin juillet|juil\."
    r" août septembre|sept\. octobre|oct\. novembre|nov\. décembre|déc\.",
    "nl": r"januari|jan\. februari|febr?\. maart|mrt\. april|apr\. mei juni juli"
    r" augustus|aug\. september|sept\. oktober|okt\. november|nov\. december|dec\.",
    "de": r"januar|jänner|jan\. februar|feb\. märz april|apr\. mai juni juli"
    r" august|aug\. september|sept\. oktober|okt\. november|nov\. dezember|dez\.",
    "en": r"january|jan february|feb march|mar april|apr may june|jun july|jul"
    r" august|aug september|sept october|oct november|nov december|dec",
}
_WEEKDAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "de": "montag dienstag mittwoch donnerstag freitag samstag|sonnabend sonntag",
    "en": "monday tuesday wednesday thursday friday saturday sunday",
}
_GAP = "[ \u00a0\u202f]"
# What may stand between a weekday and its date.
_BETWEEN = rf"{_GAP}*,?{_GAP}*(?:(?:le|de|den|dem|der|the){_GAP})?"
_HOURS = {
    "fr": rf"{_GAP}?h(?:{_GAP}?(?P<minute>[0-5]\d))?(?!\w)",
    "nl": rf"(?:[.:](?P<minute>[0-5]\d))?{_GAP}?(?:uur|u)(?!\w)|u(?P<after>[0-5]\d)\b",
    "de": rf"(?:[.:](?P<minute>[0-5]\d))?{_GAP}?Uhr\b",
    "en": rf"(?:[.:](?P<minute>[0-5]\d))?{_GAP}?(?P<half>[ap])\.?m(?!\w)",
}


class Day(NamedTuple):
    """A day as words give it: the year may be left to the reader."""

    day: int
    month: int
    year: int | None

    def is_same(self, other: "Day") -> bool:
        """Whether two may mean the same day."""
        return self[:2] == other[:2] and (
            self.year == other.year or None in (self.year, other.year)
        )


@dataclass(frozen=True)
class Dated:
    """A weekday beside its date."""

    words: str
    weekday: int  # Monday is 0
    day: Day


@dataclass(frozen=True)
class Found:
    """What a text says of days and hours, and the rest of it."""

    days: Mapping[Day, str]  # with the words they stand in
    hours: Mapping[tuple[int, int], str]
    weekdays: Mapping[int, str]
    rest: str


def find(text: str, language: str) -> Found:
    """Return the days and hours of a text; nothing in a language we do not read."""
    spoken = i18n.base(language)
    if spoken not in _MONTHS:
        return Found({}, {}, {}, text)
    days: dict[Day, str] = {}
    for found in _dates(spoken).finditer(text):
        day = _day(found, spoken)
        if day:
            days.setdefault(day, found[0].strip())
    rest = _dates(spoken).sub(" ", text)
    hours: dict[tuple[int, int], str] = {}
    for found in _clock(spoken).finditer(rest):
        hours.setdefault(_hour(found), found[0].strip())
    rest = _clock(spoken).sub(" ", rest)
    named = re.finditer(rf"\b(?:{_any(_WEEKDAYS[spoken])})s?\b", text, re.IGNORECASE)
    weekdays = {_index(_WEEKDAYS[spoken], each[0]): each[0] for each in named}
    return Found(days, hours, weekdays, rest)


def weekdays(text: str, language: str) -> Iterator[Dated]:
    """Yield every date that a weekday stands before."""
    spoken = i18n.base(language)
    if spoken not in _WEEKDAYS:
        return
    for found in _dated(spoken).finditer(text):
        day = _day(found, spoken)
        if day:
            weekday = _index(_WEEKDAYS[spoken], found["weekday"])
            yield Dated(" ".join(found[0].split()), weekday, day)


def real(year: int, day: Day) -> Iterator[date]:
    """Yield the day in a year, nothing where that year has none."""
    try:
        yield date(year, day.month, day.day)
    except ValueError:
        return


@cache
def _dates(language: str) -> re.Pattern[str]:
    return re.compile(_date_pattern(language), re.IGNORECASE)


@cache
def _dated(language: str) -> re.Pattern[str]:
    names = _any(_WEEKDAYS[language])
    return re.compile(
        rf"\b(?P<weekday>{names}){_BETWEEN}(?:{_date_pattern(language)})", re.IGNORECASE
    )


@cache
def _clock(language: str) -> re.Pattern[str]:
    hour = r"(?<![\d.,:/-])(?P<hour>[01]?\d|2[0-4])"
    return re.compile(
        rf"{hour}(?:{_HOURS[language]}|:(?P<digital>[0-5]\d)(?![\d:]))", re.IGNORECASE
    )


def _date_pattern(language: str) -> str:
    months = _any(_MONTHS[language])
    ordinal = r"(?:er|st|nd|rd|th|ste|de|\.)?"
    year = rf"(?:,?{_GAP}(?P<year%s>\d{{4}})(?!\d))?"
    named = (
        rf"(?<![\d.,])(?P<day1>\d{{1,2}}){ordinal}{_GAP}+(?:of{_GAP})?"
        rf"(?P<month1>{months})(?!\w){year % 1}"
    )
    digits = (
        r"(?<![\d./-])(?P<day3>\d{1,2})[./-](?P<month3>\d{1,2})[./-](?P<year3>\d{4})"
    )
    iso = r"(?<![\d-])(?P<year4>\d{4})-(?P<month4>\d\d)-(?P<day4>\d\d)(?![\d-])"
    patterns = [named, rf"{digits}(?![\d./-])", iso]
    if language == "en":
        patterns.append(
            rf"\b(?P<month2>{months}){_GAP}(?P<day2>\d{{1,2}}){ordinal}(?!\w){year % 2}"
        )
    return "|".join(patterns)


def _day(found: re.Match[str], language: str) -> Day | None:
    """Return the day of whichever pattern matched, None where it is none."""
    values = {name: value for name, value in found.groupdict().items() if value}
    number = next(name[-1] for name in values if name.startswith("day"))
    day, month = int(values[f"day{number}"]), values[f"month{number}"]
    stated = values.get(f"year{number}")
    index = int(month) if month.isdigit() else _index(_MONTHS[language], month) + 1
    if language == "en" and number == "3" and index > 12:
        day, index = index, day  # the American order
    whole = Day(day, index, int(stated) if stated else None)
    return whole if any(real(whole.year or 2000, whole)) else None


def _hour(found: re.Match[str]) -> tuple[int, int]:
    values = found.groupdict()
    hour = int(values["hour"])
    minute = values.get("minute") or values.get("after") or values.get("digital") or 0
    if values.get("half"):
        hour = hour % 12 + (12 if values["half"].lower() == "p" else 0)
    return hour, int(minute)


def _any(words: str) -> str:
    return "|".join(words.split())


def _index(words: str, said: str) -> int:
    """Return which of the words somebody said, whatever its case and plural."""
    for number, word in enumerate(words.split()):
        if re.fullmatch(rf"(?:{word})s?", said, re.IGNORECASE):
            return number
    raise ValueError(said)
