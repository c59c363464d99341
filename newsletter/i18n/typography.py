"""The signs and spaces of good print, per language: quotes, apostrophes, no-break.

Only what was typed in haste is changed: straight quotes that come in pairs, straight
apostrophes, three dots, plain spaces where a line may not break. Addresses, file
names, code and names in braces stay as they are, and whatever has been tidied once
stays so (see tests: it is idempotent).
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from babel.dates import get_month_names

from newsletter.i18n import quotes
from newsletter.i18n.quotes import SEAM, Marks

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
_SUSPECT = re.compile(r"[@\\{}`|<>/=_&(]|www\.|--")  # one of these is in each
_DOTS = re.compile(r"(?<!\.)\.\.\.(?!\.)")

_BEFORE = re.compile(rf"{_SPACE}(?=(?:[:;](?!\))|[!?»])(?:\W|$))")
_AFTER = re.compile(rf"(?<=«){_SPACE}")
# Without a space: only after a letter or a closing sign, so that 12:30 stays.
_MISSING_BEFORE = re.compile(
    rf"(?<=[^\W\d_])({SEAM}*)(?=(?:[;:]|[!?]+)(?:[\s»”){SEAM}]|$))"
)
_MISSING_QUOTE = re.compile(r"(?<=[^\s\u00a0\u202f«])(?=»)")
# "la confiance« ." as machines turn quotes: one that opens cannot end a sentence.
_TURNED = re.compile(rf"(?<=[^\W\d_])«{_SPACE}*(?=[.,;:!?)](?:\W|$))")
_MISSING_AFTER = re.compile(r"(?<=«)(?=[^\s\u00a0\u202f»])")
_THOUSANDS = re.compile(r"(?<![\d.,\u202f])\d{1,3}(?: \d{3})+(?!\d)")
_HOURS = re.compile(r"(?<=\d) (?=h\b)|(?<=\d[ \u00a0]h) (?=\d{2}\b)")
_UNITS = re.compile(
    r"(?<=\d) (?=(?:[%‰€$£°]|(?:k|c|m)?[mg]|[kKMGT]?[Bo]|ko|kB|ha|km²|m²|m³|kW|kWh|MW|"
    r"l|cl|min|sec|s|t|euros?|Euro|EUR|USD|Uhr|uur|millions?|milliards?|miljoen|"
    r"Millionen|million)(?!\w))"
)
# "No 48", "p. 12", "art. 3": the word and its number.
_NUMBERED = re.compile(
    r"(?<!\w)((?:N[o°º]|n[°º]|Nr\.|nr\.|p\.|pp\.|S\.|blz\.|art\.|Art\.|§|vol\.)) (?=\d)"
)
# "l' Internet", as keyboards and feeds leave it: what is elided stands close.
_ELIDED = re.compile(
    rf"(?<![\w’'‘“«])((?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)’){_SPACE}(?=[^\W\d_])",
    re.IGNORECASE,
)
_TITLES = re.compile(r"(?<!\w)((?:M\.|MM\.|Mme|Mlle|Dr|Pr|Me)) (?=[A-ZÀ-Þ])")


_MARKS = {
    "fr": Marks((f"«{_NARROW}", f"{_NARROW}»"), ("‘", "’")),
    "de": Marks(("„", "“"), ("‚", "‘")),
    "nl": Marks(("‘", "’"), ("‘", "’"), elided=("s", "t", "n", "k", "m")),
    "en": Marks(("“", "”"), ("‘", "’")),
}


def tidy(text: str, language: str) -> str:
    """Return `text` with the signs and the no-break spaces its language asks for."""
    spoken = language.partition("-")[0].lower()
    if spoken not in _MARKS:
        return text
    return _tidied(text, spoken)


# The same words stand in the mail, in the text, on the web, in a label.
@lru_cache(maxsize=4096)
def _tidied(text: str, spoken: str) -> str:
    if "'" in text or '"' in text:
        alone = [range(*found.span()) for found in _left_alone(text)]
        text = quotes.curl(text, _MARKS[spoken], alone=alone)
    return "".join(_spaced(text, spoken))


def _left_alone(text: str) -> Iterator[re.Match[str]]:
    """Yield the words that are no prose; nearly every text has none."""
    return _LEFT_ALONE.finditer(text) if _SUSPECT.search(text) else iter(())


def tidy_parts(parts: list[str], language: str) -> list[str]:
    """Return the parts of one text tidied as a whole: a quotation may span them.

    They are what stands between tags: an opening quote in one, its twin in another.
    """
    if any(SEAM in part for part in parts):
        return [tidy(part, language) for part in parts]
    return tidy(SEAM.join(parts), language).split(SEAM) if parts else []


def _spaced(text: str, spoken: str) -> Iterator[str]:
    """Yield the text run by run, the spaces of its prose settled."""
    done = 0
    for found in _left_alone(text):
        yield _prose(text[done : found.start()], spoken)
        yield found[0]
        done = found.end()
    yield _prose(text[done:], spoken)


def _prose(run: str, spoken: str) -> str:
    run = _DOTS.sub("…", run)
    run = _dates(spoken).sub(rf"\1{_NBSP}", run)
    run = _NUMBERED.sub(rf"\1{_NBSP}", run)
    run = _UNITS.sub(_NBSP, run)
    return _french(run) if spoken == "fr" else run


def _french(run: str) -> str:
    run = _TURNED.sub("»", run)
    run = _MISSING_BEFORE.sub(rf"\1{_NARROW}", run)
    run = _MISSING_AFTER.sub(_NARROW, _MISSING_QUOTE.sub(_NARROW, run))
    run = _ELIDED.sub(r"\1", run)
    run = _AFTER.sub(_NARROW, _BEFORE.sub(_NARROW, run))
    run = _TITLES.sub(rf"\1{_NBSP}", _HOURS.sub(_NBSP, run))
    return _THOUSANDS.sub(lambda found: found[0].replace(" ", _NARROW), run)


@cache
def _dates(spoken: str) -> re.Pattern[str]:
    """Return what finds the space between a day and the name of its month."""
    names = {
        *get_month_names("wide", locale=spoken).values(),
        *get_month_names("abbreviated", locale=spoken).values(),
    }
    months = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(rf"\b(\d{{1,2}}(?:er|\.)?) (?=(?:{months})(?!\w))", re.IGNORECASE)
