"""Checks across languages: the same numbers, days, hours and links in each."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import TypeVar

from newsletter import i18n
from newsletter.checks import addresses, moments, numbers
from newsletter.checks.findings import Fault, check, look
from newsletter.checks.moments import Found
from newsletter.checks.numbers import Numbers
from newsletter.checks.places import Place
from newsletter.checks.proof import ItemProof, Proof, Text
from newsletter.checks.sentences import Sentence, Tongue, Value, ngettext
from newsletter.i18n import N_

_Key = TypeVar("_Key")

_TOLD = ("title", "summary", "body")
# Languages whose words for numbers, days and hours are known.
_READ = frozenset({"fr", "nl", "de", "en"})
# A body this much shorter than its source is a summary: links may be left out.
_SUMMARY = 0.6


@dataclass(frozen=True)
class _Facts:
    """What a text states."""

    moments: Found
    numbers: Numbers

    def whole(self) -> set[int]:
        """Return the whole numbers, however they are meant."""
        return {int(value) for value in self.numbers.all if value == int(value)}

    def counted(self) -> set[int]:
        """Return whatever could be the day or the hour of something."""
        days = {part for day in self.moments.days for part in (day.day, day.year or 0)}
        return self.whole() | days | {hour for hour, _ in self.moments.hours}


@check("numbers-differ", N_("Numbers agree between languages"))
def numbers_differ(proof: Proof) -> Iterator[Fault]:
    """French says three, Dutch says six: each side has one that the other lacks."""
    message = N_("The numbers differ: {here} here, {there} in {language}.")
    for pair in _pairs(proof):
        here, there = pair.translation, pair.source
        yield from pair.compare(
            message,
            _unknown(here.numbers.strict, _amounts(there)),
            _unknown(there.numbers.strict, _amounts(here)),
        )


@check("dates-differ", N_("Days agree between languages"))
def dates_differ(proof: Proof) -> Iterator[Fault]:
    """The day of an event in one language, the day after in another."""
    message = N_("The dates differ: {here} here, {there} in {language}.")
    for pair in _pairs(proof):
        here, there = pair.translation, pair.source
        yield from pair.compare(
            message, _other_days(here, there), _other_days(there, here)
        )


@check("weekdays-differ", N_("Weekdays agree between languages"))
def weekdays_differ(proof: Proof) -> Iterator[Fault]:
    """Saturday in one language, Sunday in another."""
    message = N_("The weekdays differ: {here} here, {there} in {language}.")
    for pair in _pairs(proof):
        here = pair.translation.moments.weekdays
        there = pair.source.moments.weekdays
        yield from pair.compare(message, _unknown(here, there), _unknown(there, here))


@check("times-differ", N_("Hours agree between languages"))
def times_differ(proof: Proof) -> Iterator[Fault]:
    """Half past two in one language, half past three in another."""
    message = N_("The times differ: {here} here, {there} in {language}.")
    for pair in _pairs(proof):
        here, there = pair.translation, pair.source
        yield from pair.compare(
            message, _other_hours(here, there), _other_hours(there, here)
        )


@check("links-differ", N_("Links agree between languages"))
def links_differ(proof: Proof) -> Iterator[Fault]:
    """A link that was lost in translation, or leads to another site."""
    for item in proof.items:
        for source, text in _translations(item):
            if len(_said(text, "body")) < _SUMMARY * len(_said(source, "body")):
                continue
            lost = sorted(_sites(source) - _sites(text))
            if lost:
                said = ngettext(
                    "A link of the text in {language} is missing here: {sites}",
                    "{n} links of the text in {language} are missing here: {sites}",
                    len(lost),
                    language=Tongue(source.language),
                    sites=tuple(lost),
                )
                yield look(said, item.at("body"), language=text.language)


@dataclass(frozen=True)
class _Pair:
    """One field of an item in its source and in one translation."""

    place: Place
    language: str  # of the translation
    source_language: str
    source: _Facts
    translation: _Facts

    def compare(
        self, message: str, here: Iterable[str], there: Iterable[str]
    ) -> Iterator[Fault]:
        """Yield a fault where each side says something that the other does not.

        What only one side says may have been left out on purpose.
        """
        ours, theirs = tuple(here), tuple(there)
        if ours and theirs:
            values: dict[str, Value] = {
                "here": ours,
                "there": theirs,
                "language": Tongue(self.source_language),
            }
            said = Sentence(message, tuple(values.items()))
            yield look(said, self.place, language=self.language)


def _pairs(proof: Proof) -> Iterator[_Pair]:
    """Yield field by field: what is said in a title need not stand in a text again."""
    for item, field in product(proof.items, _TOLD):
        for source, text in _translations(item):
            ours, theirs = _said(text, field), _said(source, field)
            read = {i18n.base(source.language), i18n.base(text.language)} <= _READ
            if ours and theirs and read:
                yield _Pair(
                    item.at(field),
                    text.language,
                    source.language,
                    _facts(theirs, source.language),
                    _facts(ours, text.language),
                )


def _translations(item: ItemProof) -> Iterator[tuple[Text, Text]]:
    """Yield the source with each of its translations."""
    source = next((t for t in item.texts if t.language == item.language), None)
    for text in item.texts if source else ():
        if source and text is not source:
            yield source, text


def _said(text: Text, field: str) -> str:
    return next((p.words for p in text.passages if p.place.field == field), "")


@lru_cache(maxsize=2_000)
def _facts(words: str, language: str) -> _Facts:
    found = moments.find(words, language)
    return _Facts(found, numbers.find(found.rest, language))


def _amounts(facts: _Facts) -> set[Decimal]:
    return {*facts.numbers.all, *map(Decimal, facts.counted())}


def _unknown(said: Mapping[_Key, str], known: Container[_Key]) -> list[str]:
    """Return the words for whatever the other side does not know."""
    return [words for key, words in said.items() if key not in known]


def _other_days(here: _Facts, there: _Facts) -> list[str]:
    """Return the days that the other text does not name, in whatever way.

    "12 et 13 février" may be "February 12 and 13": then 13 stands there as a number.
    """
    months = {day.month for day in there.moments.days}
    return [
        words
        for day, words in here.moments.days.items()
        if not any(day.is_same(other) for other in there.moments.days)
        and not (day.month in months and day.day in there.whole())
    ]


def _other_hours(here: _Facts, there: _Facts) -> list[str]:
    """Return the hours that the other text does not name: "14–16 Uhr" counts as 14."""
    known = {(hour % 12, minute) for hour, minute in there.moments.hours}
    return [
        words
        for (hour, minute), words in here.moments.hours.items()
        if (hour % 12, minute) not in known
        and not (minute == 0 and {hour, hour % 12} & there.counted())
    ]


def _sites(text: Text) -> set[str]:
    """Return where a body links to: a page may have another path in each language."""
    found = set()
    for anchor in text.anchors:
        parts = addresses.split(anchor.url)
        if parts is not None:
            found.add((parts.hostname or parts.path).removeprefix("www."))
    return found


CHECKS = (numbers_differ, dates_differ, weekdays_differ, times_differ, links_differ)
