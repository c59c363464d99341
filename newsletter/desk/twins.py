"""The same news in several languages: one item, whoever told it first."""

from sqlmodel import Session, col, select

from newsletter import items
from newsletter.items import links
from newsletter.items import words as wording
from newsletter.items.words import Words
from newsletter.models import IssueItem, Item, ItemState, ItemText, Twin
from subscribers.clock import utcnow


def tie(session: Session, item: Item, *, language: str, url: str, words: Words) -> Item:
    """Note that `url` is the item in another language, and give it the words found.

    Words that are there already stay. News that came as an item of its own becomes one
    with this one; which of the two is left is returned. Nothing is lost: two items that
    somebody worked on both stay.
    """
    address = links.fingerprint(url)
    item_id = item.id or 0
    texts = items.find_texts(session, [item_id])[item_id]
    if language not in texts and item.language in texts:
        _write(session, item, language, words | {"url": url})
    _remember(session, item, language=language, url=url)
    item.twins = {**item.twins, language: url}
    session.add(item)
    session.flush()
    other = session.exec(
        select(Item)
        .where(
            Item.url_hash == address,
            Item.id != item_id,
            col(Item.deleted_at).is_(None),
        )
        .order_by(col(Item.id))
    ).first()
    return _unite(session, item, other) if other else item


def _write(session: Session, item: Item, language: str, words: Words) -> None:
    items.translate(session, item, language=language, ready=True, **words)
    text = items.find_texts(session, [item.id or 0])[item.id or 0][language]
    text.version = 1  # nobody of us wrote it: what a feed says of it may replace it


def _remember(session: Session, item: Item, *, language: str, url: str) -> Twin:
    query = select(Twin).where(Twin.item_id == item.id, Twin.language == language)
    twin = session.exec(query).first() or Twin(
        item_id=item.id or 0, language=language, url="", url_hash=""
    )
    twin.url, twin.url_hash = url, links.fingerprint(url)
    session.add(twin)
    session.flush()
    return twin


def _unite(session: Session, item: Item, other: Item) -> Item:
    """Make one item of two; the one that somebody worked on stays, else the first.

    Whoever calls holds both rows.
    """
    if other.language == item.language:
        return item
    kept, gone = sorted((item, other), key=lambda one: one.id or 0)
    if _is_settled(session, gone):
        kept, gone = gone, kept
    if _is_settled(session, gone):
        return item
    _move_words(session, kept, gone)
    _move_twins(session, kept, gone)
    _fill_facts(kept, gone)
    session.delete(gone)
    session.flush()
    return kept


def _is_settled(session: Session, item: Item) -> bool:
    """Whether an issue has it, or somebody changed its words: then it does not go."""
    used = session.exec(select(IssueItem.id).where(IssueItem.item_id == item.id))
    edited = session.exec(
        select(ItemText.id).where(ItemText.item_id == item.id, ItemText.version > 1)
    )
    return used.first() is not None or edited.first() is not None


def _move_words(session: Session, kept: Item, gone: Item) -> None:
    found = items.find_texts(session, [kept.id or 0, gone.id or 0])
    ours, theirs = found[kept.id or 0], found[gone.id or 0]
    source = ours.get(kept.language)
    for language, text in theirs.items():
        there = ours.get(language)
        if there is None:
            text.item_id = kept.id or 0
            text.url = text.url or (gone.url if language == gone.language else "")
            there = text
        elif there.version == 1 and not there.body and text.body:
            told = Words(title=text.title, summary=text.summary, body=text.body)
            wording.put(there, told)
        if source is not None and there is not source:
            there.source_hash = wording.source_hash(source)
        session.add(there)
    session.flush()


def _move_twins(session: Session, kept: Item, gone: Item) -> None:
    """Remember where what goes came from: its feed will tell of it again."""
    twins = session.exec(
        select(Twin).where(col(Twin.item_id).in_([kept.id, gone.id]))
    ).all()
    taken = {twin.language for twin in twins if twin.item_id == kept.id}
    for twin in twins:
        free = twin.language not in {*taken, kept.language, gone.language}
        if twin.item_id == gone.id and free:
            twin.item_id = kept.id or 0
            kept.twins = {**kept.twins, twin.language: twin.url}
            session.add(twin)
    session.flush()
    if gone.url:
        own = _remember(session, kept, language=gone.language, url=gone.url)
        if own.guid is None and gone.guid is not None:
            own.source_id, own.guid = gone.source_id, gone.guid
            own.entry_hash = gone.entry_hash
        kept.twins = {**kept.twins, gone.language: gone.url}
        session.add(own)


_FACTS = (
    *("asset_id", "credit", "attribution", "author", "published_at", "video_url"),
    *("starts_at", "ends_at", "place", "reply_by_at", "timezone", "documents"),
)


def _fill_facts(kept: Item, gone: Item) -> None:
    for name in _FACTS:
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    if kept.starts_at and kept.starts_at == gone.starts_at:
        kept.type, kept.all_day = gone.type, gone.all_day
    if gone.state is ItemState.KEPT and kept.state is ItemState.INBOX:
        kept.state = ItemState.KEPT
    kept.updated_at = utcnow()
