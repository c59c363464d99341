"""The first picture of a letter, read back from its frozen article."""

import re
from dataclasses import dataclass
from html import unescape

from sqlmodel import Session, select

from newsletter.models import Asset, Edition
from newsletter.web import published

# Our own HTML, in which every sign of a value that could end it is escaped.
_IMG = re.compile(r"<img ([^<>]*)>")
_VALUE = re.compile(r'([a-z]+)="([^"]*)"')
_HASH = re.compile(r"/media/([0-9a-f]{16,64})\.")
_TYPES = {"png": "image/png", "gif": "image/gif", "webp": "image/webp"}


@dataclass(frozen=True)
class Lead:
    """A picture as the article shows it."""

    src: str
    width: int
    height: int
    alt: str
    srcset: str

    @property
    def media_type(self) -> str:
        """What the file is, by its name: ours never lies."""
        return _TYPES.get(self.src.rpartition(".")[2], "image/jpeg")


def lead_of(edition: Edition, *, base_url: str = "") -> Lead | None:
    """Return the first picture; its address begins with `base_url`."""
    found = _IMG.search(edition.web)
    if found is None:
        return None
    tag = published.at_home(found[1], edition, base_url=base_url)
    values = {name: unescape(value) for name, value in _VALUE.findall(tag)}
    width, height = values.get("width", ""), values.get("height", "")
    if not (width.isdigit() and height.isdigit() and values.get("src")):
        return None
    return Lead(
        values["src"],
        int(width),
        int(height),
        values.get("alt", ""),
        values.get("srcset", ""),
    )


def size_of(session: Session, lead: Lead) -> int | None:
    """Return how many bytes a picture has, if it is one of our store."""
    found = _HASH.search(lead.src)
    if found is None:
        return None
    return session.exec(select(Asset.size).where(Asset.hash == found[1])).first()
