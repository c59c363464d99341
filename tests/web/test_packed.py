"""What pages weigh on their way: sheets and scripts are compressed."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.web.pages import sheet
from tests import factories
from tests.web.conftest import LogIn

PLAIN = {"Accept-Encoding": "identity"}
GZIP = {"Accept-Encoding": "br, gzip;q=0.9"}
LIGHT = 250_000  # bytes that a page of the composer may take at first


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Files do not depend on the kind of database."""
    return _sqlite_url


@pytest.mark.parametrize("name", ["composer.js", "staff.css", "icon.svg"])
def test_sheets_and_scripts_are_sent_compressed(client: TestClient, name: str) -> None:
    plain = client.get(sheet(name), headers=PLAIN)
    packed = client.get(sheet(name), headers=GZIP)

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert packed.headers["cache-control"] == plain.headers["cache-control"]


@pytest.mark.parametrize("said", ["", "br", "gzip;q=0", "gzip; q=0.0", "*"])
def test_whoever_does_not_take_it_gets_the_file_as_it_is(
    client: TestClient, said: str
) -> None:
    answer = client.get("/static/desk.js", headers={"Accept-Encoding": said})

    assert "content-encoding" not in answer.headers


def test_a_file_that_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/static/desk.js", headers=GZIP)

    again = client.get(
        "/static/desk.js", headers=GZIP | {"If-None-Match": first.headers["etag"]}
    )

    assert again.status_code == 304
    assert again.content == b""


def test_what_is_there_for_nobody_is_not_found(client: TestClient) -> None:
    assert client.get("/static/nothing.js", headers=GZIP).status_code == 404


def test_a_page_with_secrets_is_not_compressed(
    client: TestClient, log_in: LogIn
) -> None:
    log_in()

    assert "content-encoding" not in client.get("/desk", headers=GZIP).headers


def test_a_page_of_the_composer_is_light(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        items = [
            factories.make_item(
                session,
                texts={"fr": {"title": f"Le pont {number}", "body": "<p>x</p>"}},
            )
            for number in range(13)
        ]
        issue = factories.make_issue(
            session, items=items, languages=("fr", "nl", "de", "en")
        )
        address = f"/issues/{issue.id}/i/{items[0].id}/nl"
    log_in()

    page = client.get(address, headers=GZIP)
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    answers = [client.get(each, headers=GZIP) for each in files]
    weight = len(page.content) + sum(
        int(each.headers["content-length"]) for each in answers
    )

    assert any("composer.js" in each for each in files)
    assert weight < LIGHT
