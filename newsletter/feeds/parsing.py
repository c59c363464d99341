"""Bytes of RSS, Atom or JSON Feed, read into our entries."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any
from xml.sax import SAXParseException  # only its name, we parse nothing

import feedparser

from newsletter.errors import UnreadableFeed
from newsletter.feeds import jsonfeed, prescan
from newsletter.feeds.entries import Enclosure, Entry, Feed
from newsletter.items import links
from subscribers.sentences import Saying

MAX_GUID = 2000

# What feedparser's forgiving parser trips over where the strict one gave up.
_STUMBLES = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
_BROKEN = "The feed is not well-formed XML; we read what we could."


def parse(data: bytes, *, content_type: str = "", base: str = "") -> Feed:
    """Return what the bytes hold; raises UnreadableFeed when that is no feed.

    Every entry gets an identity: its guid, else its link, else a hash of its words.
    """
    prescan.check(data)
    feed = (
        jsonfeed.parse(data)
        if jsonfeed.looks_like(data)
        else _xml(data, content_type, base)
    )
    if len(feed.entries) > prescan.MAX_ENTRIES:
        raise UnreadableFeed(
            "The feed has more than {most} entries.", most=prescan.MAX_ENTRIES
        )
    home = links.safe(feed.link)
    entries = [
        replace(entry, link=links.safe(entry.link, base=home))
        for entry in _identified(feed.entries)
    ]
    return replace(feed, link=home, entries=tuple(entries))


def _xml(data: bytes, content_type: str, base: str) -> Feed:
    headers = {"content-location": base} if base else {}
    if content_type:
        headers["content-type"] = content_type
    read = _read(data, headers)
    if not read.get("version") and not read.entries:
        raise UnreadableFeed(_reason(read))
    language = _text(read.feed, "language")
    return Feed(
        title=_text(read.feed, "title"),
        link=_text(read.feed, "link"),
        language=language,
        entries=tuple(_entry(one, language) for one in read.entries),
        warnings=(_BROKEN,) if _is_broken(read) else (),
    )


def _read(data: bytes, headers: dict[str, str]) -> Any:
    try:
        # A stream, never the bytes: given a string, feedparser opens it as an
        # address. Its own sanitising is left to ours, which is bounded.
        return feedparser.parse(
            BytesIO(data),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    # What its forgiving parser trips over where the strict one gave up.
    except (
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        RecursionError,
    ) as error:
        raise UnreadableFeed("The feed is too broken to be read.") from error


def _is_broken(read: Any) -> bool:
    # feedparser also calls a feed odd for its media type or its encoding.
    return isinstance(read.get("bozo_exception"), SAXParseException)


def _reason(read: Any) -> Saying:
    if not read.get("bozo"):
        return Saying("This is not a feed: no RSS, no Atom, no JSON Feed.")
    said = str(read.get("bozo_exception", "broken XML"))[:200]
    return Saying("This is not a feed: {reason}", reason=said)


def _entry(read: Any, feed_language: str) -> Entry:
    detail = read.get("title_detail") or read.get("summary_detail") or {}
    content = _content(read.get("content", []))
    own = _text(read, "language") or _text(detail, "language")
    return Entry(
        guid=_text(read, "id"),
        title=_text(read, "title"),
        link=_text(read, "link"),
        summary=_text(read, "summary"),
        content=_text(content, "value"),
        author=_text(read, "author"),
        published_at=_published(read),
        language=own if own.lower() != feed_language.lower() else "",
        categories=tuple(
            term for tag in read.get("tags", []) if (term := _text(tag, "term"))
        ),
        enclosures=tuple(_enclosures(read)),
        base=_text(content, "base"),
    )


def _content(offered: list[Any]) -> Any:
    """Return the HTML among the forms a text is offered in, else the first."""
    html = [one for one in offered if "html" in str(one.get("type"))]
    return next(iter(html or offered), {})


def _enclosures(read: Any) -> Iterable[Enclosure]:
    for file in read.get("enclosures", []):
        if url := _text(file, "href"):
            yield Enclosure(url, _text(file, "type"))
    for file in [*read.get("media_content", []), *read.get("media_thumbnail", [])]:
        if url := _text(file, "url"):
            medium = _text(file, "medium")
            default = f"{medium}/*" if medium else "image/*"
            yield Enclosure(url, _text(file, "type") or default)


def _published(read: Any) -> datetime | None:
    # dict.get: feedparser's own would answer with another day and a warning.
    days = (dict.get(read, name) for name in ("published_parsed", "updated_parsed"))
    return next((moment for day in days if (moment := _moment(day))), None)


def _moment(parsed: struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _text(holder: Any, name: str) -> str:
    value = holder.get(name)
    return value.strip() if isinstance(value, str) else ""


def _identified(entries: Iterable[Entry]) -> Iterable[Entry]:
    taken: set[str] = set()
    for entry in entries:
        guid = entry.guid or entry.link
        # Some feeds link every entry to the same page.
        if not guid or (not entry.guid and guid in taken):
            guid = _hash(guid, entry.title, str(entry.published_at), entry.content)
        taken.add(guid)
        yield replace(entry, guid=guid if len(guid) <= MAX_GUID else _hash(guid))


def _hash(*parts: str) -> str:
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
