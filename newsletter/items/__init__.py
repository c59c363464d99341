"""The news desk: items, their facts, and their words in each language."""

from newsletter.items.desk import (
    create,
    find_texts,
    get_item,
    latest,
    translate,
)
from newsletter.items.events import Occasion, move
from newsletter.items.markup import clean_body
from newsletter.items.words import is_stale, source_hash

__all__ = [
    "Occasion",
    "clean_body",
    "create",
    "find_texts",
    "get_item",
    "is_stale",
    "latest",
    "move",
    "source_hash",
    "translate",
]
