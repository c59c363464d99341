"""One letter on the web: what it says to networks, machines and visitors."""

import json
import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine

from newsletter import db, editions, i18n
from newsletter.config import Settings
from newsletter.models import Issue, ItemType
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import Reader, let_leave, said
from tests.web.pictured import HASH, SMALL, illustrated

BASE = "https://news.example.org"
EVIL = '</script><script>alert(1)</script> "à" & \u2028 <!--'


def told(page: str) -> dict[str, str]:
    """Return what a page tells networks: property or name → content."""
    pairs = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page)
    return {name: unescape(value) for name, value in pairs}


def graph(page: str) -> dict[str, dict[str, Any]]:
    """Return the linked data of a page, by type."""
    (block,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL
    )
    return {each["@type"]: each for each in json.loads(block)["@graph"]}


@pytest.mark.usefixtures("anne")
def test_a_shared_link_shows_a_picture_made_from_the_title(client: TestClient) -> None:
    tags = told(client.get("/fr/le-pont").text)

    picture = client.get(tags["og:image"].removeprefix(BASE))
    assert tags["og:type"] == "article"
    assert tags["og:url"] == f"{BASE}/fr/le-pont"
    assert (tags["og:locale"], tags["twitter:card"]) == ("fr_FR", "summary_large_image")
    assert picture.headers["content-type"] == "image/png"
    assert "immutable" in picture.headers["cache-control"]
    assert Image.open(BytesIO(picture.content)).size == (1200, 630)


@pytest.mark.usefixtures("anne")
def test_a_letter_names_the_languages_there_are(client: TestClient) -> None:
    page = client.get("/nl/le-pont").text

    links = dict(re.findall(r'rel="alternate" hreflang="([^"]+)" href="([^"]+)"', page))
    assert links == {
        "fr": f"{BASE}/fr/le-pont",
        "nl": f"{BASE}/nl/le-pont",
        "de": f"{BASE}/de/le-pont",
        "x-default": f"{BASE}/fr/le-pont",
    }


def test_search_engines_are_told_of_the_letter_and_its_events(
    client: TestClient, anne: Reader
) -> None:
    data = graph(client.get("/nl/le-pont").text)

    assert anne.event_id
    assert data["NewsArticle"]["inLanguage"] == "nl"
    assert data["NewsArticle"]["mainEntityOfPage"] == f"{BASE}/nl/le-pont"
    assert data["Event"]["name"] == "Het feest"
    assert data["Event"]["startDate"]
    assert [step["position"] for step in data["BreadcrumbList"]["itemListElement"]] == [
        1,
        2,
    ]


def test_no_word_ends_the_block_of_data(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        item = factories.make_item(
            session,
            texts={"fr": {"title": EVIL, "summary": EVIL}},
            type=ItemType.EVENT,
            starts_at=utcnow(),
            ends_at=utcnow() + timedelta(hours=2),
            place=EVIL,
            url="javascript:alert(1)",
        )
        issue = factories.make_issue(
            session, items=[item], languages=("fr",), slug="mal"
        )
        editions.write(session, issue, language="fr", subject=EVIL, preheader=EVIL)
        let_leave(session, issue, settings)

    page = client.get("/fr/mal").text

    assert page.count("<script") == page.count("</script>") == 1
    data = graph(page)
    assert data["Event"]["name"] == i18n.tidy(EVIL, "fr")
    assert data["Event"]["location"]["name"] == EVIL
    assert "javascript:" not in page
    assert 'content="</script>' not in page


def test_pictures_come_in_the_size_that_is_needed(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        illustrated(session, settings)

    page = client.get("/fr/en-images").text

    assert f'srcset="/media/{SMALL}.jpg 320w, /media/{HASH}.jpg 1072w" sizes="' in page
    assert f"{BASE}/media/{HASH}.jpg" in graph(page)["NewsArticle"]["image"]


def test_letters_of_a_list_lead_to_each_other(
    client: TestClient, engine: Engine, settings: Settings, anne: Reader
) -> None:
    with db.writing(engine) as session:
        for days, slug in ((-9, "avant"), (9, "apres")):
            issue = factories.make_issue(session, languages=("fr",), slug=slug)
            let_leave(session, issue, settings)
            issue.started_at = utcnow() + timedelta(days=days)
        other = factories.make_list(session)
        elsewhere = factories.make_issue(session, list=other, slug="ailleurs")
        let_leave(session, elsewhere, settings)
        hidden = factories.make_issue(session, slug="cache", visibility="private")
        let_leave(session, hidden, settings)
        assert session.get_one(Issue, anne.issue_id).started_at

    page = client.get("/fr/le-pont").text

    nav = page.partition('<nav class="beside-letters"')[2].partition("</nav>")[0]
    assert re.findall(r'rel="(\w+)" href="([^"]+)"', nav) == [
        ("prev", "/fr/avant"),
        ("next", "/fr/apres"),
    ]


@pytest.mark.usefixtures("anne")
def test_a_letter_can_be_passed_on_without_telling_anybody_first(
    client: TestClient,
) -> None:
    page = client.get("/fr/le-pont").text

    share = page.partition('<div class="sharing">')[2].partition("</div>")[0]
    links = re.findall(r'href="([^"]+)"', share)
    assert len(links) == 3
    assert all(
        "https%3A%2F%2Fnews.example.org%2Ffr%2Fle-pont" in link for link in links
    )
    assert share.count('rel="noopener noreferrer"') == 3


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_a_correction_stands_on_the_page_in_its_language(
    client: TestClient,
    engine: Engine,
    settings: Settings,
    anne: Reader,
    language: str,
) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, anne.issue_id)
        editions.correct(
            session,
            issue,
            settings,
            language=language,
            note="<i>18 h</i>",
            now=utcnow(),
        )

    page = client.get(f"/{language}/le-pont").text
    reader = client.get(f"{anne.read}/{language}").text

    begins = said(language, "Corrected on {day}: {note}", day="\0", note="")
    assert begins.partition("\0")[0] in page
    assert "&lt;i&gt;18 h&lt;/i&gt;" in page
    assert "&lt;i&gt;18 h&lt;/i&gt;" in reader
    assert told(page)["article:modified_time"]


@pytest.mark.parametrize("path", ["/fr/", "/fr/le-pont", "/fr/search?q=pont"])
@pytest.mark.usefixtures("anne")
def test_a_public_page_allows_itself_words_and_pictures_alone(
    client: TestClient, path: str
) -> None:
    page = client.get(path)

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'none'; style-src 'self';")
    assert "set-cookie" not in page.headers
    assert (
        re.findall(r'(?:src|srcset)="(?!/|https://news\.example\.org/)', page.text)
        == []
    )
