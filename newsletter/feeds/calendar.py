"""Days and hours as people write them in French, Dutch, German and English."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

_MONTHS = {
    1: "janvier janv januari january januar jänner jan",
    2: "février fevrier févr februari february februar feb",
    3: "mars maart march märz mrt mar mär",
    4: "avril april avr apr",
    5: "mai mei may",
    6: "juin juni june jun",
    7: "juillet juli july juil jul",
    8: "août aout augustus august aug",
    9: "septembre september sept sep",
    10: "octobre oktober october oct okt",
    11: "novembre november nov",
    12: "décembre decembre december dezember déc dec dez",
}
_NUMBER_OF = {word: n for n, words in _MONTHS.items() for word in words.split()}
_MONTH = "|".join(sorted(_NUMBER_OF, key=len, reverse=True))
# In English the month may come first; only its own month names, "mars 3" is none.
_ENGLISH = (
    "january|february|march|april|may|june|july|august|september|october|november|"
    "december|jan|feb|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_ORDINAL = r"(?:er|ère|ste|de|e|st|nd|rd|th|\.)?"
_TO = r"\s*(?:-|–|—|/|au|bis(?: zum)?|tot(?: en met)?|t/m|to|until|et|en|und|and|&)\s*"
_YEAR = r"(?:,?\s+(?P<year{0}>(?:19|20)\d\d)\b(?!\s*[.:h]\s*\d))?"

_DAY = re.compile(
    rf"(?<![\d.,:/])(?:(?P<first>\d{{1,2}}){_ORDINAL}{_TO})?(?P<day>\d{{1,2}}){_ORDINAL}"
    rf"\s*(?:of\s+)?(?P<month>{_MONTH})\b\.?{_YEAR.format('')}"
    rf"|\b(?P<en>{_ENGLISH})\.?\s+(?P<enfirst>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.:]\d)"
    rf"(?:\s*(?:-|–|to|until|and|&)\s*(?P<enday>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.:]\d))?"
    rf"{_YEAR.format('en')}"
    r"|(?<![\d./-])(?P<isoyear>20\d\d)-(?P<isomonth>\d\d)-(?P<isoday>\d\d)(?![\d-])"
    r"|(?<![\d./-])(?P<dd>\d{1,2})(?P<sep>[/.-])(?P<mm>\d{1,2})(?P=sep)(?P<yyyy>20\d\d)"
    r"(?![\d./-]\d)",
    re.IGNORECASE,
)
_HOUR = re.compile(
    r"(?<![\d.,:/€$])(?:"
    r"(?P<from>\d{1,2})(?:[.:](?P<frommin>[0-5]\d))?\s?(?:-|–|à|tot|bis|to|until)\s?"
    r"(?P<until>\d{1,2})(?:[.:h](?P<untilmin>[0-5]\d))?\s?(?P<unit>h\b|u\b|uur\b|uhr\b|heures\b|[ap]\.?m\b)"
    r"|(?P<hour>\d{1,2})(?:"
    r"\s?[hu]\s?(?P<hmin>[0-5]\d)\b"  # 14h30, 14 u 30
    r"|[.:](?P<dmin>[0-5]\d)\s?(?P<dunit>uur\b|uhr\b|heures?\b|[hu]\b|[ap]\.?m\b)"
    r"|:(?P<cmin>[0-5]\d)(?![:\d])"  # 14:30
    r"|\s?(?P<bare>heures?\b|uur\b|uhr\b|[hu]\b|[ap]\.?m\b)))",
    re.IGNORECASE,
)
# "3 heures" and "3 uur" may be how long it takes: an hour of the day has one of these.
_AT = re.compile(
    r"(?:\b(?:à|dès|vers|de|om|vanaf|rond|um|ab|gegen|at|from)|[,(:–-])\s*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s*(?:-|–|—|à|jusqu['’]à|tot|bis|to|until|till?)\s*", re.IGNORECASE
)


@dataclass(frozen=True)
class Day:
    """A day, or a few in a row, named in a text between two offsets."""

    start: int
    end: int
    day: int
    month: int
    year: int | None = None
    last: int | None = None  # the last day of a range in the same month


@dataclass(frozen=True)
class Hour:
    """An hour named in a text, and the one it lasts until."""

    start: int
    end: int
    at: time
    until: time | None = None


def find_days(text: str) -> list[Day]:
    """Return every day named in `text`, in order."""
    return [day for match in _DAY.finditer(text) if (day := _day(match))]


def find_hours(text: str) -> list[Hour]:
    """Return every hour of the day named in `text`; a span of two comes as one."""
    hours: list[Hour] = []
    for hour in _hours(text):
        before = hours[-1] if hours else None
        between = text[before.end : hour.start] if before else ""
        if before and not before.until and _BETWEEN.fullmatch(between):
            hours[-1] = Hour(before.start, hour.end, before.at, hour.at)
        else:
            hours.append(hour)
    return hours


def resolve(day: Day, *, after: date) -> tuple[date, date] | None:
    """Return the first and last day; without a year, the next ones from `after` on."""
    years = [day.year] if day.year else range(after.year, after.year + 9)
    for year in years:
        try:
            first = date(year, day.month, day.day)
            last = date(year, day.month, day.last or day.day)
        except ValueError:  # 29 February, or 31 April
            continue
        if day.year or last >= after:
            return first, last
    return None


def _day(match: re.Match[str]) -> Day | None:
    found = match.groupdict()
    if found["month"]:
        month = _NUMBER_OF[found["month"].lower()]
        first, last, year = found["first"], found["day"], found["year"]
    elif found["en"]:
        month = _NUMBER_OF[found["en"].lower()]
        first, last, year = found["enfirst"], found["enday"], found["yearen"]
    else:
        month = int(found["isomonth"] or found["mm"])
        first, last = None, found["isoday"] or found["dd"]
        year = found["isoyear"] or found["yyyy"]
    return _checked(match, month, (first or last, last if first else None), year)


def _checked(
    match: re.Match[str], month: int, days: tuple[str, str | None], year: str | None
) -> Day | None:
    first, last = int(days[0]), int(days[1]) if days[1] else None
    if not (1 <= first <= 31 and 1 <= month <= 12 and (last or 31) <= 31):
        return None
    if last is not None and last <= first:
        last = None
    return Day(
        match.start(), match.end(), first, month, int(year) if year else None, last
    )


def _hours(text: str) -> Iterator[Hour]:
    for match in _HOUR.finditer(text):
        found = match.groupdict()
        if found["from"]:
            at = _time(found["from"], found["frommin"], found["unit"])
            until = _time(found["until"], found["untilmin"], found["unit"])
        else:
            minutes = found["hmin"] or found["dmin"] or found["cmin"]
            unit = found["dunit"] or found["bare"]
            if found["bare"] and not _hour_of_day(text, match):
                continue
            at, until = _time(found["hour"], minutes, unit), None
        if at is not None:
            yield Hour(match.start(), match.end(), at, until)


def _hour_of_day(text: str, match: re.Match[str]) -> bool:
    unit = match["bare"].lower()
    if unit.startswith(("a", "p", "uhr")):
        return True
    return bool(_AT.search(text[max(0, match.start() - 12) : match.start()]))


def _time(hour: str, minute: str | None, unit: str | None) -> time | None:
    number = int(hour)
    meridian = (unit or "").lower().replace(".", "")
    if meridian in {"am", "pm"}:
        if not 1 <= number <= 12:
            return None
        number = number % 12 + (12 if meridian == "pm" else 0)
    return time(number, int(minute or 0)) if number <= 23 else None
