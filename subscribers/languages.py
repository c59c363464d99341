"""Read the name of a language, however somebody wrote it (pure)."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers

# The languages in which a column of languages is likely to be written.
_WRITTEN_IN = ("fr", "nl", "de", "en")
_LONGEST = 60  # characters; no language has a longer name
_TAG = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?(?:[.@].*)?",
    re.IGNORECASE | re.ASCII,
)


def read(text: str, offered: Sequence[str]) -> str | None:
    """Return the BCP 47 tag meant by "Frans", "F", "fr_BE" or "Néerlandais".

    The answer is one of `offered` where that fits ("fr_BE" is "fr" on a list in
    "fr"), else another language that CLDR can write dates in, else None.
    """
    return None if len(text) > _LONGEST else _read(text, tuple(offered))


def canonical(tag: str) -> str | None:
    """Return a tag in its usual spelling ("FR_be" is "fr-BE"), None if unknown."""
    found = _TAG.fullmatch(tag)
    if not found:
        return None
    language, script, region = found.groups()
    language = get_global("language_aliases").get(language.lower(), language.lower())
    if language not in _known():
        return None
    parts = (language, (script or "").title(), (region or "").upper())
    return "-".join(part for part in parts if part)


def fold(text: str) -> str:
    """Return words to compare by: no case, accents, punctuation or double spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = (c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join("".join(letters).split())


@lru_cache(maxsize=4096)  # a column of a million cells holds few different ones
def _read(text: str, offered: tuple[str, ...]) -> str | None:
    plain = fold(text)
    names = _names(offered)
    tag = canonical(text.strip()) or names.get(plain) or names.get(_unqualified(text))
    if tag:
        return _nearest(tag, offered)
    return _abbreviated(plain, offered)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(name for name in locale_identifiers() if "_" not in name)


def _unqualified(text: str) -> str:
    return fold(text.partition("(")[0])


def _nearest(tag: str, offered: Sequence[str]) -> str:
    """Return the offered tag that `tag` is read as, or `tag` itself."""
    spelling = {canonical(each) or each: each for each in offered}
    base = tag.partition("-")[0]
    for wanted in (tag, base):
        if wanted in spelling:
            return spelling[wanted]
    variants = [each for each in spelling if each.partition("-")[0] == base]
    if tag == base and len(variants) == 1:
        return spelling[variants[0]]
    return tag


def _abbreviated(plain: str, offered: tuple[str, ...]) -> str | None:
    """Return the one offered language that "F", "Ned" or "Dui" can stand for."""
    if not plain:
        return None
    if len(plain) == 1:
        meant = {each for each in offered if each.lower().startswith(plain)}
    else:
        meant = {
            _nearest(tag, offered)
            for name, tag in _names(offered).items()
            if name.startswith(plain)
        } & set(offered)
    return meant.pop() if len(meant) == 1 else None


@lru_cache(maxsize=32)
def _names(offered: tuple[str, ...]) -> dict[str, str]:
    """Return what languages are called in the languages of the house."""
    found: dict[str, str] = {}
    for tag in dict.fromkeys((*offered, *_WRITTEN_IN)):
        known = canonical(tag)
        if not known:
            continue
        locale = Locale.parse(known.partition("-")[0])
        for code, name in locale.languages.items():
            meant = canonical(code)
            if meant:
                found.setdefault(fold(name), meant)
    return found
