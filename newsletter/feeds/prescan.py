"""What a feed may cost, judged before any parser sees it."""

import re

from newsletter.errors import UnreadableFeed
from newsletter.fetching import FEED_BYTES

MAX_ENTRIES = 2000
MAX_DEPTH = 200

_ROOT = re.compile(rb"<\x00{0,3}[A-Za-z]")
# Possessive: without it a tag that never ends is tried from every letter.
_TAG = re.compile(rb"<(/?)[A-Za-z][^<>]*+>")
_ENTRY = re.compile(rb"<(?:[a-z]+:)?(?:item|entry)[\s>/]", re.IGNORECASE)


def check(data: bytes) -> None:
    """Raise UnreadableFeed for what no honest feed holds.

    Too much of anything costs the parser minutes; entities declared by the feed
    itself can grow without end or name files of ours.
    """
    if len(data) > FEED_BYTES:
        raise UnreadableFeed(
            "The feed is larger than {most} MB; ask its makers for a shorter one.",
            most=FEED_BYTES // 1_000_000,
        )
    if b"ENTITY" in _prologue(data).replace(b"\x00", b""):
        raise UnreadableFeed("The feed declares entities of its own; that is not safe.")
    outside = _without_cdata(data)
    if len(_ENTRY.findall(outside)) > MAX_ENTRIES:
        raise UnreadableFeed("The feed has more than {most} entries.", most=MAX_ENTRIES)
    if _depth(outside) > MAX_DEPTH:
        raise UnreadableFeed(
            "The feed is nested more than {most} tags deep.", most=MAX_DEPTH
        )


def _prologue(data: bytes) -> bytes:
    """Return what stands before the first element: where entities are declared."""
    root = _ROOT.search(data)
    return data[: root.start()] if root else data


def _without_cdata(data: bytes) -> bytes:
    kept = []
    for number, part in enumerate(data.split(b"<![CDATA[")):
        kept.append(part.partition(b"]]>")[2] if number else part)
    return b"".join(kept)


def _depth(data: bytes) -> int:
    deepest = level = 0
    for tag in _TAG.finditer(data):
        if tag[0].endswith(b"/>"):
            continue
        level += -1 if tag[1] else 1
        deepest = max(deepest, level)
    return deepest
