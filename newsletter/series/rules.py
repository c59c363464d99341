"""Rhythms in words: "first Tuesday 10:00" read in four languages, kept in one form."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from itertools import product

from babel import Locale

from newsletter.errors import BadRule
from subscribers.sentences import N_, Saying

LAST = -1
_LANGUAGES = ("en", "fr", "nl", "de")
_LONGEST = 100  # characters: the column's
_SAFE_DAYS = 28  # every month has them
_EXAMPLES = N_(
    "Write for example “first Tuesday 10:00”, “second and fourth Friday 9:30”, "
    "“every Monday 08:00”, “1st of the month 09:00” or “last day of the month 17:00”."
)
_UNCOUNTED = N_(
    "Weeks cannot be counted over the end of a year. Write “first and third Monday "
    "08:00”, or “every Monday 08:00”."
)
_ORDINALS = {
    1: "first premier première eerste erster ersten erste",
    2: "second deuxième seconde tweede zweiter zweiten zweite",
    3: "third troisième derde dritter dritten dritte",
    4: "fourth quatrième vierde vierter vierten vierte",
    5: "fifth cinquième vijfde fünfter fünften fünfte",
    LAST: "last dernier dernière laatste letzter letzten letzte",
}
_EVERYWHERE = (1, 2, 3, 4, LAST)  # what every month has of every weekday
_EVERY = "every each chaque tous toutes elke iedere ieder jeder jeden jede jedes"
_ONE_DAY = "day days jour jours dag dagen tag tage tages"
_MONTH = "month months mois maand maanden monat monats monate"
_COUNTED = (
    "two deux twee zwei other autre week weeks fortnight semaine semaines quinzaine "
    "weken woche wochen"
)
_AND = "and et en und"
_SILENT = "on the of at le la les l de du des d à om op van het um am an der den dem im"

_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})\s*"
    r"(?:[:.hu]\s*(?P<minute>\d{2})?|(?=uhr|uur|[ap]\.?m))\s*"
    r"(?:uhr|uur|(?P<half>[ap])\.?m\.?)?\s*$"
)
_WORD = re.compile(r"\d+(?:st|nd|rd|th|er|e|ste|de|\.)?(?!\w)|[^\W\d_]+|\S")
_NUMBER = re.compile(r"(\d+)(?:st|nd|rd|th|er|e|ste|de|\.)?")

# What a word stands for: its kind, and a number where it has one.
_Token = tuple[str, int]


@dataclass(frozen=True)
class Rule:
    """When issues of a series leave, on the clock of its zone.

    One of the three is filled. Weekdays count from Monday, 0; `LAST` is the last
    one, or the last day of the month.
    """

    at: time
    weekly: tuple[int, ...] = ()  # weekdays
    monthly: tuple[
        tuple[int, int], ...
    ] = ()  # which one, weekday: (1, 1) first Tuesday
    dates: tuple[int, ...] = ()  # days of the month


def read(text: str) -> Rule:
    """Return the rule that `text` states; raises BadRule with a sentence."""
    words = " ".join(text.casefold().split())
    if len(words) > 2 * _LONGEST:
        raise BadRule(
            "That is too long for a rule. {examples}", examples=Saying(_EXAMPLES)
        )
    clock = _CLOCK.search(words)
    if clock is None:
        raise BadRule(
            "“{rule}” names no time of day. {examples}",
            rule=_shown(text),
            examples=Saying(_EXAMPLES),
        )
    at = _time(clock)
    rule = _Reading(at, text).rule(_tokens(words[: clock.start()], text))
    if len(canonical(rule)) > _LONGEST:
        raise BadRule(
            "That is too much for one rule. {examples}", examples=Saying(_EXAMPLES)
        )
    return rule


def canonical(rule: Rule) -> str:
    """Return the one form in which a rule is kept: English, read back by `read`."""
    clock = f"{rule.at:%H:%M}"
    if rule.dates:
        return f"{_joined([_date(day) for day in rule.dates])} {clock}"
    if rule.monthly:
        which, days = factors(rule.monthly)
        if which:
            words = f"{_joined(map(_nth, which))} {_joined(map(_day, days))}"
        else:
            words = _joined(f"{_nth(nth)} {_day(day)}" for nth, day in rule.monthly)
        return f"{words} {clock}"
    if len(rule.weekly) == 7:
        return f"every day {clock}"
    return f"every {_joined(map(_day, rule.weekly))} {clock}"


def factors(
    monthly: Sequence[tuple[int, int]],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return (first, third) and (Tuesday,) where each goes with each; else nothing."""
    which = tuple(dict.fromkeys(nth for nth, _ in monthly))
    days = tuple(sorted({day for _, day in monthly}))
    whole = set(product(which, days)) == set(monthly)
    return (which, days) if whole else ((), ())


