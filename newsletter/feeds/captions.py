"""What a text says about its picture: caption and credit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.items import plain
from newsletter.items.blocks import Block

_LIMIT = 400
# "© 2024 …" is a copyright notice of the page, not of a picture.
_CREDIT = re.compile(
    r"(?:©|\(c\)|copyright\s*:|(?:cr[ée]dits?\s+)?photos?(?:\s+(?:by|credits?))?\s*:"
    r"|cr[ée]dits?\s*:|foto(?:graf(?:ie)?)?\s*:|bild(?:nachweis)?\s*:|picture\s*:)"
    r"\s*(?!\d{4})(?P<rest>\S.*)",
    re.IGNORECASE,
)
_MARK = re.compile(r"\s+[-–—|/]\s+|\s*[:;|]\s+|,\s+")
# An agency is written in capitals and runs straight into the caption.
_AGENCY = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ0-9&./-]+(?=\s+\w)")
# Up to this many words after the sign are a name and nothing else.
_NAME_WORDS = 4


@dataclass(frozen=True)
class Caption:
    """The words under a picture, and whom it belongs to."""

    words: str = ""
    credit: str = ""


def take(row: Sequence[Block], *, pictured: bool) -> tuple[Caption, tuple[Block, ...]]:
    """Return the caption, and the text without the lines that belonged to the picture.

    Sites write the text for screen readers and the caption one after the other, so
    a line that comes twice is the caption. Without a picture it is only a slip, and
    one of the two stays.
    """
    found = Caption()
    rest: list[Block] = []
    for block in _singled(row):
        caption = _caption(block.block, repeated=block.repeated) if pictured else None
        if caption is None:
            rest.append(block.block)
        else:
            found = Caption(
                found.words or caption.words, found.credit or caption.credit
            )
    return found, tuple(block for block in rest if block.tag != "caption")


def read_credit(text: str) -> Caption | None:
    """Return the credit, and what follows it, of a line that starts with one."""
    match = _CREDIT.fullmatch(text.strip())
    if match is None or len(text) > _LIMIT:
        return None
    return _parted(match["rest"].strip())


def _parted(rest: str) -> Caption:
    """Tell the name after the sign from the words that follow it."""
    if len(rest.split()) <= _NAME_WORDS:
        return Caption(credit=rest.rstrip("."))
    agency = _AGENCY.match(rest)
    if agency:
        return Caption(words=rest[agency.end() :].strip(), credit=agency[0])
    name, mark, words = _cut(rest)
    if mark and len(name.split()) <= _NAME_WORDS:
        return Caption(words=words, credit=name)
    return Caption(words=rest)


def _cut(rest: str) -> tuple[str, bool, str]:
    mark = _MARK.search(rest)
    if mark is None:
        return rest, False, ""
    return rest[: mark.start()].strip(), True, rest[mark.end() :].strip()


@dataclass(frozen=True)
class _Line:
    block: Block
    repeated: bool = False


def _singled(row: Sequence[Block]) -> list[_Line]:
    """Return each line once, marked when it came twice in a row."""
    lines: list[_Line] = []
    for block in row:
        if lines and _same(lines[-1].block, block):
            lines[-1] = _Line(_better(lines[-1].block, block), repeated=True)
        else:
            lines.append(_Line(block))
    return lines


def _better(one: Block, other: Block) -> Block:
    """Return the line set with care: texts for screen readers have plain quotes."""
    return other if "’" in other.text and "'" in one.text else one


def _same(one: Block, other: Block) -> bool:
    if one.tag not in {"p", "caption"} or other.tag not in {"p", "caption"}:
        return False
    return bool(plain.key(one.text)) and plain.key(one.text) == plain.key(other.text)


def _caption(block: Block, *, repeated: bool) -> Caption | None:
    if block.tag not in {"p", "caption"} or len(block.text) > _LIMIT:
        return None
    credit = read_credit(block.text)
    if credit is not None:
        return credit
    if block.tag == "caption" or (repeated and not block.links):
        return Caption(words=block.text)
    return None
