"""The words of an item in one language, and whether they still follow the source."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TypedDict

from newsletter.items import links, markup, plain
from newsletter.models import ItemText


class Words(TypedDict, total=False):
    """What can be said about an item in one language; what is left out stays."""

    title: str
    summary: str
    body: str  # HTML, cleaned when it is written
    caption: str
    alt: str
    link_text: str
    url: str  # this language's own page


_LIMITS = {"title": 500, "alt": 500, "link_text": 200, "caption": 1000}
TRANSLATABLE = ("title", "summary", "body", "caption", "alt", "link_text")


def source_hash(text: ItemText) -> str:
    """Return the hash of the words that have to be translated."""
    return digest(getattr(text, name) for name in TRANSLATABLE)


def digest(words: Iterable[str]) -> str:
    """Return the hash of words in their order."""
    return hashlib.sha256(json.dumps(list(words)).encode()).hexdigest()


def is_stale(source_text: ItemText, translation: ItemText) -> bool:
    """Say whether the source words changed after `translation` was made from them.

    Words that do not know what they were made from are taken as they are.
    """
    if translation.language == source_text.language or not translation.source_hash:
        return False
    return translation.source_hash != source_hash(source_text)


def put(text: ItemText, words: Words) -> bool:
    """Write `words` into a row, cleaned; return whether anything differs now."""
    changed = False
    for name, value in clean(words).items():
        if getattr(text, name) != value:
            setattr(text, name, value)
            changed = True
    return changed


def clean(words: Words) -> Mapping[str, str]:
    """Return the words as they may be stored; raises BadText for a body too large."""
    return {name: _clean(name, str(value)) for name, value in words.items()}


def _clean(name: str, value: str) -> str:
    if name == "body":
        return markup.clean_body(value)
    if name == "url":
        return links.safe(value)
    if name == "summary":
        return plain.visible(value).strip()
    return plain.line(value, limit=_LIMITS[name])
