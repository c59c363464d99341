"""What a pasted link becomes, and who reads its page."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db, desk, items
from newsletter.config import Settings
from newsletter.desk import capture, pages, reading
from newsletter.desk.capture import Brought
from newsletter.fetching import Fetched
from newsletter.models import Arrival, FetchState, Item, ItemState, ItemType
from tests import factories
from tests.newsletter.desk.conftest import HTML, Post
from tests.newsletter.feeds.web import Page, Site

_EVENT = """<script type="application/ld+json">{"@context": "https://schema.org",
"@graph": [{"@type": "Event", "name": "La fête", "startDate": "2026-12-12T18:00",
"endDate": "2026-12-12T22:00:00+01:00", "location": {"@type": "Place",
"name": "Maison du Peuple", "address": {"streetAddress": "Parvis 37",
"addressLocality": "Bruxelles"}}}]}</script>"""


def _paste(engine: Engine, url: str, **brought: str) -> int:
    with db.writing(engine) as session:
        said = Brought("en", "Léa", **brought)  # type: ignore[arg-type]  # words only
        return capture.take_link(session, url, said).id or 0


def _read(engine: Engine, settings: Settings, item_id: int) -> Item:
    desk.read_pages(engine, settings, stop=threading.Event())
    with db.reading(engine) as session:
        return items.get_item(session, item_id)


def test_a_link_is_there_at_once_and_filled_in_later(
    engine: Engine, open_settings: Settings, site: Site
) -> None:
    site.pages["/a/"] = Post("/a/", "fr-BE", "Le pont est ouvert").page(site)
    item_id = _paste(engine, site.url("/a/"))

    item = _read(engine, open_settings, item_id)

    assert (item.fetch_state, item.language) == (FetchState.READ, "fr")
    assert item.attribution == "Les Amis du Ruisseau"
    with db.reading(engine) as session:
        text = items.find_texts(session, [item_id])[item_id]["fr"]
    assert (text.title, text.summary[:5], text.ready) == (
        "Le pont est ouvert",
        "Deux ",
        True,
    )


def test_an_event_brings_its_day_and_its_place(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    site.pages["/e/"] = Post("/e/", "fr", "La fête", head=_EVENT).page(site)
    item_id = _paste(sqlite_engine, site.url("/e/"))

    item = _read(sqlite_engine, open_settings, item_id)

    assert item.type is ItemType.EVENT
    assert item.place == "Maison du Peuple, Parvis 37 Bruxelles"
    assert item.starts_at
    assert item.ends_at
    assert item.starts_at.isoformat() == "2026-12-12T17:00:00+00:00"
    assert item.ends_at - item.starts_at == timedelta(hours=4)


def test_a_document_is_offered_as_one(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    kind = {"Content-Type": "application/pdf"}
    site.pages["/le-rapport_2026.pdf"] = Page(b"%PDF-1.7 ...", headers=kind)
    item_id = _paste(sqlite_engine, site.url("/le-rapport_2026.pdf"))

    item = _read(sqlite_engine, open_settings, item_id)

    assert item.type is ItemType.DOCUMENTS
    (document,) = item.documents
    assert (document["format"], document["titles"]) == (
        "PDF",
        {"en": "Le rapport 2026"},
    )


@pytest.mark.parametrize(
    ("page", "failure"),
    [
        (Page(status=403), "403"),
        (Page(b"<html><body>no title", headers=HTML), "empty"),
        (Page(b"x" * 2_100_000, headers=HTML), "large"),
    ],
)
def test_a_page_that_cannot_be_read_says_why_and_keeps_its_link(
    sqlite_engine: Engine,
    open_settings: Settings,
    site: Site,
    page: Page,
    failure: str,
) -> None:
    site.pages["/"] = page
    item_id = _paste(sqlite_engine, site.url("/"))

    item = _read(sqlite_engine, open_settings, item_id)

    assert (item.fetch_state, item.fetch_error) == (FetchState.FAILED, failure)
    assert item.url == site.url("/")


def test_an_address_inside_our_own_network_is_never_opened(
    sqlite_engine: Engine, settings: Settings, site: Site
) -> None:
    item_id = _paste(sqlite_engine, site.url("/secret"))

    item = _read(sqlite_engine, settings, item_id)

    assert item.fetch_error == "refused"
    assert site.asked == []


def test_words_that_somebody_gave_stay(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    site.pages["/a/"] = Post("/a/", "fr", "Leur titre").page(site)
    item_id = _paste(sqlite_engine, site.url("/a/"), title="Our own title")

    _read(sqlite_engine, open_settings, item_id)

    with db.reading(sqlite_engine) as session:
        texts = items.find_texts(session, [item_id])[item_id]
    assert {tag: text.title for tag, text in texts.items()} == {"en": "Our own title"}


def test_the_page_s_own_words_brought_by_the_button_are_in_its_language(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    site.pages["/a/"] = Post("/a/", "fr", "Leur titre").page(site)
    with db.writing(sqlite_engine) as session:
        said = Brought("en", "Léa", arrived=Arrival.BUTTON, title="Leur titre - Site")
        item_id = capture.take_link(session, site.url("/a/"), said).id or 0

    item = _read(sqlite_engine, open_settings, item_id)

    assert item.language == "fr"


def test_two_workers_never_read_one_page_twice(
    engine: Engine, open_settings: Settings, site: Site
) -> None:
    for number in range(6):
        path = f"/{number}/"
        site.pages[path] = Post(path, "fr", f"Nouvelle {number}").page(site)
        _paste(engine, site.url(path))

    with ThreadPoolExecutor(2) as workers:
        both = list(
            workers.map(
                lambda _: desk.read_pages(
                    engine, open_settings, stop=threading.Event()
                ),
                range(2),
            )
        )

    assert sum(both) == 6
    assert sorted(path for path, _ in site.asked) == [f"/{n}/" for n in range(6)]


def test_who_dies_while_reading_leaves_the_page_to_another(engine: Engine) -> None:
    _paste(engine, "https://example.org/a")
    with db.writing(engine) as session:
        now = db.now(session)
        assert reading.claim(session, now=now) is not None
        assert reading.claim(session, now=now) is None

    with db.writing(engine) as session:
        later = db.now(session) + timedelta(minutes=5)
        assert reading.claim(session, now=later) is not None


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("https://example.org/a?utm_source=x&b=1", "https://example.org/a?b=1"),
        ("example.org/news", "https://example.org/news"),
        ("www.example.org", "https://www.example.org"),
        ("A title from a phone\nhttps://example.org/a", "https://example.org/a"),
        ("Look at https://example.org/a", "https://example.org/a"),
        ("We met at 3.30 pm", ""),
        ("See https://example.org/a and tell me", ""),
        ("javascript:alert(1)", ""),
        ("https://user:secret@example.org/", ""),
    ],
)
def test_a_link_is_told_from_a_headline(said: str, link: str) -> None:
    assert capture.link_in(said) == link


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.example.org/a/", "http://example.org/a"),
        ("https://example.org/a?utm_campaign=x", "https://example.org/a#top"),
        ("https://example.org:443/a", "https://EXAMPLE.org/a"),
    ],
)
def test_spellings_of_one_address_are_one_page(one: str, other: str) -> None:
    assert items.links.fingerprint(one) == items.links.fingerprint(other)


@pytest.mark.parametrize(
    "html",
    [
        "<meta " * 100_000,
        "<script type='application/ld+json'>" * 20_000,
        "<html lang=" + "'" * 400_000,
        "<script>" * 70_000,
        '<script type="application/ld+json">' + "[" * 90_000 + "</script>",
    ],
)
def test_hostile_pages_cost_little(html: str) -> None:
    answer = Fetched("https://example.org/", 200, body=html.encode())

    page = pages.read(answer, languages=["fr", "nl"], zone=ZoneInfo("UTC"))

    assert page.title == ""


def test_items_of_an_earlier_version_are_found_by_their_page_too(
    session: Session,
) -> None:
    item = factories.make_item(session, url="https://example.org/a")

    assert (desk.fill_in(session, limit=10), desk.fill_in(session, limit=10)) == (1, 0)

    assert item.url_hash == items.links.fingerprint("http://www.example.org/a/")


def test_what_was_thrown_away_is_gone_after_a_day(session: Session) -> None:
    item_id = factories.make_item(session).id or 0
    used = factories.make_item(session)
    factories.make_issue(session, items=[used])
    now = db.now(session)

    gone = desk.throw_away(session, [item_id, used.id or 0], now=now)

    assert gone == [item_id]
    assert desk.purge(session, now=now + timedelta(hours=23)) == 0
    assert desk.bring_back(session, gone, ItemState.INBOX) == gone
    desk.throw_away(session, gone, now=now)
    assert desk.purge(session, now=now + timedelta(hours=25)) == 1
