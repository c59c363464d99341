"""The parts of any message, however broken, in bounded time.

The parser of the standard library recurses as deep as a message is nested and raises
on some headers; this one reads what mail systems send back, and no further than that.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from newsletter.bounces import headers
from newsletter.bounces.headers import Headers

LONGEST = 256 * 1024  # octets that are looked at: reports stand before what they return
_DEEPEST = 6
_MOST = 40  # parts of one multipart
_TEXT = 32 * 1024  # octets of a part that are read as text
_TYPE = re.compile(r"\s*([\w.+-]{1,80}/[\w.+-]{1,80})")
_PARAMETER = re.compile(
    r';\s*([\w-]{1,40})\*?\s*=\s*(?:"([^"]{0,400})"|([^\s;"]{1,400}))'
)
# What stands before the first part, for programs that do not know of parts.
_PREAMBLE = re.compile(
    rb"\s{0,20}(?:this (?:is a|message is in) (?:mime|multi-?part)[^\0]{0,300}?\n)?"
    rb"--[\w=+./:'()?-]{6,200}[ \t]*\nContent-",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{0,4000}>")
_BREAK = re.compile(r"<(?:br|/?p|/?div|/tr|/li|/h\d)\b[^<>]{0,1000}>", re.IGNORECASE)
_UNREAD = [
    (re.compile(start, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for start, end in (
        ("<!--", "-->"),
        (r"<head\b(?!er)", "</head>"),
        (r"<style\b", "</style>"),
        (r"<script\b", "</script>"),
    )
]
_ENCLOSED = {
    "message/rfc822",
    "message/global",
    "message/rfc822-headers",
    "message/global-headers",
    "message/partial",
    "text/rfc822-headers",
    "text/rfc822-header",
}


@dataclass(frozen=True)
class Part:
    """A message or a part of one; `children` of what encloses others."""

    headers: Headers
    type: str
    parameters: dict[str, str]
    body: bytes  # as it came
    children: tuple["Part", ...] = ()

    @property
    def is_enclosed_message(self) -> bool:
        """Whether another message, or the head of one, stands in it."""
        return self.type in _ENCLOSED

    def octets(self) -> bytes:
        """Return the body without its transfer encoding, as much as is read."""
        return _decoded(self.body[: 2 * _TEXT], self.headers)[:_TEXT]

    def text(self) -> str:
        """Return the body as plain text, as much as is read."""
        text = headers.text_of(self.octets(), self.parameters.get("charset", ""))
        return plain(text) if self.type == "text/html" else text

    def walk(self, *, into_messages: int = 0) -> Iterator["Part"]:
        """Go through this and all parts in it, as deep in enclosed messages as told."""
        yield self
        if self.is_enclosed_message:
            into_messages -= 1
        if into_messages >= 0:
            for child in self.children:
                yield from child.walk(into_messages=into_messages)


def parse(raw: bytes) -> Part:
    """Read a message; never raises, and looks at no more than LONGEST octets."""
    raw = raw[:LONGEST].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _parse(raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\n \t\0"), _DEEPEST)


def _parse(raw: bytes, depth: int, default: str = "text/plain") -> Part:
    head, body = headers.split(raw)
    kind, parameters = content_type(head.get("content-type"), default)
    if not head.get("content-type") and _PREAMBLE.match(body):
        kind = "multipart/mixed"  # what told so was lost on the way
    if kind.startswith("multipart/"):
        return _multipart(head, kind, parameters, body, depth)
    part = Part(head, kind, parameters, body)
    if depth and part.is_enclosed_message:
        inner = _decoded(body, head).lstrip(b"\n ")
        return Part(head, kind, parameters, body, (_parse(inner, depth - 1),))
    return part


def content_type(value: str, default: str = "text/plain") -> tuple[str, dict[str, str]]:
    """Return type and parameters of a Content-Type, names in lower case."""
    found = _TYPE.match(value)
    pairs = _PARAMETER.findall(value)
    parameters = {name.lower(): quoted or bare for name, quoted, bare in pairs}
    return found[1].lower() if found else default, parameters


def _multipart(
    head: Headers, kind: str, parameters: dict[str, str], body: bytes, depth: int
) -> Part:
    boundary = parameters.get("boundary", "").encode("utf-8", "replace")
    pieces = _pieces(body, boundary) if depth else []
    if depth and not pieces:
        pieces = _pieces(body, _first_boundary(body))
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    children = tuple(_parse(piece, depth - 1, default) for piece in pieces)
    return Part(head, kind, parameters, body, children)


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    """Return what stands between the lines of a boundary; the last may be cut off."""
    if not boundary:
        return []
    line = re.compile(rb"(?:\A|\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\n|\Z)")
    pieces: list[bytes] = []
    start = None
    for found in line.finditer(body):
        if start is not None:
            pieces.append(body[start : found.start()])
        start = found.end() + 1
        if found[1] or len(pieces) == _MOST:
            return pieces
    if start is not None and start < len(body):
        pieces.append(body[start:])
    return pieces


def _first_boundary(body: bytes) -> bytes:
    """Return what looks like a boundary, where the named one never comes."""
    found = re.search(rb"(?:\A|\n)--([\w=+./:'()?-]{6,200})[ \t]*\nContent-", body)
    return found[1] if found else b""


def _decoded(body: bytes, head: Headers) -> bytes:
    encoding = head.get("content-transfer-encoding").strip().lower()
    if encoding == "base64":
        return headers.base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    return body


def plain(html: str) -> str:
    """Return the words of HTML; not safe to show as HTML."""
    for opening, closing in _UNREAD:
        html = _without(html, opening, closing)
    return unescape(_TAG.sub(" ", _BREAK.sub("\n", html)))


def _without(html: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """Cut out an element and its content in one pass; one pattern for both is slow."""
    kept, place = [], 0
    while start := opening.search(html, place):
        kept.append(html[place : start.start()])
        end = closing.search(html, start.end())
        if end is None:
            return "".join(kept)
        place = end.end()
    return "".join(kept) + html[place:]
