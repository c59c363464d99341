"""A page of the web pulled apart: what it says, what it shows, in what language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from newsletter.desk import heads, structured
from newsletter.desk.heads import Head
from newsletter.desk.structured import Meeting
from newsletter.feeds import detection, videos
from newsletter.fetching import Fetched
from newsletter.items import links, plain
from newsletter.models import ItemType

# Language versions of one page that are looked at; more than any letter has languages.
_ALTERNATES = 100
_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)
_TAGGED = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_ANY_TAG = re.compile(r"<[^<>]{0,5000}>")
_HTML = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})
_DOCUMENTS = {
    "application/pdf": "PDF",
    "application/msword": "DOC",
    "application/epub+zip": "EPUB",
}


@dataclass(frozen=True)
class Page:
    """What a page says of itself; everything is clean, and anything may be empty."""

    url: str
    type: ItemType = ItemType.LINK
    title: str = ""
    summary: str = ""
    language: str | None = None  # None: it cannot be told
    picture: str = ""
    site: str = ""
    author: str = ""
    published_at: datetime | None = None
    video_url: str = ""
    video_seconds: int | None = None
    meeting: Meeting | None = None
    document: str = ""  # "PDF": the address is no page but a file
    alternates: tuple[tuple[str, str], ...] = ()  # (language, address)
    feeds: tuple[tuple[str, str], ...] = ()  # (address, title)


def read(answer: Fetched, *, languages: Sequence[str], zone: ZoneInfo) -> Page:
    """Return what an address holds: a page, or a document to be offered."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _HTML:
        return _file(answer, kind)
    html = decoded(answer)
    head = heads.read(html)
    base = links.safe(head.base, base=answer.url) or answer.url
    stated = structured.read(head.data, zone=zone)
    video = videos.is_video(answer.url)
    site = plain.heading(head.first("og:site_name"), limit=300)
    return Page(
        url=_canonical(head, answer.url, base),
        type=_type(stated, video=video, head=head),
        title=_title(head, stated, site),
        summary=_summary(head),
        language=_language(head, html, languages),
        picture=links.safe(_picture(head), base=base),
        site=site or links.host_of(answer.url),
        author=_author(head, stated),
        published_at=_published(head, stated, zone),
        video_url=answer.url if video else "",
        video_seconds=stated.seconds if video else None,
        meeting=stated.meeting,
        alternates=_alternates(head, base),
        feeds=_feeds(head, base),
    )


def decoded(answer: Fetched) -> str:
    """Return the text of an answer, in the encoding it names, else in UTF-8."""
    said = answer.headers.get("content-type", "").encode("ascii", "ignore")
    found = _CHARSET.search(said) or _CHARSET.search(answer.body[:2048])
    name = found[1].decode("ascii") if found else "utf-8"
    try:
        return answer.body.decode(name, "replace")
    except (LookupError, UnicodeError):
        return answer.body.decode("utf-8", "replace")


def _file(answer: Fetched, kind: str) -> Page:
    name = unquote(PurePosixPath(urlsplit(answer.url).path).name)
    stem, _, ending = name.rpartition(".")
    words = re.sub(r"[-_+\s]+", " ", stem or name)
    if kind.startswith("image/"):
        return Page(answer.url, picture=answer.url, title=plain.line(words, limit=300))
    told = _DOCUMENTS.get(kind) or (ending.upper() if 2 <= len(ending) <= 4 else "")
    return Page(
        answer.url,
        type=ItemType.DOCUMENTS if told else ItemType.LINK,
        title=plain.line(words[:1].upper() + words[1:], limit=300),
        site=links.host_of(answer.url),
        document=told,
    )


def _canonical(head: Head, url: str, base: str) -> str:
    """Return the address the page itself wants to be known by, within its own site."""
    named = [link["href"] for link in head.links if "canonical" in _rel(link)]
    own = links.safe(named[0] if named else "", base=base)
    # A careless theme names the front page on every page.
    deep = urlsplit(own).path.strip("/") or not urlsplit(url).path.strip("/")
    same = links.host_of(own) == links.host_of(url)
    return own if own and same and deep else links.safe(url)


def _type(stated: structured.Stated, *, video: bool, head: Head) -> ItemType:
    if stated.meeting is not None:
        return ItemType.EVENT
    if video or head.first("og:type").startswith("video"):
        return ItemType.VIDEO
    return ItemType.LINK


def _title(head: Head, stated: structured.Stated, site: str) -> str:
    said = head.first("og:title", "twitter:title") or stated.headline
    if not said:
        said = head.title or head.heading
    title = plain.heading(said, limit=300)
    if site:
        end = re.escape(plain.squeeze(site))
        shorter = re.sub(rf"\s+[-|–—·:»]\s+{end}$", "", title, flags=re.IGNORECASE)
        title = shorter or title
    return title


def _summary(head: Head) -> str:
    said = head.first("og:description", "description", "twitter:description")
    return plain.heading(said, limit=500)


def _picture(head: Head) -> str:
    return head.first(
        "og:image:secure_url", "og:image:url", "og:image", "twitter:image"
    )


def _author(head: Head, stated: structured.Stated) -> str:
    said = head.first("author", "article:author", "parsely-author") or stated.author
    return "" if "://" in said else plain.heading(said, limit=300)


def _published(
    head: Head, stated: structured.Stated, zone: ZoneInfo
) -> datetime | None:
    named = head.first("article:published_time", "datepublished", "date", "dc.date")
    candidates = (named, stated.published, head.time)
    found = (structured.moment(said, zone) for said in candidates if said)
    return next((at for at in found if at), None)


def _language(head: Head, html: str, languages: Sequence[str]) -> str | None:
    declared = head.language or head.first("content-language", "og:locale")
    if _TAGGED.fullmatch(declared.replace("_", "-")):
        return detection.nearest(declared, languages)
    words = _ANY_TAG.sub(" ", _without_scripts(html[:60_000]))
    return detection.detect(plain.squeeze(words)[:5_000], languages)


def _without_scripts(html: str) -> str:
    """Return the page without what is no text, in one pass however it is written."""
    lower = html.lower()
    for name in ("script", "style"):
        kept: list[str] = []
        position = 0
        while (start := lower.find(f"<{name}", position)) >= 0:
            kept.append(html[position:start])
            end = lower.find(f"</{name}", start)
            position = end if end >= 0 else len(html)
        html = "".join((*kept, html[position:]))
        lower = html.lower()
    return html


def _alternates(head: Head, base: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for link in head.links:
        tag = link.get("hreflang", "").replace("_", "-")
        if "alternate" in _rel(link) and "type" not in link and _TAGGED.fullmatch(tag):
            found.setdefault(tag, links.safe(link["href"], base=base))
    pairs = [(tag, url) for tag, url in found.items() if links.bare(url)]
    return tuple(pairs[:_ALTERNATES])


def _feeds(head: Head, base: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for link in head.links:
        kind = link.get("type", "").lower()
        is_feed = kind in {
            "application/rss+xml",
            "application/atom+xml",
            "application/feed+json",
        }
        url = links.safe(link["href"], base=base) if is_feed else ""
        if url and "alternate" in _rel(link):
            found.setdefault(url, plain.heading(link.get("title", ""), limit=200))
    return tuple(found.items())[:20]


def _rel(link: dict[str, str]) -> set[str]:
    return set(link.get("rel", "").lower().split())