@dataclass
class _Reading:
    """What has been understood so far."""

    at: time
    text: str
    which: list[int] = field(default_factory=list)  # ordinals that wait for a day
    spoken: list[int] = field(default_factory=list)  # those of the days before
    weekly: list[int] = field(default_factory=list)
    monthly: list[tuple[int, int]] = field(default_factory=list)
    dates: list[int] = field(default_factory=list)
    daily: bool = False

    def rule(self, tokens: Sequence[_Token]) -> Rule:
        """Return the rule; raises BadRule where the words make none."""
        kinds = {kind for kind, _ in tokens}
        self._understand(tokens)
        # “Every second Monday” is every other one to many, so it must say of what.
        unsaid = "every" in kinds and "month" not in kinds
        if unsaid and any(nth > 1 for nth, _ in self.monthly):
            raise BadRule(_UNCOUNTED)
        if "month" in kinds:
            self._dates(self.which)
        elif self.which:
            raise self._none()
        if self.daily:
            self.weekly = list(range(7))
        if sum(map(bool, (self.weekly, self.monthly, self.dates))) != 1:
            raise self._none()
        return Rule(
            self.at,
            tuple(sorted(set(self.weekly))),
            tuple(sorted(set(self.monthly), key=_in_month)),
            tuple(sorted(set(self.dates), key=_late)),
        )

    def _none(self) -> BadRule:
        return BadRule(
            "“{rule}” is not a rule. {examples}",
            rule=_shown(self.text),
            examples=Saying(_EXAMPLES),
        )

    def _understand(self, tokens: Sequence[_Token]) -> None:
        for kind, number in tokens:
            if kind == "nth":
                self.which.append(number)
                self.spoken = []
            elif kind == "weekday":
                self._weekday(number)
            elif kind == "day":
                self._one_day()

    def _weekday(self, day: int) -> None:
        if self.which:
            self.spoken, self.which = self.which, []
        if any(nth not in _EVERYWHERE for nth in self.spoken):
            raise BadRule(
                "Not every month has a fifth one of each weekday. Write first, "
                "second, third, fourth or last."
            )
        if self.spoken:
            self.monthly += [(nth, day) for nth in self.spoken]
        else:
            self.weekly.append(day)

    def _one_day(self) -> None:
        if self.which:
            self._dates(self.which)
            self.which = []
        else:
            self.daily = True

    def _dates(self, days: Sequence[int]) -> None:
        if any(day > _SAFE_DAYS or day == 0 for day in days):
            raise BadRule(
                "Not every month has that day. Write a day from 1 to 28, or “last day "
                "of the month”."
            )
        self.dates += days


def _time(clock: re.Match[str]) -> time:
    hour = int(clock["hour"])
    if clock["half"]:
        # 12 am is midnight, 12 pm is noon, 13 pm is nothing.
        hour = hour % 12 + 12 * (clock["half"] == "p") if 1 <= hour <= 12 else 99
    try:
        return time(hour, int(clock["minute"] or 0))
    except ValueError as error:
        raise BadRule(
            "{clock} is not a time of day.", clock=clock[0].strip()
        ) from error


def _tokens(words: str, text: str) -> list[_Token]:
    found = []
    for word in _WORD.findall(words):
        number = _NUMBER.fullmatch(word)
        token = ("nth", int(number[1])) if number else _vocabulary().get(word)
        if token is None:
            raise BadRule(
                "“{word}” in “{rule}” is not understood. {examples}",
                word=_shown(word),
                rule=_shown(text),
                examples=Saying(_EXAMPLES),
            )
        if token[0] == "counted":
            raise BadRule(_UNCOUNTED)
        found.append(token)
    return found


@cache
def _vocabulary() -> dict[str, _Token]:
    """Return every word we understand; weekdays as CLDR writes them."""
    known: dict[str, _Token] = dict.fromkeys([",", "&", "’", "'", "."], ("", 0))
    for kind, words in (
        ("", _SILENT),
        ("", _AND),
        ("every", _EVERY),
        ("month", _MONTH),
        ("day", _ONE_DAY),
        ("counted", _COUNTED),
    ):
        known |= dict.fromkeys(words.split(), (kind, 0))
    for number, words in _ORDINALS.items():
        known |= dict.fromkeys(words.split(), ("nth", number))
    for language in _LANGUAGES:
        for form in ("wide", "abbreviated"):
            days = Locale(language).days["format"][form]
            for day, name in days.items():
                plain = name.casefold().rstrip(".")
                known |= dict.fromkeys((plain, f"{plain}s"), ("weekday", day))
    return known


def _shown(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _late(day: int) -> int:
    return day if day > 0 else 99


def _in_month(each: tuple[int, int]) -> tuple[int, int]:
    return _late(each[0]), each[1]


def _nth(number: int) -> str:
    return _ORDINALS[number].split()[0]


def _day(day: int) -> str:
    return str(Locale("en").days["format"]["wide"][day])


def _date(day: int) -> str:
    if day == LAST:
        return "last day of the month"
    teens = 11 <= day <= 13
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{'th' if teens else ending} of the month"


def _joined(words: Iterable[str]) -> str:
    return " and ".join(words)
