"""Read the pages behind items, by one worker each: the clock asks which are due."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine, case, or_, update
from sqlmodel import Session, col, select

from newsletter import db, items, media
from newsletter.config import Settings
from newsletter.desk import fetches, twins
from newsletter.desk.fetches import Asked, Failure, Found
from newsletter.desk.pages import Page
from newsletter.fetching import Resolver
from newsletter.items import events, links
from newsletter.models import Arrival, FetchState, Item, ItemText, ItemType
from subscribers import lists
from subscribers.clock import utcnow

logger = logging.getLogger(__name__)

# How long whoever reads a page has it alone; reading one takes a third of that.
_LEASE = timedelta(minutes=3)
# A feed's entries have their words: their pages are asked again, quietly.
_AGAIN = timedelta(hours=1)
_TRIES = 3
_HANDS = 4  # pages that are read side by side
_LOOKED_AT = 8  # waiting items, of which a worker takes the first that is free
# Seconds a hand waits for news while another still reads, and how often it looks.
_PAUSE = 0.25


def read_pages(
    engine: Engine,
    settings: Settings,
    *,
    stop: threading.Event,
    resolve: Resolver | None = None,
) -> int:
    """Read every page that is due, what people wait for first; return how many."""
    busy = _Busy()
    work = partial(_work, engine, settings, stop, busy, resolve)
    with db.reading(engine) as session:
        if not _waiting(session, now=db.now(session)):
            return 0
    with ThreadPoolExecutor(_HANDS) as hands:
        return sum(hands.map(lambda _: work(), range(_HANDS)))


class _Busy:
    """Counts who reads: whoever finds nothing stays as long as somebody does.

    What is pasted meanwhile need not wait for a slow page.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def change(self, by: int) -> None:
        with self._lock:
            self._count += by

    def anybody(self) -> bool:
        with self._lock:
            return self._count > 0


def _work(
    engine: Engine,
    settings: Settings,
    stop: threading.Event,
    busy: _Busy,
    resolve: Resolver | None,
) -> int:
    done = 0
    while not stop.is_set():
        busy.change(1)
        try:
            more = read_one(engine, settings, resolve=resolve)
        finally:
            busy.change(-1)
        done += more
        if not more:
            if not busy.anybody():
                break
            stop.wait(_PAUSE)
    return done


def read_one(
    engine: Engine, settings: Settings, *, resolve: Resolver | None = None
) -> bool:
    """Claim one item, read its page without holding a transaction, write it down.

    Returns whether there was one. A process that dies leaves its claim to run out.
    """
    with db.writing(engine) as session:
        item = claim(session, now=db.now(session))
        if item is None:
            return False
        item_id = item.id or 0
        asked = Asked(
            item.url,
            languages_of_letters(session),
            picture=item.asset_id is None,
        )
    found = fetches.look(asked, settings, resolve=resolve)
    with db.writing(engine) as session:
        _put(session, item_id, found, settings)
    return True


def claim(session: Session, *, now: datetime) -> Item | None:
    """Take one waiting item for this worker alone; what people wait for comes first."""
    for item_id in _waiting(session, now=now):
        taken = session.execute(
            update(Item)
            .where(
                col(Item.id) == item_id,
                col(Item.fetch_state) == FetchState.WAITING,
                col(Item.fetch_at) <= now,
            )
            .values(fetch_at=now + _LEASE, fetch_tries=col(Item.fetch_tries) + 1)
        )
        if getattr(taken, "rowcount", 0) == 1:
            return session.get(Item, item_id, populate_existing=True)
    return None


def languages_of_letters(session: Session) -> list[str]:
    """Return the languages that any list goes out in."""
    every = [tag for each in lists.every(session) for tag in each.languages]
    return list(dict.fromkeys(every))


def _waiting(session: Session, *, now: datetime) -> list[int]:
    patient = case((col(Item.arrived) == Arrival.FEED, 1), else_=0)
    rows = session.exec(
        select(Item.id)
        .where(Item.fetch_state == FetchState.WAITING, col(Item.fetch_at) <= now)
        .order_by(patient, col(Item.fetch_at), col(Item.id))
        .limit(_LOOKED_AT)
    )
    return [item_id for item_id in rows if item_id is not None]


