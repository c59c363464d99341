"""The staff page of forms, and what happens to a form on somebody else's website."""

import re
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from newsletter.web import stamps
from subscribers.clock import utcnow
from subscribers.models import Request
from subscribers.tokens import KeyRing
from tests import factories
from tests.web.conftest import LogIn

SITE = {"Origin": "https://friends.example"}


def test_strangers_do_not_see_it(client: TestClient) -> None:
    assert client.get("/forms").status_code == 303


def test_every_open_list_has_a_form_in_each_of_its_languages(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        factories.make_list(session, slug="secret", public=False)
    log_in()

    page = client.get("/forms")

    assert page.status_code == 200
    assert len(re.findall("<textarea", page.text)) == 4
    assert "list-secret" not in page.text


def test_each_form_has_a_square_to_print(client: TestClient, log_in: LogIn) -> None:
    log_in()

    page = client.get("/forms").text
    square = client.get(unescape(re.findall(r'<img class="qr" src="([^"]+)"', page)[0]))
    other = client.get("/forms/code.svg?list=newsletter&language=nl")

    assert square.headers["content-type"] == "image/svg+xml"
    assert "newsletter-fr.svg" in square.headers["content-disposition"]
    assert square.text.startswith("<?xml")
    assert 'xmlns="http://www.w3.org/2000/svg"' in square.text
    assert square.text != other.text


@pytest.mark.parametrize("query", ["", "list=secret&language=fr", "list=newsletter"])
def test_no_square_leads_to_a_form_that_is_not_there(
    client: TestClient, engine: Engine, log_in: LogIn, query: str
) -> None:
    with db.writing(engine) as session:
        factories.make_list(session, slug="secret", public=False)
    log_in()

    assert client.get(f"/forms/code.svg?{query}").status_code == 404


def test_where_no_list_is_open_the_settings_are_a_click_away(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        factories.the_list(session).public = False
    log_in()

    page = client.get("/forms", headers={"Accept-Language": "en"}).text

    assert "“Anybody may subscribe”" in page
    assert 'href="/settings/letter"' in page


def embedded(client: TestClient, log_in: LogIn) -> dict[str, str]:
    """Return the fields of the French form, as a visitor of the other site sends it."""
    log_in()
    page = client.get("/forms").text
    client.cookies.clear()
    code = unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[0])
    return dict(re.findall(r'name="([^"]+)" type="hidden" value="([^"]*)"', code))


def test_a_form_on_another_site_takes_one_more_press_and_is_remembered(
    client: TestClient, engine: Engine, keys: KeyRing, log_in: LogIn
) -> None:
    fields = {**embedded(client, log_in), "email": "dora@example.org"}

    first = client.post("/fr/subscribe", data=fields, headers=SITE)
    hidden = dict(
        re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', first.text)
    )
    fields |= dict(hidden) | {"stamp": aged(keys)}
    second = client.post("/fr/subscribe", data=fields)

    assert (first.status_code, second.status_code) == (200, 200)
    with db.reading(engine) as session:
        (request,) = session.exec(select(Request))
    assert request.form == "/fr/subscribe on https://friends.example"


def test_a_website_cannot_write_into_the_record(
    client: TestClient, engine: Engine, keys: KeyRing
) -> None:
    evil = 'https://x.example" onload="alert(1)'

    client.post(
        "/fr/subscribe",
        data={"email": "dora@example.org", "stamp": aged(keys), "site": evil},
    )

    with db.reading(engine) as session:
        (request,) = session.exec(select(Request))
    assert request.form == "/fr/subscribe"


def aged(keys: KeyRing) -> str:
    """Return the stamp of a form that was shown a minute ago."""
    return stamps.stamp(keys, now=utcnow() - timedelta(minutes=1))
