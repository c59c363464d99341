"""Entries that tell in another language what an item of ours tells already.

Sites in several languages have a feed for each, and nothing in those feeds says which
entries belong together. The pages do, and a `Twin` remembers what they said.
"""

from sqlmodel import Session, col, select

from newsletter.feeds.drafting import Draft
from newsletter.feeds.entries import Entry
from newsletter.i18n import is_same_language
from newsletter.items import links
from newsletter.models import Item, Twin


def find(
    session: Session, draft: Draft, *, entry: Entry, source_id: int
) -> Twin | None:
    """Return the twin that an entry is, None for one that is an item of its own."""
    known = session.exec(
        select(Twin).where(Twin.source_id == source_id, Twin.guid == entry.guid)
    ).first()
    if known is not None or _is_item(session, entry, source_id):
        return known
    address = links.fingerprint(draft.url)
    if not address:
        return None
    told = session.exec(
        select(Twin)
        .where(Twin.url_hash == address, col(Twin.guid).is_(None))
        .order_by(col(Twin.id))
    )
    return next((t for t in told if is_same_language(t.language, draft.language)), None)


def _is_item(session: Session, entry: Entry, source_id: int) -> bool:
    query = select(Item.id).where(Item.source_id == source_id, Item.guid == entry.guid)
    return session.exec(query).first() is not None
