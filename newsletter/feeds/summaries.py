"""One or two sentences that say what an item is about."""

import re
from collections.abc import Sequence

from newsletter.items import markup, plain
from newsletter.items.blocks import PROSE, Block

LIMIT = 320  # characters: about three lines in a letter
# Fewer characters than this are no sentence worth stopping at.
_SHORTEST = 60

_SENTENCE_END = re.compile(r"[.!?…][»\"”’)]*(?=\s|$)")
# What blogs put behind a text they cut.
_TAIL = re.compile(
    r"\s*(?:\[(?:…|\.\.\.|&hellip;)\]|(?:…|\.\.\.)?\s*"
    r"(?:lire la suite|continue reading|read more|lees (?:verder|meer)|weiterlesen"
    r"|mehr lesen|en savoir plus)\b.{0,120})\s*$",
    re.IGNORECASE | re.DOTALL,
)


def of_entry(description: str, row: Sequence[Block]) -> str:
    """Return a summary from what the feed offers as one, else from the text.

    Feeds cut their descriptions anywhere, also in the middle of a word: a cut one
    ends with its last whole sentence.
    """
    offered = plain.squeeze(
        " ".join(block.text for block in markup.read(description) if block.text)
    )
    told = _TAIL.sub("", offered)
    if not told:
        return of_text(row)
    cut = told != offered or (_line(row).startswith(told) and not _ends(told))
    return _fitting(told, whole=not cut)


def of_text(row: Sequence[Block]) -> str:
    """Return the beginning of a text, by whole sentences where they are short."""
    first = next((block.text for block in row if block.tag == "p"), "")
    return _fitting(first, whole=True)


def _line(row: Sequence[Block]) -> str:
    return " ".join(block.text for block in row if block.tag in PROSE)


def _ends(text: str) -> bool:
    return bool(re.search(r"[.!?…][»\"”’)\s]*$", text))


def _fitting(text: str, *, whole: bool) -> str:
    if whole and len(text) <= LIMIT:
        return text
    start = text[:LIMIT]
    ends = [match.end() for match in _SENTENCE_END.finditer(start)]
    if ends and ends[-1] >= _SHORTEST and (ends[-1] < len(start) or _ends(start)):
        return start[: ends[-1]].strip()
    # The last word may be half a word.
    return plain.clipped(text, min(LIMIT, len(text)))
