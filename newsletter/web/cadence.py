"""A rhythm as the fields of a form: made of a rule, and turned into one (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from itertools import product

from newsletter import series
from newsletter.errors import BadRule
from newsletter.i18n import N_
from newsletter.series import LAST, Rule

_USUAL = time(10)
_SAFE_DAYS = 28  # every month has them
_WHICH = (1, 2, 3, 4, LAST)

NO_TIME = N_("Write a time of day, for example 10:00.")
NO_DAY = N_("Choose at least one day of the week.")
NO_WHICH = N_("Choose which ones of the month.")
NO_DATE = N_("Choose a day of the month.")
NO_WORDS = N_(
    "We do not understand this rhythm. Write for example “first Tuesday 10:00” or "
    "“every Monday 08:00”."
)


class Kind(StrEnum):
    """What a rhythm counts."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"  # the first Tuesday
    DATED = "dated"  # the 15th
    WORDED = "worded"  # anything the rules understand


@dataclass(frozen=True)
class Fields:
    """What the form holds."""

    kind: Kind = Kind.MONTHLY
    at: str = f"{_USUAL:%H:%M}"
    days: frozenset[int] = frozenset({1})
    which: frozenset[int] = frozenset({1})
    date: int = 1
    words: str = ""


class Unclear(Exception):
    """A rhythm that is no rule; `field` and `message` tell the form where and why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def of_rule(rule: Rule) -> Fields:
    """Return the fields that say what a rule says."""
    at = f"{rule.at:%H:%M}"
    if len(rule.weekly) == 7:
        return Fields(Kind.DAILY, at)
    if rule.weekly:
        return Fields(Kind.WEEKLY, at, frozenset(rule.weekly))
    which, days = series.factors(rule.monthly)
    if which:
        return Fields(Kind.MONTHLY, at, frozenset(days), frozenset(which))
    if len(rule.dates) == 1:
        return Fields(Kind.DATED, at, date=rule.dates[0])
    return Fields(Kind.WORDED, at, words=series.canonical(rule))


def read(form: Mapping[str, str]) -> Fields:
    """Return what somebody chose; what is no choice is left out."""
    kind, date = form.get("kind", ""), form.get("date", "")
    dates = {str(day): day for day in (*range(1, _SAFE_DAYS + 1), LAST)}
    return Fields(
        Kind(kind) if kind in set(Kind) else Kind.MONTHLY,
        form.get("at", "").strip()[:8],
        frozenset(day for day in range(7) if f"day.{day}" in form),
        frozenset(nth for nth in _WHICH if f"which.{nth}" in form),
        dates.get(date, 0),
        form.get("words", "").strip()[:200],
    )


def rule_of(fields: Fields) -> str:
    """Return the rule in the form in which it is kept; raises Unclear."""
    if fields.kind is Kind.WORDED:
        return _worded(fields.words)
    at = _time(fields.at)
    if fields.kind is Kind.DAILY:
        return series.canonical(Rule(at, weekly=tuple(range(7))))
    if fields.kind is Kind.DATED:
        return _dated(at, fields.date)
    if not fields.days:
        raise Unclear("day.0", NO_DAY)
    days = tuple(sorted(fields.days))
    if fields.kind is Kind.WEEKLY:
        return series.canonical(Rule(at, weekly=days))
    which = tuple(nth for nth in _WHICH if nth in fields.which)
    if not which:
        raise Unclear("which.1", NO_WHICH)
    return _worded(series.canonical(Rule(at, monthly=tuple(product(which, days)))))


def _time(text: str) -> time:
    try:
        at = time.fromisoformat(text)
    except ValueError:
        raise Unclear("at", NO_TIME) from None
    return time(at.hour, at.minute)


def _dated(at: time, date: int) -> str:
    if not date:
        raise Unclear("date", NO_DATE)
    return series.canonical(Rule(at, dates=(date,)))


def _worded(words: str) -> str:
    """Return words as they are kept: read once, so that they can be read again."""
    try:
        return series.canonical(series.read(words))
    except BadRule:
        raise Unclear("words", NO_WORDS) from None
