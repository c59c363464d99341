"""Words that stand at the foot of every entry and say nothing about it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from newsletter.feeds import attributions
from newsletter.items import plain
from newsletter.items.blocks import PROSE, Block

# How many of the last paragraphs can be boilerplate.
_FOOT = 4
# Two entries may end alike by chance; from three on it is a habit.
_AT_LEAST = 3
_NEARLY_EVERY = 0.8

Row = Sequence[Block]


def find(entries: Iterable[tuple[str, Row]]) -> frozenset[str]:
    """Return the keys of paragraphs at the foot of nearly every (title, blocks)."""
    seen: Counter[str] = Counter()
    total = 0
    for title, row in entries:
        total += 1
        foot = [block for block in row if block.tag in PROSE][-_FOOT:]
        seen.update({_key(block, title) for block in foot if _may_repeat(block)})
    often = max(_AT_LEAST, _NEARLY_EVERY * total)
    return frozenset(key for key, times in seen.items() if key and times >= often)


def drop(row: Row, *, title: str, known: frozenset[str]) -> tuple[Block, ...]:
    """Return the blocks without the known paragraphs in their foot."""
    foot = [index for index, block in enumerate(row) if block.tag in PROSE][-_FOOT:]
    gone = {index for index in foot if _key(row[index], title) in known}
    return tuple(block for index, block in enumerate(row) if index not in gone)


def _may_repeat(block: Block) -> bool:
    # A site that always names the same source still names its source.
    return attributions.read(block.text) is None


def _key(block: Block, title: str) -> str:
    # "The post … appeared first on …" differs by the title alone.
    heading = plain.key(title)
    key = plain.key(block.text)
    return key.replace(heading, "*") if len(heading) > 3 else key
