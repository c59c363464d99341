"""A sentence that is kept before it is said: in the language of whoever reads it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from newsletter import i18n
from subscribers.sentences import Saying


@dataclass(frozen=True)
class Tongue:
    """A language that a sentence names: in French, in het Frans."""

    tag: str


@dataclass(frozen=True)
class Weekday:
    """A day of which a sentence names the weekday."""

    day: date


@dataclass(frozen=True)
class Sentence:
    """A msgid with its values; each is worded when the sentence is said.

    A `datetime` must stand in the zone that it is shown in; a value may be a sentence.
    """

    message: str
    values: "tuple[tuple[str, Value], ...]" = ()
    plural: str = ""
    n: int = 0

    def say(self, language: str) -> str:
        """Return the sentence in a language of the interface."""
        say = i18n.translator(language)
        values = {name: _worded(value, say.speaks) for name, value in self.values}
        if not self.plural:
            return say(self.message, **values)
        count = {"n": i18n.number(self.n, say.speaks)}
        return say.ngettext(self.message, self.plural, self.n, **count | values)


Value: TypeAlias = (
    str
    | int
    | float
    | date
    | datetime
    | Tongue
    | Weekday
    | Sentence
    | Saying
    | tuple[str, ...]
)


# Named so that the tools that collect msgids find the words between the brackets.
def gettext(message: str, /, **values: Value) -> Sentence:
    """Return a sentence to be said later."""
    return Sentence(message, tuple(values.items()))


def ngettext(singular: str, plural: str, n: int, /, **values: Value) -> Sentence:
    """Return a sentence whose form depends on `n`, which it may name as `{n}`."""
    return Sentence(singular, tuple(values.items()), plural, n)


def _worded(value: Value, language: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return i18n.number(value, language)
    if isinstance(value, tuple):
        return i18n.listed(value, language)
    if isinstance(value, Sentence | Saying | Tongue):
        return _spoken(value, language)
    return _dated(value, language)


def _spoken(value: Sentence | Saying | Tongue, language: str) -> str:
    if isinstance(value, Saying):  # what an error says
        return i18n.told(value, language)
    if isinstance(value, Sentence):
        return value.say(language)
    return i18n.language_name(value.tag, language)


def _dated(value: date | datetime | Weekday, language: str) -> str:
    if isinstance(value, Weekday):
        return i18n.weekday(value.day, language)
    if isinstance(value, datetime):
        return i18n.moment(value, language)
    return i18n.day(value, language)
