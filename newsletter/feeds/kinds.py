"""What kind of item an entry becomes."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from newsletter.feeds.documents import Document
from newsletter.feeds.events import Event
from newsletter.items.blocks import Block, Link, to_text
from newsletter.models import ItemType

# A text shorter than this many words a document only introduces its documents.
_WORDS_PER_DOCUMENT = 40
# Fewer words than this say no more than "look there".
_HARDLY_ANY = 25


def of(
    row: Sequence[Block],
    *,
    event: Event | None,
    video: Link | None,
    documents: Sequence[Document],
    elsewhere: str,
) -> ItemType:
    """Return the type; a story may carry documents, and documents may be many."""
    words = len(to_text(row).split())
    if event is not None:
        return ItemType.EVENT
    if video is not None:
        return ItemType.VIDEO
    if _documents_lead(documents, words):
        return ItemType.DOCUMENTS
    if elsewhere and words < _HARDLY_ANY:
        return ItemType.LINK
    return ItemType.STORY


def elsewhere(row: Sequence[Block], *, link: str, home: str) -> str:
    """Return the page on another site that an entry points to, or ""."""
    if not _host(home):
        return ""
    targets = [link, *(target.url for block in row for target in block.links)]
    away = [url for url in targets if _host(url) and not _related(url, home)]
    return away[0] if away else ""


def _documents_lead(documents: Sequence[Document], words: int) -> bool:
    if len(documents) >= 2:
        return words <= _WORDS_PER_DOCUMENT * len(documents)
    return len(documents) == 1 and words < _HARDLY_ANY


def _related(url: str, home: str) -> bool:
    one, other = _host(url), _host(home)
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
