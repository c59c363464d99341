"""News that somebody brings: a link whose page is read, or a headline of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from newsletter import items
from newsletter.errors import BadText
from newsletter.feeds import detection
from newsletter.items import links, plain
from newsletter.models import Arrival, FetchState, Item, ItemType
from subscribers.clock import utcnow

# A host and perhaps a path, as people type it: example.org/news, www.example.org.
_TYPED = re.compile(
    r"(?:www\.[a-z0-9-]+\.\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}/\S*)", re.I
)
_WHOLE = re.compile(r"https?://\S+", re.IGNORECASE)
_LONGEST = 300  # of a title; what is longer is its text


@dataclass(frozen=True)
class Brought:
    """What somebody brings to the desk."""

    language: str  # of what is written, until it tells itself or a page does
    who: str
    languages: Sequence[str] = ()  # that it may be written in
    arrived: Arrival = Arrival.PASTED
    title: str = ""
    summary: str = ""


def link_in(said: str) -> str:
    """Return the address that a text is, "" for one that is something else.

    Of several lines the first address counts: phones share a title and a link.
    """
    said = said.strip()
    if _TYPED.fullmatch(said):
        return links.safe(f"https://{said}")
    found = _WHOLE.search(said)
    alone = found and (found[0] == said or "\n" in said or found.end() == len(said))
    return links.safe(found[0].rstrip(").,;»”")) if found and alone else ""


def take(session: Session, said: str, brought: Brought) -> Item:
    """Put a link or a headline on the desk; raises BadText for neither."""
    url = link_in(said)
    return take_link(session, url, brought) if url else write(session, said, brought)


def take_link(session: Session, url: str, brought: Brought) -> Item:
    """Put a link on the desk at once; its page is read by the next tick."""
    url = links.safe(url)
    if not links.bare(url):
        raise BadText("This is not a web address.")
    item = Item(
        type=ItemType.LINK,
        language=items.desk.language_tag(brought.language),
        url=url,
        url_hash=links.fingerprint(url),
        arrived=brought.arrived,
        added_by=brought.who[:254],
        fetch_state=FetchState.WAITING,
        fetch_at=utcnow(),
        published_at=utcnow(),
    )
    session.add(item)
    session.flush()
    title = plain.line(brought.title, limit=_LONGEST)
    if title:
        items.translate(
            session,
            item,
            language=item.language,
            title=title,
            summary=brought.summary[:2_000],
        )
    return item


def write(session: Session, said: str, brought: Brought) -> Item:
    """Put a headline on the desk as a story to be written; raises BadText for none."""
    line, _, rest = said.strip().partition("\n")
    title = plain.line(line, limit=_LONGEST)
    if not title:
        raise BadText("Write a headline, or paste a link.")
    tellable = f"{title}\n{rest}"
    return items.create(
        session,
        language=detection.detect(tellable, brought.languages) or brought.language,
        title=title,
        summary=rest.strip()[:2_000],
        type=ItemType.STORY,
        arrived=Arrival.WRITTEN,
        added_by=brought.who[:254],
    )


def read_again(session: Session, item: Item) -> None:
    """Let the page behind an item be read once more."""
    if links.bare(item.url):
        item.fetch_state, item.fetch_at = FetchState.WAITING, utcnow()
        item.fetch_tries, item.fetch_error = 0, ""
        session.add(item)
