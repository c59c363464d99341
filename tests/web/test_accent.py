"""A list's own colour on its pages."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from tests import factories
from tests.web.conftest import Reader

# What is asked here does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_page_links_the_sheet_of_its_lists_colour(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    paint(engine, "#FF6600")

    pages = [client.get(path).text for path in (anne.leave, anne.choose, "/fr/")]

    assert all('href="/accent/ff6600.css"' in page for page in pages)


@pytest.mark.parametrize("colour", ["", "red", '"><b>', "#12345"])
def test_a_page_without_a_colour_keeps_ours(
    client: TestClient, engine: Engine, anne: Reader, colour: str
) -> None:
    paint(engine, colour)

    assert "/accent/" not in client.get(anne.choose).text


def test_the_sheet_holds_both_schemes_and_may_be_cached(client: TestClient) -> None:
    sheet = client.get("/accent/ff6600.css")

    assert sheet.status_code == 200
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert sheet.headers["cache-control"] == "public, max-age=86400"
    assert sheet.text.count("--accent:") == 2
    assert "prefers-color-scheme:dark" in sheet.text
    assert "set-cookie" not in sheet.headers


@pytest.mark.parametrize(
    "name",
    ["FF6600.css", "ff6600", "ff66.css", "gggggg.css", "ff6600.css%0a", "%7d%7d.css"],
)
def test_there_is_no_other_sheet(client: TestClient, name: str) -> None:
    assert client.get(f"/accent/{name}").status_code == 404


def test_a_sheet_is_only_read(client: TestClient) -> None:
    assert client.post("/accent/ff6600.css").status_code == 405


def paint(engine: Engine, colour: str) -> None:
    with db.writing(engine) as session:
        factories.the_list(session).accent = colour
