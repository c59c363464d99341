"""One piece of news in several languages is one item, however it came."""

import threading

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from newsletter import db, desk, feeds, items
from newsletter.config import Settings
from newsletter.desk import capture
from newsletter.desk.capture import Brought
from newsletter.models import FetchState, Item, ItemText, Twin
from subscribers.clock import utcnow
from tests import factories
from tests.newsletter.desk.conftest import Post, feed
from tests.newsletter.feeds.web import Page, Site


def _read(engine: Engine, settings: Settings) -> None:
    desk.read_pages(engine, settings, stop=threading.Event())


def _paste(engine: Engine, url: str) -> int:
    with db.writing(engine) as session:
        item = capture.take(session, url, Brought("fr", "Léa"))
        return item.id or 0


def _texts(engine: Engine) -> dict[int, dict[str, str]]:
    with db.reading(engine) as session:
        found: dict[int, dict[str, str]] = {}
        for text in session.exec(select(ItemText).order_by(col(ItemText.id))):
            found.setdefault(text.item_id, {})[text.language] = text.title
        return found


def _two_posts(site: Site) -> tuple[Post, Post]:
    pair = (
        ("fr-BE", site.url("/fr/barrage/")),
        ("nl-BE", site.url("/nl/stuwdam/")),
        ("x-default", site.url("/fr/barrage/")),
    )
    french = Post(
        "/fr/barrage/", "fr-BE", "Le barrage ne sera pas construit", twins=pair
    )
    dutch = Post("/nl/stuwdam/", "nl-BE", "De stuwdam komt er niet", twins=pair)
    for post in (french, dutch):
        site.pages[post.path] = post.page(site)
    return french, dutch


def test_one_pasted_link_brings_every_language_its_page_names(
    engine: Engine, open_settings: Settings, site: Site
) -> None:
    _two_posts(site)
    item_id = _paste(engine, site.url("/fr/barrage/?utm_source=mail#top"))

    _read(engine, open_settings)

    assert _texts(engine)[item_id] == {
        "fr": "Le barrage ne sera pas construit",
        "nl": "De stuwdam komt er niet",
    }
    with db.reading(engine) as session:
        item = items.get_item(session, item_id)
        assert item.twins == {"nl": site.url("/nl/stuwdam/")}


@pytest.mark.parametrize("order", [("fr", "nl"), ("nl", "fr")])
def test_the_feeds_of_two_languages_become_one_item_each(
    engine: Engine, open_settings: Settings, site: Site, order: tuple[str, str]
) -> None:
    french, dutch = _two_posts(site)
    site.pages["/fr/feed/"] = feed(site, "fr-BE", [(100, french)])
    site.pages["/nl/feed/"] = feed(site, "nl-BE", [(200, dutch)])

    for language in order:
        feeds.import_feed(engine, open_settings, site.url(f"/{language}/feed/"))
    _read(engine, open_settings)

    (texts,) = _texts(engine).values()
    assert texts == {"fr": french.title, "nl": dutch.title}
    with db.reading(engine) as session:
        bodies = session.exec(select(ItemText.body)).all()
    assert all("Encore un paragraphe" in body for body in bodies)


def test_what_a_twin_s_feed_tells_later_goes_to_the_same_item(
    engine: Engine, open_settings: Settings, site: Site
) -> None:
    french, dutch = _two_posts(site)
    site.pages["/fr/feed/"] = feed(site, "fr-BE", [(100, french)])
    site.pages["/nl/feed/"] = feed(site, "nl-BE", [(200, dutch)])
    feeds.import_feed(engine, open_settings, site.url("/fr/feed/"))
    _read(engine, open_settings)

    first = feeds.import_feed(engine, open_settings, site.url("/nl/feed/"))
    again = feeds.import_feed(engine, open_settings, site.url("/nl/feed/"))

    assert len(_texts(engine)) == 1
    assert first.count(feeds.Outcome.UPDATED) == 1
    assert again.count(feeds.Outcome.UNCHANGED) == 1


