"""The line that says where a piece of news comes from."""

import re
from collections.abc import Sequence

from newsletter.items import plain
from newsletter.items.blocks import Block

_SOURCE = re.compile(
    r"(?:sources?|bron(?:nen)?|quellen?|herkunft)\s*[:：]\s*(?P<name>\S.*)",
    re.IGNORECASE,
)
_LIMIT = 300


def take(row: Sequence[Block]) -> tuple[str, tuple[Block, ...]]:
    """Return the source a text names, and the text without that line."""
    names = [name for block in row if (name := _of(block))]
    rest = tuple(block for block in row if not _of(block))
    return (names[-1] if names else ""), rest


def read(text: str) -> str | None:
    """Return the source named by a line that does nothing else, or None."""
    match = _SOURCE.fullmatch(text.strip())
    if match is None or len(text) > _LIMIT:
        return None
    name = match["name"].strip(" \u00a0.")
    # "Sources: three people told us … ." is a sentence of the text, not a name.
    return plain.line(name, limit=_LIMIT) if ". " not in name else None


def _of(block: Block) -> str | None:
    return read(block.text) if block.tag == "p" else None
