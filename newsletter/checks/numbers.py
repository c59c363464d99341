"""Numbers, found in digits and in words of four languages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from newsletter import i18n

_UNITS = {
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize"
    " quatorze quinze seize dix-sept dix-huit dix-neuf",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien"
    " veertien vijftien zestien zeventien achttien negentien",
    "de": "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn"
    " vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen"
    " fourteen fifteen sixteen seventeen eighteen nineteen",
}
_TENS = {
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingt"
    " quatre-vingt-dix",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
}
# Words that count, but that another language may well say otherwise: they can agree
# with a number, and never disagree with one.
_LOOSE = {
    "fr": "dizaine=10 douzaine=12 quinzaine=15 vingtaine=20 trentaine=30"
    " quarantaine=40 cinquantaine=50 soixantaine=60 centaine=100 cent=100 cents=100"
    " mille=1000 millier=1000 milliers=1000 neuf=9 moitié=50 double=2 triple=3"
    " troisième=3 quatrième=4 cinquième=5 sixième=6 dixième=10 septante=70 nonante=90",
    "nl": "tiental=10 tientallen=10 dozijn=12 twintigtal=20 dertigtal=30 veertigtal=40"
    " vijftigtal=50 honderdtal=100 honderd=100 honderden=100 duizend=1000"
    " duizenden=1000 elf=11 acht=8 helft=50 derde=3 vierde=4 vijfde=5 beide=2"
    " allebei=2 dubbel=2",
    "de": "dutzend=12 hundert=100 hunderte=100 tausend=1000 tausende=1000 elf=11"
    " acht=8 hälfte=50 dritte=3 dritten=3 vierte=4 fünfte=5 beide=2 beiden=2",
    "en": "dozen=12 dozens=12 hundred=100 hundreds=100 thousand=1000 thousands=1000"
    " half=50 third=3 fourth=4 fifth=5 both=2 pair=2 couple=2 score=20 elf=11",
}
_MILLIONS = {
    "fr": {"million": 6, "millions": 6, "milliard": 9, "milliards": 9},
    "nl": {"miljoen": 6, "miljard": 9, "mln": 6},
    "de": {"million": 6, "millionen": 6, "mio": 6, "milliarde": 9, "milliarden": 9},
    "en": {"million": 6, "billion": 9, "m": 6},
}
# One and two are articles, pairs and "both"; none is "no".
_LOOSE_VALUES = frozenset({0, 1, 2})
_NOT_NUMBERS = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+|\+?\d[\d /.()-]{8,}\d"
    r"|\b[A-Z]{2}\d{2}(?: ?\d{4}){2,}"
)
_DIGITS = re.compile(
    r"(?<![\w.,/])(\d+(?:[.,\u00a0\u202f’' ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"(?:er|re|ère|e|ème|st|nd|rd|th|ste|de|te)?(?!\w)"
    r"(?:[ \u00a0\u202f]([^\W\d_]+))?"
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True)
class Numbers:
    """The numbers of a text: those that must agree, with their words, and all."""

    strict: Mapping[Decimal, str]
    all: frozenset[Decimal]


def find(text: str, language: str) -> Numbers:
    """Return the numbers of a text; in a language we do not read, those in digits."""
    spoken = i18n.base(language)
    strict: dict[Decimal, str] = {}
    loose: set[Decimal] = set()
    plain = _NOT_NUMBERS.sub(" ", text)
    for value, words in _in_digits(plain, spoken):
        strict.setdefault(value, words)
    for value, words, is_loose in _in_words(plain, spoken):
        if is_loose or value in _LOOSE_VALUES:
            loose.add(value)
        else:
            strict.setdefault(value, words)
    return Numbers(strict, frozenset(strict) | loose)


def _in_digits(text: str, language: str) -> Iterator[tuple[Decimal, str]]:
    for found in _DIGITS.finditer(text):
        value = _value(found[1], language)
        if value is None:
            continue
        power = _MILLIONS.get(language, {}).get((found[2] or "").lower())
        words = f"{found[1]} {found[2]}" if power else found[1]
        yield (value.scaleb(power) if power else value).normalize(), words


def _value(digits: str, language: str) -> Decimal | None:
    """Read 13,4 and 13.4, 1 204 and 1.204, as the language writes them."""
    comma, point = (",", ".") if language == "en" else (".", ",")
    plain = re.sub(r"[\u00a0\u202f’' ]", "", digits)
    grouped = re.fullmatch(rf"\d{{1,3}}(?:\{comma}\d{{3}})+(\{point}\d+)?", plain)
    if grouped:
        plain = plain.replace(comma, "")
    try:
        return Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return None


def _in_words(text: str, language: str) -> Iterator[tuple[Decimal, str, bool]]:
    exact, loose = _table(language), _loose(language)
    for found in _WORD.finditer(text):
        word = found[0].lower()
        if word in loose:
            yield Decimal(loose[word]), found[0], True
        elif word in exact:
            yield Decimal(exact[word]), found[0], False
        else:
            for value in _within(word, language):
                yield value, found[0], True


def _within(word: str, language: str) -> Iterator[Decimal]:
    """Yield the numbers that a longer word is made with: sechzehnjährige, two-day."""
    exact = _table(language)
    for part in word.split("-"):
        if part in exact:
            yield Decimal(exact[part])
        elif language in {"nl", "de"}:
            begins = (name for name in exact if len(name) > 3 and part.startswith(name))
            longest = max(begins, key=len, default="")
            if longest:
                yield Decimal(exact[longest])


@cache
def _loose(language: str) -> dict[str, int]:
    pairs = (pair.partition("=") for pair in _LOOSE.get(language, "").split())
    return {word: int(value) for word, _, value in pairs}


@cache
def _table(language: str) -> dict[str, int]:
    """Return the words for 0 to 99."""
    if language not in _UNITS:
        return {}
    units, tens = _UNITS[language].split(), _TENS[language].split()
    found = {word: value for value, word in enumerate(units)}
    for number, ten in enumerate(tens, start=2):
        found[ten] = number * 10
        for unit in range(1, 10):
            for word in _joined(ten, units, unit, language):
                found.setdefault(word, number * 10 + unit)
    if language == "fr":
        found |= {"quatre-vingts": 80, "soixante-et-onze": 71}
        for number in (60, 80):
            for unit in range(11, 20):
                found.setdefault(
                    f"{tens[number // 10 - 2]}-{units[unit]}", number + unit
                )
    found |= {"één": 1} if language == "nl" else {}
    found |= {"eins": 1, "dreissig": 30} if language == "de" else {}
    return found


def _joined(ten: str, units: list[str], unit: int, language: str) -> tuple[str, ...]:
    """Return how a language says a ten and a unit together."""
    match language:
        case "nl":
            link = "ën" if units[unit].endswith("e") else "en"
            return (f"{units[unit]}{link}{ten}",)
        case "de":
            return (f"{units[unit]}und{ten}",)
        case "fr" if ten in {"soixante-dix", "quatre-vingt-dix"}:
            return ()
        case "fr" if unit == 1:
            return (f"{ten}-et-un", f"{ten}-un")
        case _:
            return (f"{ten}-{units[unit]}",)
