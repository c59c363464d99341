"""The video an entry is about."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from newsletter.feeds.entries import Entry
from newsletter.items import links, plain
from newsletter.items.blocks import Block, Link

_HOSTS = (
    "youtube.com",
    "youtu.be",
    "youtube-nocookie.com",
    "vimeo.com",
    "dailymotion.com",
    "dai.ly",
)
_CATEGORIES = frozenset({"video", "vidéo", "vidéos", "videos", "video's", "film"})
_EMBEDDED = re.compile(r"/(?:embed|v|video)/([\w-]{3,40})/?$")


def take(row: Sequence[Block], entry: Entry) -> tuple[Link | None, tuple[Block, ...]]:
    """Return where the video plays and the words of its link, and the text without it.

    A video counts when it is shown, when a line of its own leads to it, or when the
    entry itself does; one mentioned in a sentence is only a link.
    """
    rest = tuple(block for block in row if block.tag != "video")
    for block in row:
        link = _shown(block, entry)
        if link is not None:
            kept = tuple(other for other in rest if other is not block)
            return link, kept
    return _carried(entry), rest


def is_video(url: str) -> bool:
    """Say whether an address is a page or a file that plays a video."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    known = any(host == name or host.endswith(f".{name}") for name in _HOSTS)
    if known and parts.path.strip("/"):
        return True
    watched = parts.path.rstrip("/").endswith("watch") and "v" in parse_qs(parts.query)
    return watched or "/videos/watch/" in parts.path or _is_film(parts.path)


def _shown(block: Block, entry: Entry) -> Link | None:
    if block.tag == "video":
        url = block.links[0].url
        return Link(_page(url), "") if is_video(url) else None
    alone = len(block.links) == 1 and plain.key(block.links[0].words) == plain.key(
        block.text
    )
    if not alone:
        return None
    link = block.links[0]
    # The entry says that it is about a video; then its one lone link leads there.
    told = any(name.casefold() in _CATEGORIES for name in entry.categories)
    if is_video(link.url) or (told and "video" in link.url.casefold()):
        return link
    return None


def _carried(entry: Entry) -> Link | None:
    if is_video(entry.link):
        return Link(links.safe(entry.link), "")
    for file in entry.enclosures:
        url = links.safe(file.url, base=entry.link)
        if url and (file.type.startswith("video/") or is_video(url)):
            return Link(url, "")
    return None


def _is_film(path: str) -> bool:
    return path.lower().endswith((".mp4", ".webm", ".ogv", ".m4v"))


def _page(url: str) -> str:
    """Return the page of a video shown in a frame: mail cannot show the frame."""
    parts = urlsplit(url)
    found = _EMBEDDED.search(parts.path)
    if not found:
        return url
    if "youtube" in (parts.hostname or ""):
        return f"https://www.youtube.com/watch?v={found[1]}"
    return f"https://vimeo.com/{found[1]}" if "vimeo" in url else url