def test_words_that_staff_wrote_are_not_lost_to_a_twin(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    french, dutch = _two_posts(site)
    site.pages["/fr/feed/"] = feed(site, "fr-BE", [(100, french)])
    site.pages["/nl/feed/"] = feed(site, "nl-BE", [(200, dutch)])
    for language in ("fr", "nl"):
        feeds.import_feed(sqlite_engine, open_settings, site.url(f"/{language}/feed/"))
    with db.writing(sqlite_engine) as session:
        theirs = session.exec(select(Item).where(Item.language == "nl")).one()
        items.translate(session, theirs, language="nl", title="Onze eigen titel")

    _read(sqlite_engine, open_settings)

    (texts,) = _texts(sqlite_engine).values()
    assert texts["nl"] == "Onze eigen titel"


def test_two_items_that_issues_have_stay_two(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    _two_posts(site)
    with db.writing(sqlite_engine) as session:
        one = factories.make_item(session, texts={"fr": {"title": "Un"}})
        two = factories.make_item(session, texts={"nl": {"title": "Twee"}})
        for item, path in ((one, "/fr/barrage/"), (two, "/nl/stuwdam/")):
            item.url = site.url(path)
            item.url_hash = items.links.fingerprint(item.url)
            item.fetch_state, item.fetch_at = FetchState.WAITING, utcnow()
            factories.make_issue(session, items=[item])

    _read(sqlite_engine, open_settings)

    assert len(_texts(sqlite_engine)) == 2


def test_a_page_on_another_site_must_point_back(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    away = f"http://localhost:{site.port}/nl/"
    site.pages["/nl/"] = Post("/nl/", "nl", "Een vreemde pagina").page(site)
    post = Post("/fr/", "fr", "Chez nous", twins=(("nl", away),))
    site.pages["/fr/"] = post.page(site)
    item_id = _paste(sqlite_engine, site.url("/fr/"))

    _read(sqlite_engine, open_settings)

    assert _texts(sqlite_engine)[item_id] == {"fr": "Chez nous"}


@pytest.mark.parametrize(
    "twins",
    [
        (("nl", "/fr/"), ("de", "/fr/#de"), ("en", "/fr/?utm_source=x")),
        (("nl", "/nl/"), ("de", "/nl/"), ("en", "/nl/")),
        tuple((f"nl-{n:03}", "/nl/") for n in range(600)),
        (("nl", "javascript:alert(1)"), ("de", "http://[broken"), ("en", "//")),
        (("nl", "/wrong-language/"), ("de", "/nowhere/")),
    ],
    ids=["itself", "one for all", "hundreds", "no addresses", "not what it says"],
)
def test_what_a_page_claims_is_tested(
    sqlite_engine: Engine,
    open_settings: Settings,
    site: Site,
    twins: tuple[tuple[str, str], ...],
) -> None:
    site.pages["/fr/"] = Post("/fr/", "fr", "Chez nous", twins=twins).page(site)
    site.pages["/nl/"] = Post("/nl/", "nl", "Bij ons").page(site)
    site.pages["/wrong-language/"] = Post("/wrong-language/", "fr", "Autre").page(site)
    item_id = _paste(sqlite_engine, site.url("/fr/"))

    _read(sqlite_engine, open_settings)

    found = _texts(sqlite_engine)[item_id]
    assert found["fr"] == "Chez nous"
    assert set(found) <= {"fr", "nl"}
    assert len(site.asked) <= 5
    with db.reading(sqlite_engine) as session:
        assert len(session.exec(select(Twin)).all()) == len(found) - 1


def test_a_huge_page_is_not_read_and_its_link_is_kept(
    sqlite_engine: Engine, open_settings: Settings, site: Site
) -> None:
    site.pages["/"] = Page(b"<html>" + b"<meta a='" * 300_000)
    item_id = _paste(sqlite_engine, site.url("/"))

    _read(sqlite_engine, open_settings)

    with db.reading(sqlite_engine) as session:
        item = items.get_item(session, item_id)
        assert (item.fetch_state, item.fetch_error) == ("failed", "large")
        assert item.url == site.url("/")
