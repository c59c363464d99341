"""Save words that somebody writes while others may write the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, select

from newsletter.items import desk, revisions
from newsletter.items import words as wording
from newsletter.items.revisions import Author, Text
from newsletter.items.words import Words
from newsletter.models import Edition, Item, ItemText, Revision
from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.inserts import insert_new


@dataclass(frozen=True)
class Attempt:
    """What somebody wants a text to say, and the version they had before them."""

    words: Mapping[str, str]
    version: int  # 0: there was no text yet
    by: Author
    ready: bool | None = None  # None: as it is
    again: bool = False  # sent before, and the answer never came


@dataclass(frozen=True)
class Saved:
    """A text after somebody saved it; `lost` are their words if it was too late."""

    text: Text
    lost: Revision | None = None


def save(session: Session, item: Item, attempt: Attempt, *, language: str) -> Saved:
    """Write an item's words in one language, if nobody else did since `version`.

    Else the words are kept as a lost revision, and the text stays another's. Words
    that change keep following the source they were made from: only what is new, or is
    marked ready, follows the source of now. Raises BadText.
    """
    texts = desk.find_texts(session, [item.id or 0])[item.id or 0]
    text = texts.get(desk.language_tag(language))
    cleaned = wording.clean(_known(attempt.words))
    if text is None:
        if not any(cleaned.values()):
            return Saved(ItemText(item_id=item.id or 0, language=language, version=0))
        text = _begun(session, item, language)
    saved = write(session, text, attempt, cleaned, follows=_followed(item, text, texts))
    if saved.lost is None:
        item.updated_at = utcnow()
        session.add(item)
        session.flush()
    return saved


def write(
    session: Session,
    text: Text,
    attempt: Attempt,
    cleaned: Mapping[str, str],
    *,
    follows: str | None,
) -> Saved:
    """Set a text by one UPDATE that names the version it replaces.

    `follows` is the hash of the source of now, None where the text is the source.
    """
    earlier = revisions.standing(text)
    words = earlier.words | dict(cleaned)
    if follows is None:
        earlier.source_hash = _digest(text, earlier.words)
    is_ready = text.ready if attempt.ready is None else attempt.ready
    if (words, is_ready) == (earlier.words, text.ready):
        return Saved(text)
    seen = text.version == attempt.version
    values = words | {
        "ready": is_ready,
        "source_hash": _hash(text, words, attempt, follows),
        "updated_at": utcnow(),
    }
    if not (seen or _is_own(session, text, attempt)) or not _won(session, text, values):
        session.refresh(text)
        return Saved(text, revisions.keep_lost(session, text, cleaned, by=attempt.by))
    session.refresh(text)
    needed = _needed(session, text) if follows is None else frozenset[str]()
    revisions.keep(
        session, text, by=attempt.by, earlier=earlier, needed=needed, apart=not seen
    )
    return Saved(text)


def confirm(
    session: Session, text: Text, *, version: int, follows: str, by: Author
) -> Saved:
    """Say that a translation is still correct: it follows the source of now."""
    earlier = revisions.standing(text)
    values = {"source_hash": follows, "updated_at": utcnow()}
    if text.version != version or not _won(session, text, values):
        session.refresh(text)
        return Saved(text)
    session.refresh(text)
    revisions.keep(session, text, by=by, earlier=earlier)
    return Saved(text)


def hash_of(text: Text) -> str:
    """Return the hash of the words of a text that translations follow."""
    return _digest(text, revisions.words_of(text))


def _known(words: Mapping[str, str]) -> Words:
    known: Words = {
        name: words[name] for name in revisions.ITEM_FIELDS if name in words
    }  # type: ignore[assignment]  # the names of Words
    return known


def _begun(session: Session, item: Item, language: str) -> ItemText:
    """Return a row without words, made here or by whoever was faster."""
    blank = ItemText(item_id=item.id or 0, language=language, version=0)
    insert_new(session, ItemText, blank.model_dump(exclude={"id"}))
    query = select(ItemText).where(
        ItemText.item_id == item.id, ItemText.language == language
    )
    return session.exec(query).one()


def _followed(item: Item, text: ItemText, texts: Mapping[str, ItemText]) -> str | None:
    if text.language == item.language:
        return None
    source = texts.get(item.language)
    return wording.source_hash(source) if source else ""


def _hash(
    text: Text, words: Mapping[str, str], attempt: Attempt, follows: str | None
) -> str:
    if follows is None:
        return _digest(text, words)
    fresh = bool(attempt.ready) or not any(revisions.words_of(text).values())
    return follows if fresh else text.source_hash


def _digest(text: Text, words: Mapping[str, str]) -> str:
    is_item = isinstance(text, ItemText)
    names = wording.TRANSLATABLE if is_item else revisions.LINES_FIELDS
    return wording.digest(words[name] for name in names)


def _is_own(session: Session, text: Text, attempt: Attempt) -> bool:
    since = attempt.version
    return attempt.again and revisions.only_by(session, text, attempt.by, since=since)


def _won(session: Session, text: Text, values: Mapping[str, Any]) -> bool:
    """Write the next version, unless somebody wrote since `text` was read."""
    table = table_of(type(text))
    statement = (
        update(table)
        .where(table.c.id == text.id, table.c.version == text.version)
        .values(version=text.version + 1, **values)
        .returning(table.c.id)
    )
    return session.execute(statement).first() is not None


def _needed(session: Session, source: Text) -> frozenset[str]:
    """Return the hashes that translations of a source were made from."""
    if isinstance(source, ItemText):
        query = select(ItemText.source_hash).where(
            ItemText.item_id == source.item_id, ItemText.id != source.id
        )
    else:
        query = select(Edition.source_hash).where(
            Edition.issue_id == source.issue_id, Edition.id != source.id
        )
    return frozenset(session.exec(query))
