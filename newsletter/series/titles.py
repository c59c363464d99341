"""Titles of recurring issues: "News of {month}" in each language (pure)."""

import re
from collections.abc import Mapping
from datetime import date
from string import Formatter

from newsletter import i18n
from newsletter.errors import BadSeries

KNOWN = ("month", "year", "number", "date")
_LONGEST = 200  # characters; what is filled in makes it longer
# « de octobre » is « d’octobre »; no other month begins with a vowel.
_ELIDED = re.compile(r"\b([Dd])e (?=avril|août|octobre)")


def require(titles: Mapping[str, str]) -> None:
    """Raise BadSeries for a title that cannot be filled in."""
    if not titles:
        raise BadSeries("A series needs a title, for example “News of {month}”.")
    for words in titles.values():
        _require(words)


def title_in(titles: Mapping[str, str], language: str, *, number: int, on: date) -> str:
    """Return the title of the issue of a day: Nouvelles d’octobre.

    A language without words of its own has those for every one, else the first.
    """
    words = titles.get(language) or titles.get("") or next(iter(titles.values()))
    values = {
        "month": i18n.month(on, language),
        "year": str(on.year),
        "number": i18n.number(number, language),
        "date": i18n.day(on, language),
    }
    filled = words.format(**values)
    if i18n.base(language) == "fr":
        filled = _ELIDED.sub(r"\1’", filled)
    return filled[:1].upper() + filled[1:]


def _require(words: str) -> None:
    if not words.strip() or len(words) > _LONGEST or not words.isprintable():
        raise BadSeries("A title is one line of 1 to {most} characters.", most=_LONGEST)
    try:
        parts = list(Formatter().parse(words))
    except ValueError as error:
        raise BadSeries(
            "“{title}”: a brace is open or closed once too often.", title=words
        ) from (error)
    for _, name, form, conversion in parts:
        if name is not None and (name not in KNOWN or form or conversion):
            there = ", ".join(f"{{{known}}}" for known in KNOWN)
            raise BadSeries(
                "“{title}”: a title may hold {there}, nothing else.",
                title=words,
                there=there,
            )
