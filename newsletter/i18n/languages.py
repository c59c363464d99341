"""What languages are called, and which way they are written."""

from collections.abc import Sequence
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.lists import format_list

from newsletter.i18n.catalogues import translator


@cache
def locale(language: str) -> Locale:
    """Return the Babel locale of a BCP 47 tag, of its base language, or English.

    Plain `en` is written the European way, day before month.
    """
    if language.lower() == "en":
        return Locale("en", "GB")
    for tag in (language, base(language)):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")


def listed(words: Sequence[str], language: str) -> str:
    """Return words as a language enumerates them: "one, two and three"."""
    return format_list(list(words), locale=locale(language))


def base(language: str) -> str:
    """Return the language without region or script: fr of fr-BE."""
    return language.partition("-")[0].lower()


def is_same_language(one: str, other: str) -> bool:
    """Whether a reader of one can be said to read the other: fr and fr-BE."""
    return base(one) == base(other)


def language_name(language: str, in_language: str) -> str:
    """Return what a language is called in another: français, Frans, Französisch."""
    return _name(language, locale(in_language)) or language


def own_name(language: str) -> str:
    """Return what a language calls itself, as it stands in a list: Français."""
    name = _name(language, locale(language)) or language
    return name[:1].upper() + name[1:]


def in_language_label(language: str, in_language: str) -> str:
    """Return the label of words in another language: (en français), (in French)."""
    say = translator(in_language)
    name = language_name(language, say.speaks)
    return say("(in {language})", language=name)


def plate(language: str) -> str:
    """Return the short sign of a language: NL."""
    return base(language).upper()


def regional(language: str) -> str:
    """Return a language with its region, or the likeliest: fr_FR (Open Graph)."""
    found = locale(language)
    if found.territory:
        return f"{found.language}_{found.territory}"
    likely = get_global("likely_subtags").get(found.language, "")
    region = likely.rpartition("_")[2]
    return f"{found.language}_{region}" if region else found.language


def direction(language: str) -> str:
    """Return `rtl` or `ltr`, as HTML's dir attribute wants it."""
    try:
        found = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        found = locale(language)
    return "rtl" if found.character_order == "right-to-left" else "ltr"


def _name(language: str, spoken: Locale) -> str | None:
    found = locale(language)
    if found.language != base(language):
        return None
    # A region rarely matters to a reader; a script does.
    if found.script and "-" in language:
        return found.get_display_name(spoken)
    return found.get_language_name(spoken)
