"""Rules of the parts: RFC 2045, 2046 and what mail programs do, H12 to H17."""

import re
import unicodedata
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from newsletter.messages.lint.anatomy import Anatomy
from newsletter.messages.lint.rules import rule

KINDS = ("text/plain", "text/html")
_LONGEST_LINE = 76  # RFC 2045 §6.7
_WHOLE = 150_000  # bytes
_PICTURES = (".svg", ".webp", ".avif")


@rule("H12")
def two_parts(message: Anatomy) -> Iterator[str]:
    """RFC 2046 §5.1.4: the richest comes last; both say and offer the same."""
    if not message.get("Content-Type").startswith("multipart/alternative"):
        yield "it is not multipart/alternative"
    if tuple(part.kind for part in message.parts) != KINDS:
        yield "its parts are not a text and then HTML"
        return
    said = "".join(message.text.split())
    for link in message.elements_of("a"):
        href = link.attrs.get("href", "")
        if href.startswith("http") and "".join(href.split()) not in said:
            yield f"the text lacks a link: {href[:60]}"


@rule("H13")
def pictures(message: Anatomy) -> Iterator[str]:
    """The same address for every reader: another would be a tracking pixel."""
    token = message.way_out.rpartition("/")[2]
    for image in message.elements_of("img"):
        source = image.attrs.get("src", "")
        parts = urlsplit(source)
        if not is_safe(source):
            yield f"a picture is not fetched over https: {source[:60]}"
        if parts.query or (token and token in source):
            yield f"a picture's address may differ per reader: {source[:60]}"
        if parts.path.lower().endswith(_PICTURES):
            yield f"mail programs do not show such a picture: {source[:60]}"


@rule("H14")
def coding(message: Anatomy) -> Iterator[str]:
    """RFC 2045 §6.7, so that no relay needs to touch a byte (RFC 6376 §5.3)."""
    if not message.body.isascii():
        yield "the body is not in seven bits"
    for part in message.parts:
        if not re.search(r'charset="?utf-8', part.head):
            yield f"{part.kind} does not say that it is UTF-8"
        if "content-transfer-encoding: quoted-printable" not in part.head:
            yield f"{part.kind} is not quoted-printable"
        if "\ufffd" in part.said and b"=EF=BF=BD" not in part.raw:
            yield f"{part.kind} is not UTF-8"
        if not unicodedata.is_normalized("NFC", part.said):
            yield f"{part.kind} is not in NFC"
        yield from _lines(part.kind, part.raw)


@rule("H15")
def language(message: Anatomy) -> Iterator[str]:
    """RFC 3282: the header says what the HTML says."""
    root = next(iter(message.elements_of("html")), None)
    said = root.attrs.get("lang", "") if root else ""
    if not said or message.get("Content-Language") != said:
        yield "Content-Language is not the language of the HTML"


@rule("H16")
def budget(message: Anatomy) -> Iterator[str]:
    """Small enough for everybody, and nothing attached."""
    if len(message.raw) > _WHOLE:
        yield f"the message is larger than {_WHOLE:,} bytes"
    if len(message.parts) > len(KINDS) or b"attachment" in message.head.lower():
        yield "something is attached"


@rule("H17")
def one_name(message: Anatomy) -> Iterator[str]:
    """What is made per delivery comes from one name, so that a retry is the same."""
    name = re.match(r"<(?:d\.)?([^@>]*)@", message.get("Message-ID"))
    boundary = re.search(r'boundary="([^"]*)"', message.get("Content-Type"))
    if name is None or boundary is None or name[1] not in boundary[1]:
        yield "the boundary is not made from the Message-ID"


def is_safe(url: str) -> bool:
    """Whether an address is https, or of this machine while trying out."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and _is_here(host)


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _lines(kind: str, raw: bytes) -> Iterator[str]:
    lines = raw.split(b"\r\n")
    if max(map(len, lines)) > _LONGEST_LINE:
        yield f"a line of {kind} is longer than {_LONGEST_LINE} octets"
    if any(line.endswith((b" ", b"\t")) for line in lines):
        yield f"a line of {kind} ends in white space"
    if any(line.startswith((b".", b"From ")) for line in lines):
        yield f"a line of {kind} begins with a dot or with From"


RULES = (two_parts, pictures, coding, language, budget, one_name)
