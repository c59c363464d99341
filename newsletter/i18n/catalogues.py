"""The interface's own words: gettext catalogues, read as they are written."""

from collections.abc import Callable, Iterator
from functools import cache, cached_property
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from newsletter import config
from newsletter.i18n.typography import tidy


class Translator:
    """Says our words in one language; calling it is gettext.

    Values are named in braces and filled in after translation:
    `_("Sent to {name}.", name=name)`. What it returns is plain text: a template
    escapes it like any other. The catalogue is read with the first word that is said.
    """

    def __init__(self, speaks: str) -> None:
        self.speaks = speaks  # the language of its words: English where we have none

    def __call__(self, message: str, /, **values: object) -> str:
        return _fill(self._found.say(message), values)

    def gettext(self, message: str, /, **values: object) -> str:
        """Say one sentence."""
        return self(message, **values)

    def ngettext(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """Say one sentence in the form that `n` asks for; `{n}` is the number."""
        said = self._found.count(singular, plural, n)
        return _fill(said, {"n": n, **values})

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """Say a word whose translation depends on where it stands."""
        return _fill(self._found.say(message, context), values)

    @cached_property
    def _found(self) -> "_Words":
        return _Words(read(self.speaks), self.speaks)


def N_(message: str) -> str:  # noqa: N802  # the name extraction tools know
    """Mark words for the catalogues where they are stored, not yet said."""
    return message


@cache
def translator(language: str) -> Translator:
    """Return the words for a BCP 47 tag: its own, its base language's, or English."""
    for tag in _chain(language):
        if _file(tag).is_file():
            return Translator(tag)
    return Translator("en")


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


class _Words:
    """A catalogue, looked up and set in type word by word, as they are said.

    What has no translation, or a doubtful one, is said as it stands in the code.
    """

    def __init__(self, catalogue: Catalog, language: str) -> None:
        self._catalogue, self._language = catalogue, language
        self._form: Callable[[int], int] = c2py(catalogue.plural_expr)
        self._said: dict[tuple[str, str | None], tuple[str, ...]] = {}

    def say(self, message: str, context: str | None = None) -> str:
        forms = self._forms(message, context)
        return forms[0] if forms else message

    def count(self, singular: str, plural: str, n: int) -> str:
        forms, form = self._forms(singular, None), self._form(n)
        if form < len(forms):
            return forms[form]
        return singular if n == 1 else plural

    def _forms(self, message: str, context: str | None) -> tuple[str, ...]:
        forms = self._said.get((message, context))
        if forms is None:
            forms = self._said[message, context] = tuple(self._find(message, context))
        return forms

    def _find(self, message: str, context: str | None) -> Iterator[str]:
        found = self._catalogue.get(message, context) if message else None
        if found is None or found.fuzzy or not found.string:
            return
        said = found.string
        forms = [said] if isinstance(said, str) else list(said)
        if all(forms):
            yield from (tidy(form, self._language) for form in forms)


def _fill(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text
