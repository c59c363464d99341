"""The page of feeds: found, added, paused, fetched, removed."""

from ipaddress import ip_network

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from newsletter.config import Settings
from newsletter.models import Action, AuditEntry, Role, Source
from tests.newsletter.desk.conftest import HTML, Post, feed
from tests.newsletter.feeds import web
from tests.web.conftest import LogIn


@pytest.fixture(autouse=True)
def _in_english(client: TestClient) -> None:
    client.headers["Accept-Language"] = "en"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What is asked here is asked of both kinds elsewhere."""
    return _sqlite_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings that allow to fetch from loopback."""
    return settings.model_copy(update={"fetch_allow": [ip_network("127.0.0.0/8")]})


def test_a_feed_is_added_by_the_address_of_its_website(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)
    with web.site() as site:
        html = '<link rel="alternate" type="application/rss+xml" href="/feed/">'
        site.pages["/"] = web.Page(html.encode(), headers=HTML)
        site.pages["/feed/"] = feed(site, "fr", [(1, Post("/a/", "fr", "Le pont"))])

        answer = client.post(
            "/desk/sources", data={"form_token": token, "url": site.url("/")}
        )

        assert answer.status_code == 303
        with db.reading(engine) as session:
            source = session.exec(select(Source)).one()
            entry = session.exec(select(AuditEntry)).one()
        assert source.url == site.url("/feed/")
        assert source.next_at
        assert (entry.action, entry.facts) == (Action.CHANGED_SOURCE, {"done": "add"})
    assert "about to be fetched" in client.get("/desk/sources").text


def test_of_several_feeds_somebody_chooses(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)
    with web.site() as site:
        html = "".join(
            f'<link rel="alternate" type="application/rss+xml" title="{tag}" '
            f'href="/{tag}/feed/">'
            for tag in ("fr", "nl")
        )
        site.pages["/"] = web.Page(html.encode(), headers=HTML)
        fields = {"form_token": token, "url": site.url("/")}
        page = client.post("/desk/sources", data=fields).text

        assert "This website has several feeds. Which one?" in page
        chosen = {"url": site.url("/nl/feed/"), "language": "nl", "found": "1"}
        client.post("/desk/sources", data={**fields, **chosen})

    with db.reading(engine) as session:
        source = session.exec(select(Source)).one()
    assert (source.url, source.language) == (chosen["url"], "nl")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://10.0.0.1/feed", "leads into a closed network"),
        ("nonsense", "There is no site at this address"),
        ("javascript:alert(1)", "This is not a web address"),
    ],
)
def test_what_is_no_feed_is_refused_in_plain_words(
    client: TestClient, engine: Engine, log_in: LogIn, url: str, said: str
) -> None:
    token = log_in(Role.EDITOR)

    answer = client.post("/desk/sources", data={"form_token": token, "url": url})

    assert answer.status_code == 422
    assert said in answer.text or "no connection to the web" in answer.text
    with db.reading(engine) as session:
        assert session.exec(select(Source)).first() is None


def test_a_source_is_paused_fetched_and_removed(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)
    with db.writing(engine) as session:
        source = Source(url="https://example.org/feed", title="Les Amis", error="503")
        source.failures = 3
        session.add(source)
    address = f"/desk/sources/{source.id}"

    page = client.get("/desk/sources").text
    assert "One feed cannot be read" in page
    assert "it answered 503" in page
    client.post(address, data={"form_token": token, "do": "pause"})
    assert "Paused" in client.get("/desk/sources").text
    client.post(address, data={"form_token": token, "do": "fetch"})
    with db.reading(engine) as session:
        assert session.get_one(Source, source.id).next_at
    client.post(address, data={"form_token": token, "do": "remove"})
    assert "No news comes by itself yet" in client.get("/desk/sources").text
