"""One post, several languages: a text, a line of dots, the text again."""

from collections.abc import Sequence

from newsletter.feeds import detection
from newsletter.items.blocks import Block, to_text

# A part with fewer letters (a signature, an address) has no language of its own.
_ENOUGH = 60

Parts = dict[str, tuple[Block, ...]]


def split(row: Sequence[Block], *, language: str, languages: Sequence[str]) -> Parts:
    """Return {language: blocks}, the post's own language first.

    A line that parts two texts of one language is only a pause: then everything
    stays together in `language`.
    """
    parts = _parts(row)
    found: Parts = {}
    for part in parts:
        spoken = detection.detect(to_text(part), languages) if len(parts) > 1 else None
        if spoken is None:
            spoken = next(reversed(found), language)
        found[spoken] = (*found.get(spoken, ()), *part)
    if len(found) < 2:
        return {language: tuple(row)}
    if language not in found:
        return found
    return {language: found.pop(language), **found}


def _parts(row: Sequence[Block]) -> list[list[Block]]:
    """Return the texts between the lines; one too short joins the one before it."""
    parts: list[list[Block]] = [[]]
    for block in row:
        if block.tag == "rule":
            parts.append([])
        else:
            parts[-1].append(block)
    joined: list[list[Block]] = []
    for part in parts:
        short = sum(map(str.isalpha, to_text(part))) < _ENOUGH
        if joined and short:
            joined[-1] += part
        else:
            joined.append(part)
    return joined
