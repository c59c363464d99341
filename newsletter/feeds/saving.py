"""A draft written down: a new item, or the words of a known one brought up to date."""

from typing import Any

from sqlmodel import Session, select

from newsletter import items
from newsletter.feeds import joining
from newsletter.feeds.documents import Document
from newsletter.feeds.drafting import Draft
from newsletter.feeds.entries import Entry
from newsletter.items import events, links, revisions
from newsletter.items import words as wording
from newsletter.items.revisions import Author
from newsletter.items.words import Words
from newsletter.models import Asset, FetchState, Item, ItemText, ItemType, Twin
from subscribers.clock import utcnow

# Staff chose these; no feed can state them.
_CHOSEN = frozenset({ItemType.APPEAL, ItemType.TEXT})


def save(
    session: Session,
    draft: Draft,
    *,
    entry: Entry,
    source_id: int,
    asset: Asset | None,
    zone: str,
) -> tuple[Item, bool]:
    """Return the entry's item, and whether it is new.

    In a known item the feed's source words replace ours; what the feed does not
    state, and every translation, stays. Translations show as "source changed"
    because they remember which words they were made from. An entry that is an item's
    twin gives it its words.
    """
    twin = joining.find(session, draft, entry=entry, source_id=source_id)
    if twin is not None:
        return _join(session, twin, draft, entry=entry, source_id=source_id), False
    item = session.exec(
        select(Item).where(Item.source_id == source_id, Item.guid == entry.guid)
    ).first()
    new = item is None
    if item is None:
        item = Item(
            source_id=source_id,
            guid=entry.guid,
            type=draft.type,
            language=draft.language,
        )
    _set_facts(item, draft, zone)
    item.entry_hash = entry.hash
    if asset is not None:
        item.asset_id = asset.id
    session.add(item)
    session.flush()
    _write(session, item, draft)
    session.flush()
    return item, new


def await_page(item: Item) -> None:
    """Let the page of a new item be read: it knows the other languages, the picture."""
    if links.fingerprint(item.url):
        item.fetch_state, item.fetch_at = FetchState.WAITING, utcnow()


def _join(
    session: Session, twin: Twin, draft: Draft, *, entry: Entry, source_id: int
) -> Item:
    """Give an item the words that its twin's entry has, unless staff wrote others."""
    item = session.get_one(Item, twin.item_id)
    texts = items.find_texts(session, [twin.item_id])[twin.item_id]
    source = texts.get(item.language)
    words = Words(**draft.texts[draft.language], url=twin.url)
    if source is not None:
        _put_other(session, texts.get(twin.language), words, source, twin.language)
    twin.source_id, twin.guid, twin.entry_hash = source_id, entry.guid, entry.hash
    session.add(twin)
    session.flush()
    return item


def _set_facts(item: Item, draft: Draft, zone: str) -> None:
    before = events.occasion(item)
    if item.type not in _CHOSEN:
        item.type = draft.type
    item.language = draft.language
    stated: dict[str, Any] = {
        name: getattr(draft, name)
        for name in (
            "url",
            "author",
            "published_at",
            "credit",
            "attribution",
            "video_url",
        )
    }
    if draft.event is not None:
        stated |= vars(draft.event) | {"timezone": zone}
    for name, value in stated.items():
        # An event states all its facts: a moved one may have lost its reply-by date.
        if value or (draft.event is not None and name in vars(draft.event)):
            setattr(item, name, value)
    item.url_hash = links.fingerprint(item.url)
    events.count_change(item, before)
    if draft.documents:
        item.documents = _documents(item, draft)
    item.updated_at = utcnow()


def _documents(item: Item, draft: Draft) -> list[dict[str, Any]]:
    """Return the documents as stored: titles staff translated and files stay.

    A link of the feed that staff copied to us stays our copy; files they added
    themselves follow.
    """
    known = {
        document.get("origin") or document["url"]: document
        for document in item.documents
    }
    stated = [
        _document(document, draft.language, known.pop(document.url, {}))
        for document in draft.documents
    ]
    return stated + [document for document in known.values() if "file" in document]


def _document(
    document: Document, language: str, known: dict[str, Any]
) -> dict[str, Any]:
    titles = {**known.get("titles", {}), language: document.title}
    if "file" in known:
        return {**known, "titles": titles}
    return {**known, "url": document.url, "titles": titles, "format": document.format}


def _write(session: Session, item: Item, draft: Draft) -> None:
    texts = items.find_texts(session, [item.id or 0])[item.id or 0]
    source = _put(session, item, texts.get(draft.language), draft)
    source.source_hash = wording.source_hash(source)
    for language, words in draft.texts.items():
        if language != draft.language:
            _put_other(session, texts.get(language), words, source, language)


def _put(session: Session, item: Item, text: ItemText | None, draft: Draft) -> ItemText:
    source = text or ItemText(item_id=item.id or 0, language=draft.language)
    earlier = revisions.standing(source)
    if wording.put(source, draft.texts[draft.language]) and text is not None:
        source.version += 1
        source.source_hash = wording.source_hash(source)
        # Translations show what changed since they were made.
        revisions.keep(session, source, by=Author(), earlier=earlier)
    source.ready = True
    source.updated_at = item.updated_at
    session.add(source)
    return source


def _put_other(
    session: Session,
    text: ItemText | None,
    words: Words,
    source: ItemText,
    language: str,
) -> None:
    """Write the post's other language, unless staff have worked on it since."""
    if text is not None and text.version > 1:
        return
    other = text or ItemText(item_id=source.item_id, language=language)
    # Words that did not change along with the source are "source changed" now.
    if wording.put(other, words):
        other.source_hash = wording.source_hash(source)
        other.ready = True
        other.updated_at = source.updated_at
        session.add(other)
