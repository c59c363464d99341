"""What staff do with items: write, translate, find."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlmodel import Session, col, func, select

from newsletter.errors import BadText, ItemNotFound
from newsletter.items import links, revisions
from newsletter.items import words as wording
from newsletter.items.revisions import Author
from newsletter.items.words import Words
from newsletter.models import Arrival, Item, ItemState, ItemText, ItemType
from subscribers.clock import utcnow
from subscribers.sentences import Language

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


class Facts(TypedDict, total=False):
    """What all languages of an item share; what is left out stays."""

    type: ItemType
    source_id: int | None
    guid: str | None
    url: str
    author: str
    published_at: datetime | None
    asset_id: int | None
    credit: str
    attribution: str
    video_url: str
    starts_at: datetime | None
    ends_at: datetime | None
    all_day: bool
    place: str
    reply_by_at: datetime | None
    timezone: str
    documents: list[dict[str, Any]]
    entry_hash: str
    arrived: Arrival
    added_by: str
    video_seconds: int | None
    subtitles: list[str]


class Given(Facts, Words, total=False):
    """Facts and source words together. `url` is the item's own page."""


def create(session: Session, *, language: str, **given: Unpack[Given]) -> Item:
    """Return a new item with its source words in `language`, ready to be used.

    Without `type` it is a story; without `published_at` it was published now.
    """
    facts: dict[str, Any] = {"type": ItemType.STORY, "published_at": utcnow()}
    facts |= {name: value for name, value in given.items() if name in _FACTS}
    item = Item(language=language_tag(language), **facts)
    item.url_hash = links.fingerprint(item.url)
    session.add(item)
    session.flush()
    said: Any = {name: value for name, value in given.items() if name not in _FACTS}
    translate(session, item, language=language, ready=True, **said)
    return item


def translate(
    session: Session,
    item: Item,
    *,
    language: str,
    ready: bool = True,
    **words: Unpack[Words],
) -> ItemText:
    """Write an item's words in one language and return their row.

    Words not given stay. The row remembers which source words it was made from;
    writing the item's own language makes its translations "source changed". Raises
    BadText for a missing title, a language that is none, or a body too large.
    """
    texts = find_texts(session, [_id(item)])[_id(item)]
    text = texts.get(language_tag(language)) or ItemText(
        item_id=_id(item), language=language_tag(language), version=0
    )
    earlier = revisions.standing(text)
    if text.language == item.language:
        earlier.source_hash = wording.source_hash(text)
    wording.put(text, words)
    if not text.title:
        raise BadText(
            "The words in {language} need a title.", language=Language(language)
        )
    source = text if text.language == item.language else texts.get(item.language)
    text.source_hash = wording.source_hash(source) if source else ""
    text.ready = ready
    text.version += 1
    text.updated_at = item.updated_at = utcnow()
    session.add_all((item, text))
    session.flush()
    revisions.keep(session, text, by=Author(), earlier=earlier)
    return text


def get_item(session: Session, item_id: int) -> Item:
    """Return an item by its number; raises ItemNotFound."""
    item = session.get(Item, item_id)
    if item is None:
        raise ItemNotFound("There is no item {item}.", item=str(item_id))
    return item


def find_texts(
    session: Session, item_ids: Iterable[int]
) -> dict[int, dict[str, ItemText]]:
    """Return {item id: {language: words}}, with an empty dict for a wordless item."""
    found: dict[int, dict[str, ItemText]] = {item_id: {} for item_id in item_ids}
    if not found:
        return found
    rows = session.exec(
        select(ItemText)
        .where(col(ItemText.item_id).in_(found))
        .order_by(col(ItemText.item_id), col(ItemText.language))
    )
    for text in rows:
        found[text.item_id][text.language] = text
    return found


def latest(session: Session, limit: int) -> list[Item]:
    """Return the newest items by the day they were published; set-aside ones stay out.

    Of two published at the same moment the one that came to the desk first leads.
    """
    published = func.coalesce(col(Item.published_at), col(Item.created_at))
    rows = session.exec(
        select(Item)
        .where(col(Item.state) != ItemState.ASIDE)
        .order_by(published.desc(), col(Item.id))
        .limit(limit)
    )
    return list(rows)


_FACTS = frozenset(Facts.__annotations__)


def language_tag(language: str) -> str:
    """Return a language tag as it is; raises BadText for what is none."""
    if not _LANGUAGE.fullmatch(language):
        raise BadText(
            "“{language}” is not a language tag such as fr or nl-BE.",
            language=language[:40],
        )
    return language


def _id(item: Item) -> int:
    if item.id is None:
        raise ItemNotFound("This item has not been saved yet.")
    return item.id
