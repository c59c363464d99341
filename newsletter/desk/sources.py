"""The feeds that news comes from by itself: found, added, fetched when they are due."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, update
from sqlmodel import Session, col, func, select

from newsletter import db, feeds, fetching, i18n
from newsletter.config import Settings
from newsletter.desk import fetches, pages
from newsletter.errors import (
    FetchFailed,
    FetchRefused,
    NewsletterError,
    UnreadableFeed,
)
from newsletter.feeds import Outcome, parsing
from newsletter.fetching import FEED_BYTES, Limits, Resolver
from newsletter.items import links, plain
from newsletter.models import Item, Source, Twin

logger = logging.getLogger(__name__)

_EVERY = timedelta(hours=1)
_RAREST = timedelta(days=1)  # a feed that keeps failing is asked once a day
# How long whoever fetches a feed has it alone.
_LEASE = timedelta(minutes=15)
_PATIENCE = Limits(seconds=8.0, size=FEED_BYTES)
# What blogs offer beside their news.
_COMMENTS = ("/comments/feed", "comments", "commentaires", "reacties", "kommentar")


@dataclass(frozen=True)
class Offered:
    """A feed that was found at an address."""

    url: str
    title: str = ""
    language: str = ""


@dataclass(frozen=True)
class Search:
    """What lies at an address: feeds, or why there are none."""

    feeds: tuple[Offered, ...] = ()
    failure: str = ""  # as fetches.why says it; "none" where a page offers no feed


def look_for(
    url: str, settings: Settings, *, resolve: Resolver | None = None
) -> Search:
    """Return the feeds at an address: its own if it is one, else those it offers."""
    address = links.safe(url)
    if not links.bare(address):
        return Search(failure="no address")
    try:
        answer = fetching.fetch(
            address, allow=settings.fetch_allow, limits=_PATIENCE, resolve=resolve
        )
    except (FetchFailed, FetchRefused) as error:
        return Search(failure=fetches.why(error))
    try:
        kind = answer.headers.get("content-type", "")
        feed = parsing.parse(answer.body, content_type=kind, base=answer.url)
    except UnreadableFeed:
        page = pages.read(answer, languages=settings.languages, zone=settings.zone)
        found = [Offered(*each) for each in page.feeds if not _is_comments(*each)]
        return Search(tuple(found), failure="" if found else "none")
    title = plain.heading(feed.title, limit=300)
    return Search((Offered(address, title, feed.language),))


def _is_comments(url: str, title: str) -> bool:
    said = f"{url} {title}".casefold()
    return any(word in said for word in _COMMENTS)


def add(
    session: Session, offered: Offered, *, language: str = ""
) -> tuple[Source, bool]:
    """Return the source of a feed, due at once, and whether it is new."""
    found = session.exec(select(Source).where(Source.url == offered.url)).first()
    source = found or Source(url=offered.url, title=offered.title)
    source.language = (language or source.language or "")[:35] or None
    source.paused, source.next_at = False, db.now(session)
    session.add(source)
    session.flush()
    return source, found is None


def pause(session: Session, source: Source) -> None:
    """Leave a source alone until somebody says otherwise."""
    source.paused, source.next_at = True, None
    session.add(source)


def fetch_now(session: Session, source: Source) -> None:
    """Let the next tick fetch a source; one that was paused is no longer."""
    source.paused, source.next_at = False, db.now(session)
    session.add(source)


def remove(session: Session, source: Source) -> None:
    """Forget a source; the news it brought stays on the desk."""
    session.execute(
        update(Item).where(col(Item.source_id) == source.id).values(source_id=None)
    )
    session.execute(
        update(Twin).where(col(Twin.source_id) == source.id).values(source_id=None)
    )
    session.delete(source)
    session.flush()


def every(session: Session) -> list[tuple[Source, int]]:
    """Return every source with how many items came from it, by name."""
    brought = (
        select(col(Item.source_id).label("source_id"), func.count().label("brought"))
        .group_by(col(Item.source_id))
        .subquery()
    )
    rows = session.execute(
        select(Source, func.coalesce(brought.c.brought, 0))
        .join(brought, brought.c.source_id == col(Source.id), isouter=True)
        .order_by(func.lower(col(Source.title)), col(Source.id))
    )
    return [(source, count) for source, count in rows]


def is_on_web(source: Source) -> bool:
    """Whether a source can be fetched by itself: some were read from a file, once."""
    return source.url.lower().startswith(("http://", "https://"))


def fetch_due(
    engine: Engine,
    settings: Settings,
    *,
    stop: threading.Event,
    resolve: Resolver | None = None,
) -> int:
    """Fetch every source that is due, each by one worker; return how many."""
    done = 0
    while not stop.is_set():
        with db.writing(engine) as session:
            source = claim(session, now=db.now(session))
        if source is None:
            break
        _fetch(engine, settings, source, resolve)
        done += 1
    return done


def claim(session: Session, *, now: datetime) -> Source | None:
    """Take one source that is due for this worker alone."""
    due = session.exec(
        select(Source.id)
        .where(col(Source.next_at) <= now, col(Source.paused).is_(False))
        .order_by(col(Source.next_at), col(Source.id))
        .limit(8)
    ).all()
    for source_id in due:
        taken = session.execute(
            update(Source)
            .where(
                col(Source.id) == source_id,
                col(Source.next_at) <= now,
                col(Source.paused).is_(False),
            )
            .values(next_at=now + _LEASE)
        )
        if getattr(taken, "rowcount", 0) == 1:
            return session.get(Source, source_id, populate_existing=True)
    return None


def _fetch(
    engine: Engine, settings: Settings, source: Source, resolve: Resolver | None
) -> None:
    failure, new = "", 0
    try:
        report = feeds.import_feed(
            engine, settings, source.url, language=source.language, resolve=resolve
        )
        new = report.count(Outcome.NEW)
    except UnreadableFeed:
        failure = "no feed"
    except (FetchFailed, FetchRefused) as error:
        failure = fetches.why(error)
    except NewsletterError as error:
        logger.exception("source %s cannot be fetched", source.id)
        failure = i18n.kept(error)
    with db.writing(engine) as session:
        _note(session, source.id or 0, failure, now=db.now(session))
    logger.info("source %s was fetched: %s new, %s", source.id, new, failure or "fine")


def _note(session: Session, source_id: int, failure: str, *, now: datetime) -> None:
    source = session.get(Source, source_id)
    if source is None:
        return
    source.error = failure
    source.failures = source.failures + 1 if failure else 0
    if not failure:
        source.fetched_at = now
    if not source.paused:
        source.next_at = now + _rest(source.failures)
    session.add(source)


def _rest(failures: int) -> timedelta:
    """Return how long a source is left alone: twice as long after each failure."""
    doubled: int = 1 << min(failures, 6)
    return min(_EVERY * doubled, _RAREST)


def names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return what sources are called: their title, else their site."""
    rows = session.exec(select(Source).where(col(Source.id).in_(set(ids))))
    return {s.id or 0: s.title or links.host_of(s.url) or s.url for s in rows}
