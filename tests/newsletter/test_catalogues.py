"""Every word of the interface exists in every language it speaks."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from newsletter.i18n import catalogues
from tests.facts import ON_PAGES, raised

ROOT = Path(__file__).parents[2]
METHODS = [
    ("templates/**.html", "jinja2"),
    ("templates/**.mjml", "jinja2"),
    ("newsletter/**.py", "python"),
    ("subscribers/**.py", "python"),
]
# What an error says when it is raised is shown on a page, and so is `Saying`.
KEYWORDS = DEFAULT_KEYWORDS | dict.fromkeys(["Saying", *ON_PAGES])
# English says what the msgids say.
TRANSLATED = [lang for lang in catalogues.catalogue_languages() if lang != "en"]

Key = tuple[str | None, str]


@cache
def wanted() -> dict[Key, str]:
    """Return every word that templates and code say, and where."""
    found = {}
    for folder in ("templates", "newsletter", "subscribers"):
        methods = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in METHODS
            if pattern.startswith(folder)
        ]
        for file, line, words, _, context in extract_from_dir(
            ROOT / folder, methods, keywords=KEYWORDS
        ):
            singular = words if isinstance(words, str) else words[0]
            found[context, singular] = f"{folder}/{file}:{line}"
    for fact in raised():
        if fact.words is None:
            found[None, fact.docstring] = fact.place
    return found


def kept(language: str) -> dict[Key, Message]:
    return {
        (message.context, _singular(message)): message
        for message in catalogues.read(language)
        if message.id
    }


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(words: object) -> list[str]:
    return [words] if isinstance(words, str) else list(words or ())  # type: ignore[call-overload]  # a tuple of forms


def test_four_languages_ship() -> None:
    assert catalogues.catalogue_languages() == ["de", "en", "fr", "nl"]
    assert len(wanted()) > 30


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_is_missing(language: str) -> None:
    found = kept(language)

    missing = {
        place: key[1]
        for key, place in wanted().items()
        if key not in found or not all(_forms(found[key].string))
    }

    assert missing == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_is_kept_that_nobody_says(language: str) -> None:
    assert [words for _, words in kept(language).keys() - wanted().keys()] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_same_values(language: str) -> None:
    values = re.compile(r"\{\w*\}")

    # The singular may spell its number out: "One issue".
    different = [
        message.id
        for message in kept(language).values()
        if set(values.findall(_forms(message.string)[-1]))
        != set(values.findall(_forms(message.id)[-1]))
    ]

    assert different == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_waits_for_review(language: str) -> None:
    assert [m.id for m in kept(language).values() if m.fuzzy] == []


@pytest.mark.parametrize(
    ("language", "banned"),
    [("fr", "\"'"), ("nl", "\"'"), ("de", "\"'"), ("en", "")],
)
def test_quotation_marks_and_apostrophes_are_the_real_ones(
    language: str, banned: str
) -> None:
    plain = [
        form
        for message in kept(language).values()
        for form in _forms(message.string)
        if set(form) & set(banned)
    ]

    assert plain == []
