"""Feeds that are found, added and fetched by themselves."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, desk
from newsletter.config import Settings
from newsletter.desk import sources
from newsletter.desk.sources import Offered
from newsletter.models import Item, Source
from tests.newsletter.desk.conftest import HTML, Post, feed
from tests.newsletter.feeds.web import Page, Site

_OFFER = (
    "<html><head><title>Les Amis</title>"
    '<link rel="alternate" type="application/rss+xml" title="Les Amis" href="/feed/">'
    '<link rel="alternate" type="application/rss+xml" title="Les Amis » Comments" '
    'href="/comments/feed/"></head>'
)


def _add(engine: Engine, url: str) -> int:
    with db.writing(engine) as session:
        source, _ = sources.add(session, Offered(url))
        return source.id or 0


def _fetch(engine: Engine, settings: Settings, source_id: int) -> Source:
    desk.fetch_due(engine, settings, stop=threading.Event())
    with db.reading(engine) as session:
        return session.get_one(Source, source_id)


def _posts(site: Site) -> None:
    post = Post("/a/", "fr", "Le pont est ouvert")
    site.pages["/feed/"] = feed(site, "fr", [(1, post)])


def test_the_feed_of_a_website_is_found_without_its_comments(
    open_settings: Settings, site: Site
) -> None:
    site.pages["/"] = Page(_OFFER.encode(), headers=HTML)

    found = sources.look_for(site.url("/"), open_settings)

    assert found.feeds == (Offered(site.url("/feed/"), "Les Amis"),)


@pytest.mark.parametrize(
    ("path", "failure"), [("/nowhere", "404"), ("/page", "none"), ("", "no address")]
)
def test_where_there_is_no_feed_it_says_why(
    open_settings: Settings, site: Site, path: str, failure: str
) -> None:
    site.pages["/page"] = Page(b"<html><title>A page", headers=HTML)

    found = sources.look_for(site.url(path) if path else "//", open_settings)

    assert (found.feeds, found.failure) == ((), failure)


def test_a_new_source_is_fetched_at_once_and_then_every_hour(
    engine: Engine, open_settings: Settings, site: Site
) -> None:
    _posts(site)
    source_id = _add(engine, site.url("/feed/"))

    source = _fetch(engine, open_settings, source_id)

    assert (source.title, source.failures, source.error) == (
        "Les Amis du Ruisseau",
        0,
        "",
    )
    assert source.fetched_at
    assert source.next_at
    assert source.next_at - source.fetched_at == timedelta(hours=1)
    with db.reading(engine) as session:
        assert len(session.exec(select(Item)).all()) == 1


def test_a_source_that_fails_is_asked_less_and_less(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    site.pages["/feed/"] = Page(status=503)
    source_id = _add(sqlite_engine, site.url("/feed/"))
    waits = []
    source = Source(url="")
    for _ in range(7):
        with db.writing(sqlite_engine) as session:
            now = db.now(session)
            session.get_one(Source, source_id).next_at = now
        source = _fetch(sqlite_engine, open_settings, source_id)
        assert source.next_at
        waits.append(round((source.next_at - now).total_seconds() / 3600))

    assert source.error == "503"
    assert waits == [2, 4, 8, 16, 24, 24, 24]


def test_two_workers_fetch_a_source_once(
    engine: Engine, open_settings: Settings, site: Site
) -> None:
    _posts(site)
    _add(engine, site.url("/feed/"))

    with ThreadPoolExecutor(2) as workers:
        both = list(
            workers.map(
                lambda _: desk.fetch_due(engine, open_settings, stop=threading.Event()),
                range(2),
            )
        )

    assert sum(both) == 1
    assert [path for path, _ in site.asked] == ["/feed/"]


def test_a_paused_source_is_left_alone_and_a_removed_one_leaves_its_news(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    _posts(site)
    source_id = _add(sqlite_engine, site.url("/feed/"))
    _fetch(sqlite_engine, open_settings, source_id)

    with db.writing(sqlite_engine) as session:
        sources.pause(session, session.get_one(Source, source_id))
    paused = desk.fetch_due(sqlite_engine, open_settings, stop=threading.Event())
    with db.writing(sqlite_engine) as session:
        sources.remove(session, session.get_one(Source, source_id))

    assert paused == 0
    with db.reading(sqlite_engine) as session:
        (item,) = session.exec(select(Item)).all()
    assert item.source_id is None
