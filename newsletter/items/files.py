"""The picture and the documents of an item, as staff give them to it."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from newsletter.errors import BadText
from newsletter.items import desk, plain
from newsletter.items import words as wording
from newsletter.items.words import Words
from newsletter.models import Asset, DocumentFile, Item, ItemText
from subscribers.clock import utcnow
from subscribers.sentences import Language, Saying

_LONGEST_TITLE = 300
_LONGEST_CREDIT = 300


def illustrate(
    session: Session,
    item: Item,
    asset: Asset | None,
    *,
    words: Mapping[str, Words] | None = None,
    credit: str | None = None,
) -> None:
    """Give an item its picture, and words about it per language; None takes it away.

    With another picture, what was said about the old one goes. A translation that
    followed its source words still does, where it is told about the picture too.
    Raises BadText for a language that the item has no words in.
    """
    given = dict(words or {})
    texts = desk.find_texts(session, [item.id or 0])[item.id or 0]
    if strange := [language for language in given if language not in texts]:
        raise BadText(
            "Item {item} has no words in {language} yet: translate it first.",
            item=str(item.id),
            language=Language(strange[0]),
        )
    is_new = item.asset_id != (asset.id if asset else None)
    if is_new:
        nothing = Words(alt="", caption="")
        given = {tag: nothing | given.get(tag, Words()) for tag in texts}
    _describe(session, item, texts, given)
    if credit is not None or is_new:
        item.credit = plain.line(credit or "", limit=_LONGEST_CREDIT)
    item.asset_id = asset.id if asset else None
    item.updated_at = utcnow()
    session.add(item)
    session.flush()


def _describe(
    session: Session,
    item: Item,
    texts: Mapping[str, ItemText],
    given: Mapping[str, Words],
) -> None:
    source = texts.get(item.language)
    followed = {
        tag
        for tag, text in texts.items()
        if source and not wording.is_stale(source, text)
    }
    for tag, words in given.items():
        if wording.put(texts[tag], words):
            texts[tag].version += 1
            texts[tag].updated_at = utcnow()
    for tag in followed & given.keys():
        if source and texts[tag].source_hash:
            texts[tag].source_hash = wording.source_hash(source)
    session.add_all(texts.values())


def add_document(
    session: Session,
    item: Item,
    kept: DocumentFile,
    *,
    url: str,
    titles: Mapping[str, str],
    language: str = "",
) -> dict[str, Any]:
    """Offer a document of our store with an item, and return how that is stored.

    One from the same place, or with one of these titles, is replaced and keeps the
    titles it has in other languages. `url` is its whole address.
    """
    spoken = {
        tag: plain.line(title, limit=_LONGEST_TITLE) for tag, title in titles.items()
    }
    if not spoken or not all(spoken.values()):
        raise BadText("A document needs a title.")
    rows = list(item.documents)
    at = next((n for n, row in enumerate(rows) if _is_same(row, kept, spoken)), None)
    before = rows[at] if at is not None else {}
    made = _row(kept, url, {**before.get("titles", {}), **spoken})
    made["language"] = _tag(language) or before.get("language", "")
    if at is None:
        rows.append(made)
    else:
        rows[at] = made
    _put(session, item, rows)
    return made


def _row(kept: DocumentFile, url: str, titles: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "url": url,
        "file": kept.path,
        "origin": kept.origin,
        "titles": titles,
        "format": kept.ext.upper(),
        "size": kept.size,
    }
    return made | {"pages": kept.pages} if kept.pages else made


def _tag(language: str) -> str:
    return desk.language_tag(language) if language else ""


def remove_document(session: Session, item: Item, title: str) -> None:
    """Take back the document with this title in any language, or at this address.

    Raises BadText naming those there are.
    """
    wanted = plain.key(title)
    rows = [
        row
        for row in item.documents
        if title not in {row["url"], row.get("origin")}
        and wanted not in _keys(row["titles"])
    ]
    if len(rows) == len(item.documents):
        there = [next(iter(row["titles"].values()), row["url"]) for row in rows]
        names = ", ".join(f"“{name}”" for name in there)
        raise BadText(
            "Item {item} has no document “{title}”; it has: {names}.",
            item=str(item.id),
            title=title,
            names=names or Saying("none"),
        )
    _put(session, item, rows)


def _is_same(
    row: Mapping[str, Any], kept: DocumentFile, titles: Mapping[str, str]
) -> bool:
    places = {row["url"], row.get("origin"), row.get("file")} - {None, ""}
    if kept.origin in places or kept.path in places:
        return True
    known = row["titles"]
    return any(
        plain.key(known.get(tag, "")) == plain.key(title)
        for tag, title in titles.items()
        if tag in known
    )


def _keys(titles: Mapping[str, str]) -> set[str]:
    return {plain.key(title) for title in titles.values()}


def _put(session: Session, item: Item, rows: list[dict[str, Any]]) -> None:
    # A new list: a column of JSON notices no change inside it.
    item.documents = rows
    item.updated_at = utcnow()
    session.add(item)
    session.flush()
