"""A rule said back in the language of whoever asks: le premier mardi, à 10 h."""

from collections.abc import Callable, Iterable

from babel import Locale

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.series.rules import LAST, Rule, factors

ORDINALS = {
    1: N_("first"),
    2: N_("second"),
    3: N_("third"),
    4: N_("fourth"),
    LAST: N_("last"),
}
_DATES: dict[str, Callable[[int], str]] = {
    "fr": lambda day: "le 1er" if day == 1 else f"le {day}",
    "nl": lambda day: f"{day}e",
    "de": lambda day: f"{day}.",
}
_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}


def say(rule: Rule, language: str) -> str:
    """Return a rule in words."""
    spoken = i18n.translator(language)
    at = i18n.clock(rule.at, spoken.speaks)
    return spoken(N_("{rule} at {time}"), rule=_days(rule, spoken), time=at)


def _days(rule: Rule, spoken: i18n.Translator) -> str:
    language = spoken.speaks
    if rule.dates:
        days = (_date(day, spoken) for day in rule.dates)
        return spoken(N_("on the {days} of the month"), days=_listed(days, language))
    if rule.monthly:
        return _monthly(rule.monthly, spoken)
    if len(rule.weekly) == 7:
        return spoken(N_("every day"))
    named = (weekday_name(day, language) for day in rule.weekly)
    return spoken(N_("every {days}"), days=_listed(named, language))


def _monthly(monthly: tuple[tuple[int, int], ...], spoken: i18n.Translator) -> str:
    language = spoken.speaks
    which, days = factors(monthly)
    if not which:
        each = (_one(spoken, [nth], [day]) for nth, day in monthly)
        return _listed(each, language)
    return _one(spoken, which, days)


def _one(spoken: i18n.Translator, which: Iterable[int], days: Iterable[int]) -> str:
    language = spoken.speaks
    ordinals = _listed((spoken(ORDINALS[nth]) for nth in which), language)
    named = _listed((weekday_name(day, language) for day in days), language)
    return spoken(N_("{ordinals} {weekdays}"), ordinals=ordinals, weekdays=named)


def weekday_name(day: int, language: str) -> str:
    """Return what a day of the week is called; Monday is 0."""
    return str(Locale.parse(language).days["format"]["wide"][day])


def _date(day: int, spoken: i18n.Translator) -> str:
    if day == LAST:
        return spoken(N_("last day"))
    written = _DATES.get(spoken.speaks)
    return written(day) if written else f"{day}{_ENDINGS.get(day, 'th')}"


def _listed(words: Iterable[str], language: str) -> str:
    return i18n.listed(list(words), language)
