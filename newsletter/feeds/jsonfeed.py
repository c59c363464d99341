"""JSON Feed (jsonfeed.org, versions 1 and 1.1), read into our entries."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from newsletter.errors import UnreadableFeed
from newsletter.feeds.entries import Enclosure, Entry, Feed


def looks_like(data: bytes) -> bool:
    """Say whether the bytes are JSON rather than XML."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def parse(data: bytes) -> Feed:
    """Return the feed; raises UnreadableFeed when it is JSON but no JSON Feed."""
    try:
        read = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableFeed("The feed is broken JSON.") from error
    version = _text(read.get("version")) if isinstance(read, dict) else ""
    if "jsonfeed.org/version/" not in version:
        raise UnreadableFeed("This is JSON, but it does not call itself a JSON Feed.")
    return Feed(
        title=_text(read.get("title")),
        link=_text(read.get("home_page_url")),
        language=_text(read.get("language")),
        entries=tuple(_entry(one) for one in _dicts(read.get("items"))),
    )


def _entry(item: Mapping[str, Any]) -> Entry:
    content = _text(item.get("content_html")) or _paragraphs(
        _text(item.get("content_text"))
    )
    return Entry(
        guid=_identity(item.get("id")),
        title=escape(_text(item.get("title")), quote=False),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        summary=escape(_text(item.get("summary")), quote=False),
        content=content,
        author=_author(item),
        published_at=_moment(_text(item.get("date_published"))),
        language=_text(item.get("language")),
        categories=tuple(_text(tag) for tag in _list(item.get("tags")) if _text(tag)),
        enclosures=_enclosures(item),
    )


def _enclosures(item: Mapping[str, Any]) -> tuple[Enclosure, ...]:
    files = [
        Enclosure(_text(file.get("url")), _text(file.get("mime_type")))
        for file in _dicts(item.get("attachments"))
    ]
    pictures = [_text(item.get(name)) for name in ("image", "banner_image")]
    files += [Enclosure(url, "image/*") for url in pictures if url]
    return tuple(file for file in files if file.url)


def _author(item: Mapping[str, Any]) -> str:
    # Version 1 has one author, 1.1 a list.
    people = _dicts(item.get("authors")) or _dicts([item.get("author")])
    return ", ".join(name for one in people if (name := _text(one.get("name"))))


def _paragraphs(text: str) -> str:
    parts = [escape(part, quote=False) for part in text.split("\n\n") if part.strip()]
    return "".join(f"<p>{part.strip()}</p>" for part in parts).replace("\n", "<br>")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return None


def _identity(value: Any) -> str:
    # The standard asks for a string, and for tolerance towards numbers.
    return str(value) if isinstance(value, int | float) else _text(value)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]
