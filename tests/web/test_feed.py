"""The letters for feed readers, and for search engines."""

from xml.etree import ElementTree

import feedparser
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, editions
from newsletter.config import Settings
from newsletter.models import Edition, Issue
from subscribers import lists
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import Reader, let_leave
from tests.web.pictured import HASH, illustrated

BASE = "https://news.example.org"
XHTML = "{http://www.w3.org/1999/xhtml}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = 'Ponts & <b>rives</b> ]]> "à" \x01\x0b\ufffe 🦦'


def parsed(client: TestClient, path: str = "/fr/feed.xml") -> feedparser.FeedParserDict:
    answer = client.get(path, headers={"Host": "evil.example"})
    ElementTree.fromstring(answer.content)  # noqa: S314  # our own
    assert b"evil.example" not in answer.content
    assert answer.headers["content-type"].startswith("application/rss+xml")
    return feedparser.parse(answer.content)


@pytest.mark.usefixtures("anne")
def test_a_feed_holds_letters_in_full(client: TestClient) -> None:
    feed = parsed(client, "/nl/feed.xml")

    (entry,) = feed.entries
    assert not feed.bozo
    assert feed.version == "rss20"
    assert feed.feed.language == "nl"
    assert entry.link == entry.id == f"{BASE}/nl/le-pont"
    assert (
        f'<guid isPermaLink="true">{entry.id}</guid>' in client.get("/nl/feed.xml").text
    )
    assert "Het feest" in entry.content[0].value
    assert "<h1" not in entry.content[0].value  # the title says it already
    assert {"rel": "self", "href": f"{BASE}/nl/feed.xml"}.items() <= dict(
        next(link for link in feed.feed.links if link.rel == "self")
    ).items()


@pytest.mark.usefixtures("anne")
def test_a_feed_says_what_its_list_is_about(client: TestClient, engine: Engine) -> None:
    before = parsed(client).feed.description
    with db.writing(engine) as session:
        lists.get(session).descriptions = {"fr": "Une fois par mois, la rivière."}

    assert before.endswith("en texte intégral.")
    assert parsed(client).feed.description == "Une fois par mois, la rivière."


@pytest.mark.usefixtures("anne")
def test_a_feed_labels_what_is_in_another_language(client: TestClient) -> None:
    (entry,) = parsed(client, "/en/feed.xml").entries

    assert entry.title.endswith("(in French)")
    assert entry.link == f"{BASE}/fr/le-pont"
    assert entry.language == "fr"


def test_a_feed_brings_the_lead_picture_whole(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        illustrated(session, settings)

    (entry,) = parsed(client).entries

    (file,) = entry.enclosures
    assert file.href == f"{BASE}/media/{HASH}.jpg"
    assert (file.type, file.length) == ("image/jpeg", "90000")
    assert entry.media_content[0]["width"] == "1072"
    assert f'src="{BASE}/media/{HASH}.jpg"' in entry.content[0].value


def test_no_word_breaks_the_feed(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {"title": HOSTILE}})
        issue = factories.make_issue(session, items=[item], languages=("fr",))
        editions.write(session, issue, language="fr", subject=HOSTILE)
        editions.write(session, issue, language="fr", preheader=HOSTILE)
        let_leave(session, issue, settings)

    feed = parsed(client)

    assert not feed.bozo
    # feedparser takes a title for HTML and cleans it, so the XML itself is asked.
    root = ElementTree.fromstring(client.get("/fr/feed.xml").content)  # noqa: S314  # our own
    title = root.findtext("channel/item/title") or ""
    assert title.startswith("Ponts & <b>rives</b> ]]> «\u202fà\u202f»")


def test_a_correction_is_told_in_the_feed(
    client: TestClient, engine: Engine, anne: Reader, settings: Settings
) -> None:
    before = parsed(client).entries[0].updated
    with db.writing(engine) as session:
        issue = session.get_one(Issue, anne.issue_id)
        editions.correct(
            session, issue, settings, language="fr", note="<b>18 h</b>", now=utcnow()
        )

    entry = parsed(client).entries[0]

    assert entry.updated > before
    assert "&lt;b&gt;18 h&lt;/b&gt;" in client.get("/fr/le-pont").text
    assert "<b>18 h" not in entry.content[0].value


@pytest.mark.parametrize("path", ["/fr/feed.xml", "/sitemap.xml"])
def test_whoever_has_it_already_gets_nothing_twice(
    client: TestClient, engine: Engine, anne: Reader, settings: Settings, path: str
) -> None:
    first = client.get(path)
    tag, changed = first.headers["etag"], first.headers["last-modified"]

    same = [
        client.get(path, headers=headers)
        for headers in (
            {"If-None-Match": tag},
            {"If-None-Match": f'"x", W/{tag}'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": changed},
        )
    ]
    other = [
        client.get(path, headers=headers)
        for headers in (
            {"If-None-Match": '"other"', "If-Modified-Since": changed},
            {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
            {"If-Modified-Since": "nonsense"},
        )
    ]
    with db.writing(engine) as session:
        issue = session.get_one(Issue, anne.issue_id)
        issue.slug = "un-autre-nom"
        let_leave(session, factories.make_issue(session), settings)
    after = client.get(path, headers={"If-None-Match": tag})

    assert [(page.status_code, page.content) for page in same] == [(304, b"")] * 4
    assert [page.status_code for page in other] == [200] * 3
    assert after.status_code == 200


def test_a_feed_without_letters_is_one(client: TestClient) -> None:
    feed = parsed(client)

    assert feed.entries == []
    assert not feed.bozo


@pytest.mark.usefixtures("anne")
def test_the_sitemap_names_letters_in_the_languages_there_are(
    client: TestClient,
) -> None:
    page = client.get("/sitemap.xml", headers={"Host": "evil.example"})

    root = ElementTree.fromstring(page.content)  # noqa: S314  # our own
    places = {each.findtext(f"{SITEMAP}loc"): each for each in root}
    others = {
        link.get("hreflang"): link.get("href")
        for link in places[f"{BASE}/nl/le-pont"].findall(f"{XHTML}link")
    }
    assert set(places) >= {f"{BASE}/fr/", f"{BASE}/en/", f"{BASE}/de/le-pont"}
    assert f"{BASE}/en/le-pont" not in places
    assert others == {
        "fr": f"{BASE}/fr/le-pont",
        "nl": f"{BASE}/nl/le-pont",
        "de": f"{BASE}/de/le-pont",
        "x-default": f"{BASE}/fr/le-pont",
    }
    assert b"evil.example" not in page.content


def test_robots_are_told_where_the_sitemap_is_and_nothing_of_readers(
    client: TestClient,
) -> None:
    page = client.get("/robots.txt")

    assert page.headers["content-type"].startswith("text/plain")
    assert f"Sitemap: {BASE}/sitemap.xml" in page.text.splitlines()
    # A page that may not be fetched cannot say that it must not be listed.
    assert not any(each in page.text for each in ("/u/", "/p/", "/l/", "/c/"))


def test_a_corrected_edition_alone_says_so(
    client: TestClient, engine: Engine, anne: Reader, settings: Settings
) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, anne.issue_id)
        editions.correct(
            session, issue, settings, language="nl", note="Om 18 uur.", now=utcnow()
        )
        rows = session.exec(select(Edition.correction).order_by(Edition.language))
        assert sorted(rows) == ["", "", "Om 18 uur."]

    assert "Om 18 uur." in client.get("/nl/le-pont").text
    assert "Om 18 uur." not in client.get("/fr/le-pont").text
