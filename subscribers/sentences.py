"""A sentence with named values: plain English here, any language where it is shown."""

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias


def N_(message: str) -> str:  # noqa: N802  # the name extraction tools know
    """Mark words for the catalogues where they stand apart from what says them."""
    return message


class Language(str):
    """The BCP 47 tag of a language, which a page says by its name."""

    __slots__ = ()


class Saying:
    """A msgid and its values, which it names in braces; `str` says it in English.

    A number is said with separators, so that the number of a row goes in as a text.
    A tuple is a list, and a value may be a sentence, or the end of one.
    """

    __slots__ = ("message", "values")

    def __init__(self, message: str, /, **values: "Value") -> None:
        self.message = message
        self.values: Mapping[str, Value] = values

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Saying):
            return NotImplemented
        return (self.message, self.values) == (other.message, other.values)

    def __hash__(self) -> int:
        return hash((self.message, *self.values.items()))

    def __str__(self) -> str:
        if not self.values:
            return self.message
        plain = {name: _plain(value) for name, value in self.values.items()}
        return self.message.format(**plain)


class Told(Exception):
    """A fact that stands in somebody's way, and says so in a sentence.

    Without a message it says its docstring, so that this one needs a translation too.
    """

    def __init__(self, message: str | Saying = "", /, **values: "Value") -> None:
        if isinstance(message, str):
            message = Saying(message or (type(self).__doc__ or "").strip(), **values)
        super().__init__(str(message))
        self.said = message


Value: TypeAlias = str | int | float | date | tuple[str, ...] | Saying


def _plain(value: Value) -> str:
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:%d %B %Y}" if isinstance(value, date) else str(value)
