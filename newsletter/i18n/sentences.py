"""Where a sentence ends: not after every full stop."""

import re
from functools import cache

from newsletter.i18n.languages import base

# Words that end in a full stop and go on, lower case. Single letters, as in "z. B." and
# "J. Peeters", and numbers, as in "1. Dezember", need no list.
_SHARED = "dr prof nr no vol art tel etc cf vs"
_SHORT = {
    "fr": "m mm me mgr st ste p pp ex env av apr bd janv févr juill sept oct nov déc "
    "hab éd chap",
    "nl": "bijv bv dhr mevr mw ca enz evt incl excl jl blz pag resp t.a.v o.a m.b.t "
    "d.w.z i.v.m a.u.b jan feb mrt apr jun jul aug sept okt nov dec drs ing ir mr zgn "
    "max min st",
    "de": "bzw ca ggf evtl inkl exkl usw vgl sog str abs hr fr hrn st bsp z.b d.h u.a "
    "i.d.r z.t s.o jan feb mär apr jun jul aug sept okt nov dez mio mrd max min zzgl "
    "nachm vorm",
    "en": "mr mrs ms messrs st jr sr e.g i.e a.m p.m jan feb mar apr jun jul aug sept "
    "oct nov dec inc ltd co approx est dept fig",
}
# A stop, perhaps a closing sign, spaces, and what begins the next sentence.
_STOP = re.compile(r"[.!?…]+(?:[\s\u202f\u00a0]*[»”“’)\]]+)?(?=[\s\u00a0\u202f])")
_LETTER = re.compile(r"\w\.")  # of "z. B."
_LAST_WORD = re.compile(r"[^\s\u00a0\u202f(«„“‘]+$")


def split(text: str, language: str) -> list[str]:
    """Return the sentences of a text; each line is at least one, spaces are lost."""
    found: list[str] = []
    for line in text.splitlines():
        found += _sentences(line.strip(), base(language))
    return found


def _sentences(line: str, language: str) -> list[str]:
    found, start = [], 0
    for stop in _STOP.finditer(line):
        said, rest = line[start : stop.start()], line[stop.end() :].lstrip()
        if rest and _ends(said, stop[0], rest, language):
            found.append(line[start : stop.end()].strip())
            start = stop.end()
    last = line[start:].strip()
    return [*found, last] if last else found


def _ends(said: str, stop: str, rest: str, language: str) -> bool:
    """Whether a sentence ends at a stop between what was said and the rest."""
    if stop[0] != "." or stop.startswith(".."):
        return not rest[0].islower()
    word = _LAST_WORD.search(said)
    last = word[0] if word else ""
    if last.isdecimal():  # "am 1. Dezember", "2. Der Antrag"; but "in 2026. Then"
        return len(last) > 2 and not rest[0].islower()
    initial = len(last) == 1 and (last.isupper() or bool(_LETTER.match(rest)))
    return not (initial or rest[0].islower() or last.casefold() in _short(language))


@cache
def _short(language: str) -> frozenset[str]:
    return frozenset((_SHARED + " " + _SHORT.get(language, "")).split())
