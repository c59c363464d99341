"""The letters for everybody."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, editions
from newsletter.config import Settings
from newsletter.models import Edition, Issue, IssueState
from subscribers import lists
from subscribers.clock import utcnow
from subscribers.lists import Changes
from subscribers.models import Request
from tests import factories
from tests.web.conftest import Reader, let_leave, said
from tests.web.pictured import HASH, SMALL, illustrated


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
def test_the_latest_letter_is_shown_large_and_not_once_more(
    client: TestClient,
) -> None:
    page = client.get("/fr/").text

    large = page.partition('<article class="latest')[2].partition("</article>")[0]
    assert 'href="/fr/le-pont"' in large
    assert page.count('href="/fr/le-pont"') == 1


def test_the_latest_letter_brings_its_picture(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        issue = illustrated(session, settings)

    page = client.get("/fr/").text

    assert f'<img src="/media/{HASH}.jpg" srcset="/media/{SMALL}.jpg 320w' in page
    assert f'href="/fr/{issue.slug}"' in page


def test_old_years_are_a_click_away(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        for number in range(30):
            issue = factories.make_issue(
                session, languages=("fr",), slug=f"vieux-{number}"
            )
            let_leave(session, issue, settings)
            assert issue.started_at is not None
            year = 2020 if number < 28 else 2015
            issue.started_at = issue.started_at.replace(year=year)

    home, old = client.get("/fr/").text, client.get("/fr/?year=2015").text

    assert 'href="/fr/?year=2015"' in home
    assert 'href="/fr/vieux-29"' not in home
    assert 'href="/fr/vieux-29"' in old
    assert 'href="/fr/vieux-3"' not in old


@pytest.mark.usefixtures("anne")
@pytest.mark.parametrize("query", ["year=1999", "year=x", "list=unknown", "list=%00"])
def test_a_year_or_a_list_that_is_not_there_is_not_found(
    client: TestClient, query: str
) -> None:
    assert client.get(f"/fr/?{query}").status_code == 404


@pytest.mark.usefixtures("anne")
def test_letters_of_several_lists_can_be_looked_at_alone(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        other = factories.make_list(
            session, slug="jeunes", names={"fr": "Lettre des jeunes"}
        )
        issue = factories.make_issue(
            session, list=other, languages=("fr",), slug="camp-d-ete"
        )
        let_leave(session, issue, settings)

    both, one = client.get("/fr/").text, client.get("/fr/?list=jeunes").text

    assert "le-pont" in both
    assert "camp-d-ete" in both
    assert both.count("Lettre des jeunes") > 1  # in the choice, and beside its letter
    assert "camp-d-ete" in one
    assert "le-pont" not in one


def test_the_archive_takes_an_address_there_and_then(
    client: TestClient, engine: Engine
) -> None:
    page = client.get("/fr/").text
    form = page.partition('action="/fr/subscribe"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))

    with time_machine.travel(utcnow() + timedelta(seconds=5), tick=False):
        client.post(
            "/fr/subscribe", content=urlencode({**fields, "email": "eva@example.org"})
        )

    with db.reading(engine) as session:
        assert session.exec(select(Request.email)).all() == ["eva@example.org"]
    assert "Je souhaite recevoir" in form


@pytest.mark.parametrize("path", ["/fr/", "/fr/subscribe", "/fr/search?q=pont"])
def test_a_page_and_its_sheets_stay_under_thirty_kilobytes(
    client: TestClient, engine: Engine, settings: Settings, path: str
) -> None:
    with db.writing(engine) as session:
        for number in range(40):
            issue = factories.make_issue(
                session, languages=("fr",), slug=f"un-long-nom-{number}"
            )
            edition = editions.editions_of(session, issue)[0]
            edition.subject = f"Le pont, encore une fois, et encore {number}"
            let_leave(session, issue, settings)

    page = client.get(path)

    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    weight = len(page.content) + sum(len(client.get(s).content) for s in sheets)
    assert weight < 30_000


@pytest.mark.parametrize("path", ["/%00", "/fr/%00", "/fr/%00/", "/fr/%ff", "/fr/é"])
def test_an_address_of_odd_characters_is_not_found(
    client: TestClient, path: str
) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("anne")
@pytest.mark.parametrize("legal", ["Rivière asbl, Bruxelles", "Rivière, {contact}"])
def test_the_foot_says_the_address_to_write_to_once(
    client: TestClient, engine: Engine, legal: str
) -> None:
    with db.writing(engine) as session:
        mailing_list = lists.get(session)
        contact = mailing_list.sender_address
        mailing_list.legal = {"fr": legal.format(contact=contact)}

    foot = client.get("/fr/le-pont").text.partition("<footer")[2]

    assert re.sub(r"<[^>]*>", "", foot).count(contact) == 1


@pytest.mark.parametrize(
    "path",
    ["/fr/", "/fr/le-pont", "/fr/search?q=pont", "/fr/feed.xml", "/fr/subscribe"],
)
def test_a_title_is_set_like_the_letter_wherever_it_is_named(
    client: TestClient, engine: Engine, anne: Reader, path: str
) -> None:
    with db.writing(engine) as session:
        query = select(Edition).where(
            Edition.issue_id == anne.issue_id, Edition.language == "fr"
        )
        session.exec(query).one().subject = 'Le pont "des arts" est ouvert!'

    page = unescape(re.sub(r"</?mark>", "", client.get(path).text))

    assert "Le pont «\u202fdes arts\u202f» est ouvert\u202f!" in page
    assert 'pont "des arts"' not in page
