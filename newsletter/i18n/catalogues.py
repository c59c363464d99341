"""The interface's own words: gettext catalogues, read as they are written."""

import gettext
import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from newsletter import config
from newsletter.i18n.typography import tidy


class Translator:
    """Says our words in one language; calling it is gettext.

    Values are named in braces and filled in after translation:
    `_("Sent to {name}.", name=name)`. What it returns is plain text: a template
    escapes it like any other.
    """

    def __init__(self, speaks: str, found: gettext.NullTranslations) -> None:
        self.speaks = speaks  # the language of its words: English where we have none
        self._found = found

    def __call__(self, message: str, /, **values: object) -> str:
        return _fill(self._found.gettext(message), values)

    def gettext(self, message: str, /, **values: object) -> str:
        """Say one sentence."""
        return self(message, **values)

    def ngettext(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """Say one sentence in the form that `n` asks for; `{n}` is the number."""
        said = self._found.ngettext(singular, plural, n)
        return _fill(said, {"n": n, **values})

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """Say a word whose translation depends on where it stands."""
        return _fill(self._found.pgettext(context, message), values)


def N_(message: str) -> str:  # noqa: N802  # the name extraction tools know
    """Mark words for the catalogues where they are stored, not yet said."""
    return message


@cache
def translator(language: str) -> Translator:
    """Return the words for a BCP 47 tag: its own, its base language's, or English."""
    for tag in _chain(language):
        if _file(tag).is_file():
            return Translator(tag, _compile(tag))
    return Translator("en", gettext.NullTranslations())


def words(language: str) -> dict[str, Callable[..., str]]:
    """Return what a template needs to speak: `_`, `ngettext` and `pgettext`."""
    say = translator(language)
    return {"_": say, "ngettext": say.ngettext, "pgettext": say.pgettext}


def catalogue_languages() -> list[str]:
    """Return the languages whose words ship with the program."""
    return sorted(path.parts[-3] for path in _folder().glob("*/LC_MESSAGES/*.po"))


def read(language: str) -> Catalog:
    """Return the catalogue of exactly this language, as it stands in its file."""
    with _file(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _folder() -> Path:
    return config.find("locale")


def _file(language: str) -> Path:
    return _folder() / language / "LC_MESSAGES" / "newsletter.po"


def _chain(language: str) -> Iterator[str]:
    """Yield a tag and its shorter forms: fr-BE, fr."""
    parts = language.split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()


def _compile(language: str) -> gettext.GNUTranslations:
    """Compile a catalogue in memory, so that no binary file can grow stale."""
    catalogue = read(language)
    for message in catalogue:
        if isinstance(message.string, str):
            message.string = tidy(message.string, language)
        else:
            forms = message.string or ()
            message.string = tuple(tidy(form, language) for form in forms)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _fill(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text
