"""One row of a file, and what its cells may say once they leave it (pure)."""

import re
from typing import NamedTuple

from subscribers.rules import tag_key

_LONGEST_NAME = 200
_LONGEST_TAG = 60
_MOST_TAGS = 50
_LONGEST_KEY = 60
_LONGEST_VALUE = 200

# A spreadsheet runs a cell that begins so, in its full-width forms too.
FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
_EQUALS = ("=", "\uff1d")
# A telephone number or a figure is no formula, whatever it begins with.
_NUMBER = re.compile(r"[+-]?[\d\s().,/-]*\d[\d\s().,/-]*", re.ASCII)
# What a name never needs: a link, markup, or what is left of a formula.
_NOT_A_NAME = re.compile(r"[<>{}|\[\]\\]|://|www\.|\w\(|\d!")
_TAG_MARKS = re.compile(r"[,;|\n]")


class Record(NamedTuple):
    """One row as a spreadsheet counts them, from 1; no cells: it cannot be read."""

    row: int
    cells: tuple[str, ...] | None


def clean_name(text: str) -> str:
    """Return a name fit for a letter and a spreadsheet, empty if it is none.

    Links, markup and formulas are no names (a name is no way to send strangers a
    text through us); other signs a spreadsheet acts on are taken off its front.
    """
    plain = unescaped(one_line(text))
    if plain.startswith(_EQUALS) or _NOT_A_NAME.search(plain):
        return ""
    return plain.lstrip(FORMULA + " ")[:_LONGEST_NAME].rstrip()


def clean_key(text: str) -> str:
    """Return a heading as the name of an attribute, empty if it is none."""
    return one_line(text).lstrip(FORMULA + "' ")[:_LONGEST_KEY].rstrip()


def clean_value(text: str) -> str:
    """Return what an attribute may hold: one short line that is no formula."""
    plain = unescaped(one_line(text))
    if plain[:1] in FORMULA and not _NUMBER.fullmatch(plain):
        plain = "" if plain.startswith(_EQUALS) else plain.lstrip(FORMULA + " ")
    return plain[:_LONGEST_VALUE].rstrip()


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a cell, separated by commas, semicolons or bars."""
    found = []
    for part in _TAG_MARKS.split(text) if text else ():
        tag = tag_key(one_line(part).strip("\"'").lstrip(FORMULA))
        if tag:
            found.append(tag[:_LONGEST_TAG].rstrip())
    return tuple(dict.fromkeys(found))[:_MOST_TAGS]


def unescaped(text: str) -> str:
    """Take off the sign that a careful export puts before a formula."""
    if text[:1] == "'" and text[1:2] and text[1] in FORMULA:
        return text[1:]
    return text


def shown(value: str) -> str:
    """Return a cell as it may be shown: one line, not too long."""
    plain = one_line(value)
    return plain if len(plain) <= 100 else plain[:99] + "…"


def one_line(text: str) -> str:
    """Return the text without line breaks, control characters and double spaces."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
