"""A message in parts that can be held against another's (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from html import unescape

_LARGEST = 10_000_000  # octets that are looked at
_MOST_PARTS = 20
_FIELD = re.compile(rb"\r\n(?![ \t])")
_BARE = re.compile(rb"(?<!\r)\n")
_MBOX = re.compile(rb"From [^\r\n]{1,200}\r\n")
_LINK = re.compile(
    r"""<a\b[^<>]{0,2000}?\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE
)
_IMAGE = re.compile(
    r"""<img\b[^<>]{0,2000}?\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE
)
_PLAIN_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One text of a message."""

    kind: str  # text/plain, text/html
    encoding: str  # Content-Transfer-Encoding
    written: str  # as it stands in the message
    text: str  # decoded

    @property
    def words(self) -> str:
        """The text without what is only layout."""
        return " ".join(self.text.split())

    @property
    def lines(self) -> list[str]:
        """The lines as they stand, without what no signature minds."""
        return [line.rstrip() for line in self.written.rstrip().splitlines()]

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        pattern = _LINK if self.kind == "text/html" else _PLAIN_LINK
        return list(dict.fromkeys(map(unescape, pattern.findall(self.text))))

    @property
    def images(self) -> list[str]:
        """What it fetches to be shown."""
        found = _IMAGE.findall(self.text) if self.kind == "text/html" else []
        return list(dict.fromkeys(map(unescape, found)))


@dataclass(frozen=True)
class Mail:
    """A message as octets, as fields and as texts."""

    raw: bytes
    fields: tuple[tuple[str, str], ...]  # names in lower case, values unfolded
    parts: tuple[Part, ...]

    def values(self, name: str) -> list[str]:
        """Return the values of a field, from the top."""
        return [value for each, value in self.fields if each == name]

    def value(self, name: str) -> str:
        """Return the first value of a field, or nothing."""
        return next(iter(self.values(name)), "")

    def part(self, kind: str) -> Part | None:
        """Return the first text of a kind."""
        return next((each for each in self.parts if each.kind == kind), None)


def opened(raw: bytes) -> Mail:
    """Return a message as it was saved by whatever program; nothing is believed."""
    octets = _BARE.sub(b"\r\n", raw[:_LARGEST].lstrip(b"\r\n"))
    octets = _MBOX.sub(b"", octets, count=1) if _MBOX.match(octets) else octets
    head = octets.partition(b"\r\n\r\n")[0]
    return Mail(octets, tuple(_fields(head)), tuple(_parts(octets)))


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    for field in _FIELD.split(head):
        name, colon, value = field.decode("latin-1").partition(":")
        if colon:
            yield name.strip().lower(), " ".join(value.split())


def _parts(octets: bytes) -> Iterator[Part]:
    message = message_from_bytes(octets)
    leaves = (each for each in message.walk() if not each.is_multipart())
    for _, each in zip(range(_MOST_PARTS), leaves, strict=False):
        if each.get_content_maintype() == "text":
            yield _part(each)


def _part(leaf: Message) -> Part:
    written = leaf.get_payload()
    octets = leaf.get_payload(decode=True)
    charset = leaf.get_content_charset() or "utf-8"
    decoded = octets if isinstance(octets, bytes) else b""
    try:
        text = decoded.decode(charset, "replace")
    except LookupError:
        text = decoded.decode("utf-8", "replace")
    encoding = str(leaf.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    return Part(
        leaf.get_content_type(),
        encoding,
        str(written),
        text,
    )
