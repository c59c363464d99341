"""What the doctor says: a colour, a sentence, advice, and the records to paste (pure).

Texts that strangers wrote, and the DNS is full of them, come in through `shown` only.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter import i18n

_LONGEST_STRING = 255  # octets of one string in a TXT record, RFC 1035 §3.3
_LONGEST = 300
_MOST_FOUND = 12
# Control characters, marks that turn the direction of writing, what has no shape.
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Colour(StrEnum):
    """How a check ended, the worst first."""

    RED = "red"  # mail is refused, or lands in spam
    YELLOW = "yellow"  # works, and should be better
    GREY = "grey"  # could not be checked
    INFO = "info"  # nothing is wrong either way
    GREEN = "green"


class Check(StrEnum):
    """The twelve checks, and the state of the program itself."""

    SENDER = "sender"
    MAILBOXES = "mailboxes"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    ALIGNMENT = "alignment"
    REVERSE = "reverse"
    PAGES = "pages"
    BLOCKLISTS = "blocklists"
    EXTRAS = "extras"
    LOOP = "loop"
    RELAY = "relay"
    HOUSE = "house"


@dataclass(frozen=True)
class Phrase:
    """One of our sentences, not yet said in a language."""

    message: str  # as the catalogues know it
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: str) -> str:
        """Return the sentence in a language of the interface."""
        values = {name: _said(value, language) for name, value in self.values.items()}
        return i18n.translator(language)(self.message, **values)


def _said(value: object, language: str) -> object:
    if isinstance(value, Phrase):
        return value.say(language)
    return shown(value) if isinstance(value, str) else value


def phrase(message: str, /, **values: object) -> Phrase:
    """Return a sentence with its values; the message is marked by N_ at the call."""
    return Phrase(message, values)


@dataclass(frozen=True)
class Record:
    """A DNS record, exactly as it should be published."""

    name: str  # without a final dot
    type: str
    value: str

    @property
    def strings(self) -> tuple[str, ...]:
        """The value in pieces of 255 octets at most, as TXT records hold it."""
        return tuple(
            self.value[start : start + _LONGEST_STRING]
            for start in range(0, len(self.value), _LONGEST_STRING)
        ) or ("",)

    @property
    def zone(self) -> str:
        """The record as a line of a zone file (BIND)."""
        if self.type != "TXT":
            return f"{self.name}. IN {self.type} {self.value}"
        quoted = " ".join(f'"{_escaped(each)}"' for each in self.strings)
        pieces = f"( {quoted} )" if len(self.strings) > 1 else quoted
        return f"{self.name}. IN TXT {pieces}"

    def host(self, zone: str) -> str:
        """Return the name as the panel of a zone asks for it: what stands before it."""
        if self.name == zone:
            return "@"
        return self.name.removesuffix(f".{zone}")


@dataclass(frozen=True)
class Diagnosis:
    """The end of one check, for one name where a check looks at several."""

    check: Check
    colour: Colour
    sentence: Phrase
    about: str = ""  # the domain, host or selector that was looked at
    advice: tuple[Phrase, ...] = ()
    records: tuple[Record, ...] = ()
    found: tuple[str, ...] = ()  # what is there now, safe to show

    def say(self, language: str) -> str:
        """Return the sentence in a language of the interface."""
        return self.sentence.say(language)

    def advise(self, language: str) -> str:
        """Return what to do about it, empty if there is nothing to do."""
        return " ".join(each.say(language) for each in self.advice)


def found(*texts: str) -> tuple[str, ...]:
    """Return what was found as it may be shown: a few texts, none of them long."""
    return tuple(map(shown, texts[:_MOST_FOUND]))


def shown(text: str) -> str:
    """Return a stranger's text without anything that acts or hides, and not long.

    Markup stays, as text: a page escapes it like any other value.
    """
    safe = "".join(map(_visible, text[: _LONGEST + 1]))
    return f"{safe[:_LONGEST]}…" if len(safe) > _LONGEST else safe


def worst(colours: "list[Colour]") -> Colour:
    """Return the colour that counts of many; green if there are none."""
    order = list(Colour)
    return min(colours, key=order.index, default=Colour.GREEN)


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSHOWN:
        return character
    return f"\\u{{{ord(character):x}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
