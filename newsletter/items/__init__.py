"""The news desk: items, their facts, and their words in each language."""

from newsletter.items.desk import (
    create,
    find_texts,
    get_item,
    latest,
    translate,
)
from newsletter.items.events import Occasion, move
from newsletter.items.files import add_document, illustrate, remove_document
from newsletter.items.markup import clean_body
from newsletter.items.revisions import Author
from newsletter.items.saving import Attempt, Saved, save
from newsletter.items.words import is_stale, source_hash

__all__ = [
    "Attempt",
    "Author",
    "Occasion",
    "Saved",
    "add_document",
    "clean_body",
    "create",
    "find_texts",
    "get_item",
    "illustrate",
    "is_stale",
    "latest",
    "move",
    "remove_document",
    "save",
    "source_hash",
    "translate",
]