def _put(session: Session, item_id: int, found: Found, settings: Settings) -> None:
    _hold(session, item_id, found)
    item = session.get(Item, item_id)
    if item is None or item.fetch_state is not FetchState.WAITING:
        return
    if found.page is None:
        _fail(item, found.failure, now=db.now(session))
        session.add(item)
        return
    item.fetch_state, item.fetch_at, item.fetch_error = FetchState.READ, None, ""
    _illustrate(session, item, found, found.page, settings)
    _fill_facts(item, found.page, settings)
    session.add(item)
    _fill_words(session, item, found.page)
    for language, page in found.twins.items():
        words = items.words.Words(title=page.title, summary=page.summary)
        item = twins.tie(session, item, language=language, url=page.url, words=words)


def _hold(session: Session, item_id: int, found: Found) -> None:
    """Lock the item and those it may become one with, in the order of their numbers.

    Two workers who read two twins lock the same rows, one after the other.
    """
    pages = [links.fingerprint(page.url) for page in found.twins.values()]
    session.exec(
        select(Item.id)
        .where(or_(col(Item.id) == item_id, col(Item.url_hash).in_(pages)))
        .order_by(col(Item.id))
        .with_for_update()
    ).all()


def _fail(item: Item, failure: str, *, now: datetime) -> None:
    quiet = item.arrived is Arrival.FEED
    if quiet and item.fetch_tries < _TRIES and failure != Failure.REFUSED:
        item.fetch_at = now + _AGAIN
        return
    item.fetch_state, item.fetch_at = FetchState.FAILED, None
    item.fetch_error = failure[:300]
    logger.info("the page of item %s could not be read: %s", item.id, failure)


def _illustrate(
    session: Session, item: Item, found: Found, page: Page, settings: Settings
) -> None:
    if found.picture is None or item.asset_id is not None:
        return
    folder = settings.media_dir
    kept = media.keep(session, found.picture, folder=folder, origin=page.picture)
    item.asset_id = kept.id


def _fill_facts(item: Item, page: Page, settings: Settings) -> None:
    """Fill in what is not known yet: what a feed or a person said stays."""
    if item.arrived is Arrival.FEED:
        return
    before = events.occasion(item)
    if item.type is ItemType.LINK:
        item.type = page.type
    for name, value in _stated(page, settings).items():
        if value and not getattr(item, name):
            setattr(item, name, value)
    item.published_at = page.published_at or item.published_at
    item.url = page.url or item.url
    item.url_hash = links.fingerprint(item.url)
    if page.document and not item.documents:
        item.documents = [_document(item, page, settings)]
    events.count_change(item, before)
    item.updated_at = utcnow()


def _stated(page: Page, settings: Settings) -> dict[str, object]:
    stated: dict[str, object] = {
        "attribution": page.site,
        "author": page.author,
        "video_url": page.video_url,
        "video_seconds": page.video_seconds,
    }
    if page.meeting is not None:
        stated |= vars(page.meeting) | {"timezone": settings.timezone}
    return stated


def _document(item: Item, page: Page, settings: Settings) -> dict[str, object]:
    language = page.language or item.language or settings.languages[0]
    return {
        "url": page.url,
        "titles": {language: page.title},
        "format": page.document,
    }


def _fill_words(session: Session, item: Item, page: Page) -> None:
    """Give an item its first words; those that somebody wrote stay."""
    texts = items.find_texts(session, [item.id or 0])[item.id or 0]
    if not texts:
        item.language = page.language or item.language
        text = ItemText(item_id=item.id or 0, language=item.language)
    elif item.language in texts:
        text = texts[item.language]
        if item.arrived is Arrival.BUTTON and len(texts) == 1:
            _speak_as_page(item, text, page)
    else:
        return
    missing = {
        name: words
        for name, words in (("title", page.title), ("summary", page.summary))
        if not getattr(text, name)
    }
    if missing and item.arrived is not Arrival.FEED:
        items.words.put(text, items.words.Words(**missing))  # type: ignore[typeddict-item]  # two of its names
        text.source_hash = items.source_hash(text)
        text.ready = True
        session.add(text)
        session.flush()


def _speak_as_page(item: Item, text: ItemText, page: Page) -> None:
    """Call the page's own words, brought by the button, by the page's language."""
    is_its_own = bool(page.title) and page.title in text.title
    if page.language and is_its_own and text.version == 1:
        text.language = item.language = page.language
