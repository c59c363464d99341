"""Read a form that brings a file, without holding the file in memory."""

import mmap
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from newsletter import errands
from newsletter.config import Settings
from newsletter.web import forms
from newsletter.web.asgi import LONGEST_BODY

_MOST_PARTS = 20
_CHUNK = 1 << 20
_NAME = re.compile(rb'\bname="([^"]*)"')
_FILENAME = re.compile(rb'\bfilename="([^"]*)"')
# What is kept in a file of its own, however short: people may be pasted too.
_LISTS = ("file", "pasted")


@dataclass(frozen=True)
class Brought:
    """A form: its short fields, and where the list of people stands, if it has one."""

    fields: Mapping[str, str] = field(default_factory=dict)
    filename: str = ""
    file: str = ""  # the name under which it is kept


@dataclass(frozen=True)
class _Part:
    name: str
    filename: str
    start: int
    end: int


def read(settings: Settings, body: Path) -> Brought:
    """Return what a form brought, its list copied out of the body."""
    with body.open("rb") as raw:
        if raw.read(2) != b"--":
            raw.seek(0)
            return _pasted(settings, forms.fields(raw.read(LONGEST_BODY)))
        with mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            parts = list(_parts(whole))
            short = {
                each.name: whole[each.start : each.end].decode("utf-8", "replace")
                for each in parts
                if each.name not in _LISTS and each.end - each.start < LONGEST_BODY
            }
        for each in parts:
            if each.name in _LISTS and each.end > each.start:
                raw.seek(each.start)
                name = _kept(settings, raw, each.end - each.start)
                return Brought(short, each.filename, name)
    return Brought(short)


def _pasted(settings: Settings, found: dict[str, str]) -> Brought:
    text = found.pop("pasted", "").encode()
    if not text.strip():
        return Brought(found)
    path = errands.staged(settings)
    path.write_bytes(text)
    return Brought(found, "", path.name)


def _parts(whole: mmap.mmap) -> Iterator[_Part]:
    """Yield the parts of a multipart body (RFC 7578), where each begins and ends."""
    edge = whole[: whole.find(b"\n", 0, 300) + 1].strip()
    at = len(edge)
    for _ in range(_MOST_PARTS):
        head_end = whole.find(b"\r\n\r\n", at, at + 4000)
        if not edge or head_end < 0:
            return
        start = head_end + 4
        end = whole.find(b"\r\n" + edge, start)
        if end < 0:
            return
        head = whole[at:head_end]
        yield _Part(_word(_NAME, head), _filename(head), start, end)
        at = end + 2 + len(edge)


def _word(pattern: re.Pattern[bytes], head: bytes) -> str:
    found = pattern.search(head)
    return found[1].decode("utf-8", "replace") if found else ""


def _filename(head: bytes) -> str:
    """Return what the file is called, for people to read: never a path of ours."""
    name = unquote(_word(_FILENAME, head)).replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[:200]


def _kept(settings: Settings, raw: BinaryIO, length: int) -> str:
    path = errands.staged(settings)
    with path.open("xb") as file:
        while length > 0 and (chunk := raw.read(min(length, _CHUNK))):
            file.write(chunk)
            length -= len(chunk)
    return path.name
