"""The letters for everybody."""

from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from newsletter.config import Settings
from newsletter.models import Edition, Issue, IssueState
from subscribers import lists
from subscribers.lists import Changes
from tests import factories
from tests.web.conftest import Reader, let_leave, said


def test_a_letter_is_shown_to_anybody(client: TestClient, anne: Reader) -> None:
    page = client.get("/fr/le-pont")

    assert page.status_code == 200
    assert "Le pont est ouvert" in page.text
    assert "anne" not in page.text
    assert anne.handle not in page.text


@pytest.mark.usefixtures("anne")
def test_a_letter_names_its_other_languages_at_the_configured_address(
    client: TestClient,
) -> None:
    page = client.get("/fr/le-pont", headers={"Host": "evil.example"})

    base = "https://news.example.org"
    assert f'<link rel="canonical" href="{base}/fr/le-pont">' in page.text
    assert f'hreflang="nl" href="{base}/nl/le-pont"' in page.text
    assert 'hreflang="en"' not in page.text
    assert "evil.example" not in page.text


def test_a_letter_finds_its_pictures_after_the_house_has_moved(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        edition = session.exec(
            select(Edition).where(
                Edition.issue_id == anne.issue_id, Edition.language == "fr"
            )
        ).one()
        edition.envelope = {**edition.envelope, "base_url": "https://old.example.org"}
        edition.web += '<img src="https://old.example.org/media/a.jpg" alt="">'

    page = client.get("/fr/le-pont")

    assert '<img src="/media/a.jpg" alt="">' in page.text


@pytest.mark.parametrize(
    "state",
    [IssueState.DRAFT, IssueState.SCHEDULED, IssueState.STARTING],
)
def test_what_has_not_left_is_not_found(
    client: TestClient, engine: Engine, anne: Reader, state: IssueState
) -> None:
    with db.writing(engine) as session:
        session.get_one(Issue, anne.issue_id).state = state

    assert client.get("/fr/le-pont").status_code == 404
    assert "le-pont" not in client.get("/fr/").text


def test_a_stopped_letter_stays_readable_but_is_not_listed(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        session.get_one(Issue, anne.issue_id).state = IssueState.CANCELLED

    assert client.get("/fr/le-pont").status_code == 200
    assert "le-pont" not in client.get("/fr/").text


def test_a_letter_for_some_is_not_listed(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        segment = factories.make_segment(session)
        session.get_one(Issue, anne.issue_id).segment_id = segment.id

    assert "le-pont" not in client.get("/fr/").text
    assert "noindex" in client.get("/fr/le-pont").text


@pytest.mark.usefixtures("anne")
def test_a_private_list_is_named_and_listed_nowhere_and_its_letters_open(
    client: TestClient, engine: Engine
) -> None:
    with db.writing(engine) as session:
        changes = Changes(public=False, names={"fr": "Lettre secrète"})
        lists.change(session, lists.get(session), changes)

    pages = [client.get(path) for path in ("/fr/", "/fr/feed.xml", "/fr/subscribe")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert all("secrète" not in page.text for page in pages)
    assert all("le-pont" not in page.text for page in pages)
    assert "noindex" in client.get("/fr/le-pont").text


@pytest.mark.usefixtures("anne")
def test_the_archive_links_to_the_nearest_language(client: TestClient) -> None:
    assert 'href="/nl/le-pont"' in client.get("/nl/").text
    assert 'href="/fr/le-pont"' in client.get("/en/").text


@pytest.mark.usefixtures("anne")
def test_the_archive_lists_letters_by_year(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        old = factories.make_issue(session, languages=("fr",), slug="autrefois")
        let_leave(session, old, settings)
        assert old.started_at is not None
        old.started_at = old.started_at.replace(year=2019)

    page = client.get("/fr/").text

    assert page.index("le-pont") < page.index("2019") < page.index("autrefois")


def test_an_empty_archive_says_so(client: TestClient) -> None:
    page = client.get("/en/")

    assert page.status_code == 200
    assert "No letter has been sent yet." in page.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl", "nl"),
        ("nl-BE,nl;q=0.9,fr;q=0.8", "nl"),
        ("es, de;q=0.5, fr;q=0.4", "de"),
        ("es", "fr"),
        ("", "fr"),
        ("*", "fr"),
        ("q=1;;,,;", "fr"),
        ("en" + ",x" * 50_000, "en"),
    ],
)
def test_the_front_page_speaks_the_browsers_language(
    client: TestClient, header: str, language: str
) -> None:
    page = client.get("/", headers={"Accept-Language": header})

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert page.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    "path",
    [
        "/xx/",
        "/e/",
        "/fr/nothing",
        "/xx/le-pont",
        "/FR/nothing",
        "/fr/le-pont/x",
        "/fr/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/",
        "/docs",
        "/openapi.json",
        "/demo",
    ],
)
@pytest.mark.usefixtures("anne")
def test_what_does_not_exist_is_not_found(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"Accept-Language": "de"})

    assert page.status_code == 404
    assert said("de", "There is no page here") in page.text
    assert "location" not in page.headers


@pytest.mark.usefixtures("anne")
def test_a_letter_in_a_language_it_does_not_have_offers_the_others(
    client: TestClient,
) -> None:
    page = client.get("/en/le-pont")

    assert page.status_code == 404
    assert 'href="/nl/le-pont"' in page.text


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_help_page_tells_how_to_join_and_leave(
    client: TestClient, language: str
) -> None:
    page = client.get(f"/{language}/subscribe")

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert "mailto:newsletter@news.example.org" in page.text


@pytest.mark.usefixtures("anne")
def test_the_feed_can_be_read_and_is_addressed_to_us(client: TestClient) -> None:
    feed = client.get("/nl/feed.xml", headers={"Host": "evil.example"})

    atom = "{http://www.w3.org/2005/Atom}"
    entries = ElementTree.fromstring(feed.content).findall(f"{atom}entry")  # noqa: S314  # our own
    assert [entry.findtext(f"{atom}id") for entry in entries] == [
        "https://news.example.org/nl/le-pont"
    ]
    assert feed.headers["content-type"] == "application/atom+xml"
