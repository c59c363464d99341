"""Events of a letter, for a calendar."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.models import Issue, IssueState
from tests.web.conftest import Reader


def test_an_event_comes_in_the_language_of_the_address(
    client: TestClient, anne: Reader
) -> None:
    file = client.get(f"/e/{anne.event_id}.nl.ics")

    assert file.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY;LANGUAGE=nl:Het feest" in file.text


def test_an_event_is_the_same_in_every_language(
    client: TestClient, anne: Reader
) -> None:
    ids = {uid_of(client, anne, tag) for tag in ("fr", "nl", "de")}

    assert ids == {f"UID:event-{anne.event_id}@news.example.org"}


def test_an_event_on_the_desk_is_nobodys_yet(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        session.get_one(Issue, anne.issue_id).state = IssueState.DRAFT

    assert client.get(f"/e/{anne.event_id}.nl.ics").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["0.nl.ics", "1.ics", "x.nl.ics", "1.nl", "99999999999.nl.ics", "1.n%0d.ics"],
)
def test_any_other_name_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/e/{name}").status_code == 404


def test_an_item_that_is_no_event_is_not_found(
    client: TestClient, anne: Reader
) -> None:
    assert client.get(f"/e/{anne.event_id - 1}.nl.ics").status_code == 404


def uid_of(client: TestClient, anne: Reader, tag: str) -> str:
    lines = client.get(f"/e/{anne.event_id}.{tag}.ics").text.splitlines()
    return next(line for line in lines if line.startswith("UID"))
