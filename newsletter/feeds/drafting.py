"""An entry turned into an item, before anything is saved."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.errors import BadText
from newsletter.feeds import (
    attributions,
    bilingual,
    boilerplate,
    captions,
    detection,
    documents,
    events,
    kinds,
    summaries,
    videos,
)
from newsletter.feeds.captions import Caption
from newsletter.feeds.documents import Document
from newsletter.feeds.entries import Entry
from newsletter.feeds.events import Event
from newsletter.items import links, markup, plain
from newsletter.items.blocks import Block, Image, Link, to_text
from newsletter.items.words import Words
from newsletter.models import ItemType
from subscribers.clock import utcnow

# How many of an entry's pictures are tried before it goes without one.
_PICTURES = 3


@dataclass(frozen=True)
class Setting:
    """What an entry is read with: the feed around it, and our own languages."""

    languages: Sequence[str]
    zone: ZoneInfo
    declared: str = ""  # by whoever imports, else by the feed
    home: str = ""  # the feed's own site
    boilerplate: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Draft:
    """An item to be: its facts, and its words with the source language first."""

    type: ItemType
    language: str
    texts: dict[str, Words]
    url: str = ""
    author: str = ""
    published_at: datetime | None = None
    credit: str = ""
    attribution: str = ""
    video_url: str = ""
    event: Event | None = None
    documents: tuple[Document, ...] = ()
    pictures: tuple[str, ...] = ()  # addresses to try, best first
    bases: tuple[str, ...] = ()  # what relative ones may be relative to
    warnings: tuple[str, ...] = field(default=())


def read(entry: Entry) -> tuple[Block, ...]:
    """Return an entry's text as blocks; raises BadText when it is too much."""
    return markup.read(entry.content or entry.summary, base=_base(entry))


def draft(entry: Entry, setting: Setting) -> Draft:
    """Return the item an entry becomes; raises BadText when nothing can be made of it.

    What a text says about itself (source, documents, video, caption) becomes facts
    and leaves the body, so that a letter can lay it out and say it once.
    """
    row = boilerplate.drop(read(entry), title=entry.title, known=setting.boilerplate)
    attribution, row = attributions.take(row)
    files, row = documents.take(row, entry.enclosures, base=_base(entry))
    video, row = videos.take(row, entry)
    pictures = _pictures(row, entry)
    caption, row = captions.take(row, pictured=bool(pictures))
    language, warnings = _language(entry, row, setting)
    parts = bilingual.split(row, language=language, languages=setting.languages)
    first = next(iter(parts))
    event = _event(entry, parts[first], setting)
    away = kinds.elsewhere(row, link=entry.link, home=setting.home)
    kind = kinds.of(row, event=event, video=video, documents=files, elsewhere=away)
    return Draft(
        type=kind,
        language=first,
        texts=_texts(entry, parts, caption=_alt(caption, pictures), video=video),
        url=away if kind is ItemType.LINK else links.safe(entry.link),
        author=plain.heading(entry.author, limit=300),
        published_at=entry.published_at,
        credit=plain.line(caption.credit, limit=300),
        attribution=attribution,
        video_url=video.url if video else "",
        event=event,
        documents=files,
        pictures=tuple(picture.src for picture in pictures[:_PICTURES]),
        bases=tuple(dict.fromkeys((_base(entry), entry.link))),
        warnings=warnings,
    )


def name(entry: Entry) -> str:
    """Return what an entry is called in a report."""
    return plain.heading(entry.title, limit=120) or plain.line(entry.guid, limit=120)


def _base(entry: Entry) -> str:
    return links.safe(entry.base, base=entry.link) or entry.link


def _pictures(row: Sequence[Block], entry: Entry) -> list[Image]:
    """Return the pictures to try: those in the text, then those beside it."""
    shown = [block.image for block in row if block.image]
    beside = [
        Image(file.url) for file in entry.enclosures if file.type.startswith("image/")
    ]
    found: dict[str, Image] = {}
    for image in (*shown, *beside):
        if image.src and not image.tiny and links.readable(image.src):
            found.setdefault(image.src, image)
    return list(found.values())


def _alt(caption: Caption, pictures: Sequence[Image]) -> Words:
    """Return caption and alternative text; the one stands in for the other."""
    alt = pictures[0].alt if pictures else ""
    words = plain.line(caption.words, limit=1000)
    return {"caption": words, "alt": plain.line(words or alt, limit=500)}


def _language(
    entry: Entry, row: Sequence[Block], setting: Setting
) -> tuple[str, tuple[str, ...]]:
    """Return the entry's language, and a warning when it could only be assumed."""
    declared = entry.language or setting.declared
    if declared:
        return detection.nearest(declared, setting.languages), ()
    text = f"{plain.heading(entry.title, limit=500)}\n{to_text(row)}"
    found = detection.detect(text, setting.languages)
    if found:
        return found, ()
    why = (
        "is too short to tell"
        if detection.available()
        else (
            "is not declared, and languages cannot be told apart here "
            "(install newsletter[detect])"
        )
    )
    default = setting.languages[0]
    return default, (f"The language {why}; we took it for {default}.",)


def _event(entry: Entry, row: Sequence[Block], setting: Setting) -> Event | None:
    moment = entry.published_at or utcnow()
    published_on: date = moment.astimezone(setting.zone).date()
    return events.find(
        f"{plain.heading(entry.title, limit=500)}\n{to_text(row)}",
        published_on=published_on,
        zone=setting.zone,
        categories=entry.categories,
    )


def _texts(
    entry: Entry,
    parts: bilingual.Parts,
    *,
    caption: Words,
    video: Link | None,
) -> dict[str, Words]:
    """Return the words per language; a later language keeps the title of the first.

    Unless its text opens with a heading: that is its title.
    """
    texts: dict[str, Words] = {}
    title = plain.heading(entry.title, limit=500)
    for language, row in parts.items():
        own: Words = {"title": title, "body": markup.finish(tuple(row))}
        if not texts:
            own["summary"] = summaries.of_entry(entry.summary, row)
            own["link_text"] = plain.line(video.words if video else "", limit=200)
            own |= caption
        elif row and row[0].tag == "h4":
            own["title"] = plain.line(row[0].text, limit=500)
            own["body"] = markup.finish(tuple(row[1:]))
        own.setdefault("summary", summaries.of_text(row))
        own["title"] = own["title"] or plain.line(own["summary"], limit=80)
        texts[language] = own
    if not all(words["title"] for words in texts.values()):
        raise BadText("It has neither a title nor a text.")
    return texts
