"""The source rows: which feeds we know, what they last answered, what they hold."""

from dataclasses import dataclass, field

from sqlmodel import Session, col, func, select

from newsletter.feeds.entries import Feed
from newsletter.feeds.origins import Raw
from newsletter.feeds.report import Imported, Outcome
from newsletter.items import plain
from newsletter.models import Item, ItemText, Source, Twin
from subscribers.clock import utcnow


@dataclass(frozen=True)
class Known:
    """What we know of a feed before it is read; `id` is None for a new one."""

    id: int | None = None
    etag: str = ""
    last_modified: str = ""
    error: str = ""
    hashes: dict[str, str] = field(default_factory=dict)  # {guid: hash of its entry}


def recall(session: Session, key: str) -> Known:
    """Return what we know of the feed at `key`, an address or a path."""
    source = _find(session, key)
    if source is None:
        return Known()
    rows = [
        *session.exec(
            select(Item.guid, Item.entry_hash)
            .where(Item.source_id == source.id)
            .order_by(col(Item.id))
        ),
        *session.exec(
            select(Twin.guid, Twin.entry_hash).where(Twin.source_id == source.id)
        ),
    ]
    return Known(
        id=source.id,
        etag=source.etag,
        last_modified=source.last_modified,
        error=source.error,
        hashes={guid: entry_hash for guid, entry_hash in rows if guid},
    )


def held(session: Session, source_id: int | None) -> dict[str, Imported]:
    """Return {guid: item} of what came from a source, in the order it came.

    An entry that is another item's twin stands for the words it gave that item.
    """
    own = session.exec(
        select(Item, col(ItemText.title))
        .join(
            ItemText,
            (col(ItemText.item_id) == col(Item.id))
            & (col(ItemText.language) == col(Item.language)),
        )
        .where(Item.source_id == source_id)
        .order_by(col(Item.id))
    )
    found = {
        item.guid or "": _imported(item, title, item.language) for item, title in own
    }
    joined = session.exec(
        select(Twin, Item, func.coalesce(col(ItemText.title), ""))
        .join(Item, col(Item.id) == col(Twin.item_id))
        .join(
            ItemText,
            (col(ItemText.item_id) == col(Item.id))
            & (col(ItemText.language) == col(Twin.language)),
            isouter=True,
        )
        .where(Twin.source_id == source_id)
        .order_by(col(Twin.id))
    )
    for twin, item, title in joined:
        found[twin.guid or ""] = _imported(item, title, twin.language)
    return found


def _imported(item: Item, title: str, language: str) -> Imported:
    return Imported(item.id or 0, title, language, item.type, Outcome.UNCHANGED)


def enter(session: Session, key: str, feed: Feed, *, language: str | None) -> int:
    """Return the id of the feed's row, made if it has none yet."""
    source = _find(session, key) or Source(url=key)
    source.title = plain.heading(feed.title, limit=300)
    source.language = (language or feed.language or source.language or "")[:35] or None
    session.add(source)
    session.flush()
    return source.id or 0


def succeeded(session: Session, source_id: int, raw: Raw, *, complete: bool) -> None:
    """Note that the feed was read.

    Only a complete reading may be skipped next time: what was refused is read again.
    """
    source = session.get_one(Source, source_id)
    source.etag = raw.etag if complete else ""
    source.last_modified = raw.last_modified if complete else ""
    source.fetched_at = utcnow()
    source.error = ""
    session.add(source)


def failed(session: Session, source_id: int, reason: str) -> None:
    """Note why a known feed could not be read, for the page that lists sources."""
    source = session.get_one(Source, source_id)
    source.error = reason
    session.add(source)


def _find(session: Session, key: str) -> Source | None:
    return session.exec(select(Source).where(Source.url == key)).first()
