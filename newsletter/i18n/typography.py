"""The signs and spaces of good print, per language: quotes, apostrophes, no-break.

Only what was typed in haste is changed: straight quotes that come in pairs, straight
apostrophes, three dots, plain spaces where a line may not break. Addresses, file
names, code and names in braces stay as they are, and whatever has been tidied once
stays so (see tests: it is idempotent).
"""

import re
from dataclasses import dataclass
from functools import cache

from babel.dates import get_month_names

from newsletter.i18n import quotes
from newsletter.i18n.languages import base, locale

_NBSP = "\u00a0"
# U+202F, the narrow no-break space French puts before its tall signs.
_NARROW = "\u202f"
_SPACE = "[ \u00a0\u202f]"

# Words that are not prose: addresses, mailboxes, paths, code, names in braces,
# character references.
_LEFT_ALONE = re.compile(
    r"\S*(?:://|www\.|[^\s@]@[^\s@]|[\\{}`|<>]|=[\"']|\w\(\)|\w_\w|&#?\w+;|--\w"
    r"|\w/\w*[./?=&])\S*"
)
_DOTS = re.compile(r"(?<!\.)\.\.\.(?!\.)")

_BEFORE = re.compile(rf"{_SPACE}(?=(?:[:;](?!\))|[!?»])(?:\W|$))")
_AFTER = re.compile(rf"(?<=«){_SPACE}")
# Without a space: only after a letter or a closing sign, so that 12:30 stays.
_MISSING_BEFORE = re.compile(r"(?<=[^\W\d_])(?=(?:[;:]|[!?]+)(?:[\s»”)]|$))")
_MISSING_QUOTE = re.compile(r"(?<=[^\s\u00a0\u202f«])(?=»)")
_MISSING_AFTER = re.compile(r"(?<=«)(?=[^\s\u00a0\u202f»])")
_THOUSANDS = re.compile(r"(?<![\d.,\u202f])\d{1,3}(?: \d{3})+(?!\d)")
_HOURS = re.compile(r"(?<=\d) (?=h\b)|(?<=\d\u00a0h) (?=\d{2}\b)")
_UNITS = re.compile(
    r"(?<=\d) (?=(?:[%‰€$£°]|(?:k|c|m)?[mg]|[kKMGT]?[Bo]|ko|kB|ha|km²|m²|m³|kW|kWh|MW|"
    r"l|cl|min|sec|s|t|euros?|Euro|EUR|USD|Uhr|uur|millions?|milliards?|miljoen|"
    r"Millionen|million)(?!\w))"
)
# "No 48", "p. 12", "art. 3": the word and its number.
_NUMBERED = re.compile(
    r"(?<!\w)((?:N[o°º]|n[°º]|Nr\.|nr\.|p\.|pp\.|S\.|blz\.|art\.|Art\.|§|vol\.)) (?=\d)"
)
_TITLES = re.compile(r"(?<!\w)((?:M\.|MM\.|Mme|Mlle|Dr|Pr|Me)) (?=[A-ZÀ-Þ])")


def tidy(text: str, language: str) -> str:
    """Return `text` with the signs and the no-break spaces its language asks for."""
    habits = _HABITS.get(base(language))
    if habits is None:
        return text
    return "".join(tidied for tidied in _runs(text, language, habits))


def tidy_parts(parts: list[str], language: str) -> list[str]:
    """Return the parts of one text tidied as a whole: a quotation may span them.

    They are what stands between tags: an opening quote in one, its twin in another.
    """
    if any(quotes.SEAM in part for part in parts):
        return [tidy(part, language) for part in parts]
    tidied = tidy(quotes.SEAM.join(parts), language)
    return tidied.split(quotes.SEAM)
