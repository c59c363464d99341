"""A feed and its entries, whatever format they came in."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True)
class Enclosure:
    """A file an entry carries: a picture, a document, a film."""

    url: str
    type: str = ""  # "image/png", as the feed says; often missing


@dataclass(frozen=True)
class Entry:
    """One entry, as it was written: `title`, `summary` and `content` may hold HTML."""

    guid: str
    title: str = ""
    link: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published_at: datetime | None = None
    language: str = ""  # the entry's own, where it differs from the feed's
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    base: str = ""  # xml:base

    @property
    def hash(self) -> str:
        """What tells a changed entry from the same one read again."""
        facts = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(facts.encode()).hexdigest()


@dataclass(frozen=True)
class Feed:
    """What a feed holds, entries in its own order."""

    title: str = ""
    link: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    warnings: tuple[str, ...] = ()
