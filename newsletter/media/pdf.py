"""PDF files: whether one is whole, and how many pages it has (pure).

Read with patterns over bounded pieces, never interpreted: what cannot be counted
that way has no number of pages.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import islice

from newsletter.errors import UnreadableDocument

_END = 2048  # bytes at the end in which a whole file says so
# Bytes of object streams that are unpacked at most, in all.
_UNPACKED = 30_000_000
_STREAMS = 5_000
_SPACE = rb"[\x00\t\n\x0c\r ]"

_OBJECT_STREAM = re.compile(
    rb"<<([^<>]{0,300}/Type" + _SPACE + rb"{0,9}/ObjStm[^<>]{0,300})>>"
    + _SPACE + rb"{0,9}stream\r?\n"
)  # fmt: skip
_FIRST = re.compile(rb"/First" + _SPACE + rb"{1,9}(\d{1,9})")
_PAGE = re.compile(rb"/Type" + _SPACE + rb"{0,9}/Page(?![A-Za-z])")
_PAGES = re.compile(rb"/Type" + _SPACE + rb"{0,9}/Pages(?![A-Za-z])")
_COUNT = re.compile(rb"/Count" + _SPACE + rb"{1,9}(\d{1,6})(?!\d)")
# How far before and after its type the other entries of a page tree may stand.
_NEAR = 4000
_NODES = 10_000  # of the tree that are looked at


def check(data: bytes) -> None:
    """Raise UnreadableDocument for a PDF that breaks off."""
    if b"%%EOF" not in data[-_END:]:
        raise UnreadableDocument("The PDF breaks off: its end is missing.")


def pages(data: bytes) -> int | None:
    """Return the number of pages, None where it cannot be told for sure.

    Two ways of counting must agree: the pages themselves, and the number that the
    root of their tree states.
    """
    counted, stated = 0, 0
    for part in _parts(data):
        counted += len(_PAGE.findall(part))
        stated = max(stated, *_stated(part), 0)
    return counted if counted and counted == stated else None


def _parts(data: bytes) -> Iterator[bytes]:
    """Return the file itself, and what its object streams hold."""
    yield data
    left = _UNPACKED
    for number, found in enumerate(_OBJECT_STREAM.finditer(data)):
        if number >= _STREAMS or left <= 0:
            return
        unpacked = _inflated(data, found.end(), left)
        left -= len(unpacked)
        first = _FIRST.search(found[1])
        yield unpacked[int(first[1]) if first else 0 :]


def _inflated(data: bytes, start: int, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(memoryview(data)[start:], limit)
    except zlib.error:
        return b""


def _stated(part: bytes) -> Iterator[int]:
    """Return the counts that stand in a dictionary of the page tree."""
    for found in islice(_PAGES.finditer(part), _NODES):
        before = part[max(0, found.start() - _NEAR) : found.start()]
        # No further back than where the object, or its dictionary, begins.
        begins = max(before.rfind(b"obj"), before.rfind(b"<<"), 0)
        after = part[found.end() : found.end() + _NEAR]
        ends = [at for at in (after.find(b"endobj"), after.find(b">>")) if at >= 0]
        near = before[begins:] + after[: min(ends, default=_NEAR)]
        if count := _COUNT.search(near):
            yield int(count[1])
