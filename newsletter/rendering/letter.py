"""What a letter holds, ready to be laid out: values only, no database.

Every string is plain text unless its name ends in `_html`, which is clean HTML of
the nine tags an item body may hold. Every `language` is a BCP 47 tag.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Optional
from zoneinfo import ZoneInfo


class Design(StrEnum):
    """How a letter is laid out."""

    LETTER = "letter"  # personal: the words of the house first, then its news
    NEWS = "news"  # a front page: masthead in colour, headlines in rows
    BULLETIN = "bulletin"  # a digest: twenty items, numbered, at a glance


class Face(StrEnum):
    """What the titles are set in."""

    SERIF = "serif"
    SANS = "sans"


@dataclass(frozen=True)
class Picture:
    """A picture in our store, with its words."""

    url: str  # absolute, the same for every reader
    width: int
    height: int
    alt: str = ""
    caption: str = ""
    credit: str = ""
    small: Optional["Picture"] = None  # the same, narrower: for thumbnails


@dataclass(frozen=True)
class Style:
    """What a list's letters look like."""

    design: Design = Design.LETTER
    titles: Face = Face.SERIF
    accent: str = ""  # "#rrggbb" as chosen; empty: the program's own
    logo: Picture | None = None
    template: str = ""  # MJML of the organisation's own, instead of a design


@dataclass(frozen=True)
class Document:
    """A file to fetch: a link, never an attachment."""

    url: str
    title: str
    format: str = ""  # "PDF"
    size: int | None = None  # bytes
    language: str = ""  # of the file, when known
    pages: int | None = None


@dataclass(frozen=True)
class EventFacts:
    """When and where: moments are aware, shown in `zone`."""

    starts_at: datetime
    zone: ZoneInfo
    ends_at: datetime | None = None
    all_day: bool = False
    place: str = ""
    reply_by_at: datetime | None = None
    ics_url: str = ""


@dataclass(frozen=True)
class Block:
    """One item as this edition shows it."""

    type: str  # ItemType value
    anchor: str  # unique id in the letter, e.g. "i3"
    language: str  # of the words below; differs from the letter's when shown in another
    title: str
    summary: str = ""
    body_html: str = ""
    url: str = ""
    link_text: str = ""  # words of the button; empty: the catalogue's
    author: str = ""
    attribution: str = ""  # "La Libre Belgique"
    picture: Picture | None = None
    video_url: str = ""
    video_seconds: int | None = None  # how long it lasts, when known
    subtitles: tuple[str, ...] = ()  # their languages, when known
    documents: tuple[Document, ...] = ()
    event: EventFacts | None = None
    section: str = ""  # the section's name in this language, on its first block only
    lead: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """The same issue in another language."""

    language: str
    url: str  # a marker in the mail, a page address on the web


@dataclass(frozen=True)
class Letter:
    """An edition ready to be laid out."""

    language: str
    subject: str  # also the h1
    preheader: str
    intro: str  # plain text, paragraphs separated by an empty line
    list_name: str
    list_url: str  # the archive in this language
    sender_name: str
    legal: str
    contact: str  # address readers can write to
    number: int
    dated_on: datetime  # aware, in the list's zone
    web_url: str  # this edition on the web, no token
    blocks: tuple[Block, ...]
    languages: tuple[LanguageLink, ...] = field(default=())
    unsubscribe_url: str = ""  # a marker, see rendering.Markers
    preferences_url: str = ""  # a marker
    reader_address: str = ""  # a marker
    reader_since: str = ""  # a marker: the day the reader joined, in words
    share_url: str = ""  # what readers may pass on; empty: not for everybody
    privacy_url: str = ""
    style: Style = Style()


@dataclass(frozen=True)
class Rendered:
    """The forms of one edition. html and text hold the letter's markers."""

    mjml: str
    html: str
    text: str
    web: str  # an <article> without markers, for /{lang}/{slug}
