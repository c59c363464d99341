"""What a web page says about itself in its head: read from hostile HTML, in one pass.

No parser sees the page: it may be two megabytes of broken tags. Tags that matter are
looked for by name, and each is read up to a bound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

# Characters that are looked at, tags that are read, and the length of one text in them.
_LOOKED_AT = 600_000
_TAGS = 3_000
_LONGEST = 5_000
_LONGEST_DATA = 100_000

_NAMES = re.compile(
    r"<(html|meta|link|title|h1|time|script|base)(?=[\s/>])", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"[\s/]*([^\s\"'<>/=]{1,60})(?:\s{0,20}=\s{0,20}"
    r"(?:\"([^\"]{0,5000})\"|'([^']{0,5000})'|([^\s\"'<>=`]{1,2000})))?"
)
_SPACE = re.compile(r"[\s/]{0,200}>")
_ALTERNATES = 400
_SCRIPTS = 20


@dataclass
class Head:
    """The tags of a page that tell what it is."""

    language: str = ""
    title: str = ""
    heading: str = ""  # the first h1
    time: str = ""  # of the first <time datetime>
    base: str = ""
    metas: dict[str, str] = field(default_factory=dict)  # the first of each name
    links: list[dict[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)  # JSON-LD, unread

    def first(self, *names: str) -> str:
        """Return the first of these metas that says anything."""
        return next((said for name in names if (said := self.metas.get(name))), "")


def read(html: str) -> Head:
    """Return the head of a page; what cannot be read is as if it were not there."""
    head = Head()
    html = html[:_LOOKED_AT]
    for name, attributes, end in _tags(html):
        _note(head, name, attributes, html, end)
    return head


def _tags(html: str) -> Iterator[tuple[str, dict[str, str], int]]:
    position = 0
    for _ in range(_TAGS):
        found = _NAMES.search(html, position)
        if found is None:
            return
        attributes, position = _attributes(html, found.end())
        yield found[1].lower(), attributes, position


def _attributes(html: str, position: int) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    for _ in range(40):
        found = _ATTRIBUTE.match(html, position)
        if found is None:
            break
        value = next((v for v in found.groups()[1:] if v is not None), "")
        attributes.setdefault(found[1].lower(), unescape(value).strip())
        position = found.end()
    closed = _SPACE.match(html, position)
    return attributes, closed.end() if closed else position


def _note(
    head: Head, name: str, attributes: dict[str, str], html: str, end: int
) -> None:
    if name == "html":
        head.language = head.language or attributes.get("lang", "")
    elif name == "meta":
        key = attributes.get("property") or attributes.get("name", "")
        key = key or attributes.get("itemprop", "")
        if attributes.get("content"):
            head.metas.setdefault(key.lower(), attributes["content"])
    elif name == "link":
        if attributes.get("href") and len(head.links) < _ALTERNATES:
            head.links.append(attributes)
    elif name == "script":
        stated = attributes.get("type", "").lower() == "application/ld+json"
        if stated and len(head.data) < _SCRIPTS:
            head.data.append(_inside(html, end, "</script", _LONGEST_DATA))
    else:
        _note_words(head, name, attributes, _inside(html, end, f"</{name}", _LONGEST))


def _note_words(head: Head, name: str, attributes: dict[str, str], inside: str) -> None:
    if name == "title":
        head.title = head.title or unescape(inside).strip()
    elif name == "h1":
        head.heading = head.heading or inside
    elif name == "time":
        head.time = head.time or attributes.get("datetime", "")
    else:
        head.base = head.base or attributes.get("href", "")


def _inside(html: str, start: int, closing: str, limit: int) -> str:
    stretch = html[start : start + limit]
    end = stretch.lower().find(closing)
    return stretch[:end] if end >= 0 else ""
