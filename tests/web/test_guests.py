"""A guest translates one language of one issue through a link, and staff hear of it."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, notices
from newsletter.config import Settings
from newsletter.messages import part
from newsletter.models import Guest, Issue, IssueState, Notice, Revision, Role
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import LogIn, dump


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Pages do not depend on the kind of database: one is enough."""
    return _sqlite_url


@pytest.fixture
def issue_id(engine: Engine, client: TestClient) -> int:
    client.headers["Accept-Language"] = "en"
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
        issue = factories.make_issue(session, items=[item], languages=("fr", "nl"))
        return issue.id or 0


def invite(client: TestClient, issue_id: int, token: str) -> str:
    """Make a link for Mia and return its path."""
    form = {"form_token": token, "language": "nl", "name": "Mia"}
    page = client.post(f"/issues/{issue_id}/guests", data=form).text
    found = re.search(r'value="https://[^/"]+(/t/[^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def test_a_guest_writes_their_language_and_is_named(
    client: TestClient, log_in: LogIn, engine: Engine, issue_id: int
) -> None:
    link = invite(client, issue_id, log_in(Role.EDITOR))
    client.cookies.clear()
    cell = f"{link}/i/1/nl"

    first = client.get(f"{link}?in=en").text
    saved = client.patch(cell, data={"version": "0", "title": "De brug"})
    client.post(f"{cell}/ready", data={"version": "1", "title": "De brug"})
    last = client.get(f"{link}?in=en").text

    with db.reading(engine) as session:
        who = session.exec(select(Revision.who).where(Revision.language == "nl")).all()
    assert "One text waits for you, Mia" in first
    assert saved.status_code == 200
    assert "All done, Mia" in last
    assert set(who) == {"Mia"}


def test_a_guest_reaches_nothing_else(
    client: TestClient, log_in: LogIn, engine: Engine, issue_id: int
) -> None:
    link = invite(client, issue_id, log_in(Role.EDITOR))
    client.cookies.clear()

    others = [
        client.get(f"{link}/i/1/fr"),
        client.patch(f"{link}/i/1/fr", data={"version": "1", "title": "Non"}),
        client.get(f"{link}/i/999/nl"),
        client.post(f"{link}/i/1/nl/decide", data={"show": "fr"}),
        client.get(f"/issues/{issue_id}/i/1/nl"),
    ]
    before = dump(engine)
    looked = [client.get(link), client.get(f"{link}/i/1/nl"), client.get(f"{link}/i")]

    assert [each.status_code for each in others] == [404, 404, 404, 404, 303]
    assert [each.status_code for each in looked] == [200, 200, 200]
    assert dump(engine) == before


def test_a_guest_who_is_done_is_told_of_once(
    client: TestClient,
    log_in: LogIn,
    engine: Engine,
    issue_id: int,
    settings: Settings,
) -> None:
    link = invite(client, issue_id, log_in(Role.EDITOR))

    client.post(f"{link}/done")
    client.post(f"{link}/done")

    with db.reading(engine) as session:
        notice = session.exec(select(Notice)).one()
        mail = notices.compose(session, notice, settings, now=utcnow())
    assert notice.email == "editor@example.org"
    assert "Mia" in part(b"".join(mail.pieces), "plain")


@pytest.mark.parametrize("how", ["ended", "old", "left"])
def test_a_link_that_is_over_says_so(
    client: TestClient, log_in: LogIn, engine: Engine, issue_id: int, how: str
) -> None:
    token = log_in(Role.EDITOR)
    link = invite(client, issue_id, token)

    if how == "ended":
        end = f"/issues/{issue_id}/guests/1/end"
        client.post(end, data={"form_token": token})
    elif how == "left":
        with db.writing(engine) as session:
            session.get_one(Issue, issue_id).state = IssueState.SENT
    days = 31 if how == "old" else 0
    with time_machine.travel(utcnow() + timedelta(days=days), tick=False):
        answers = [
            client.get(link),
            client.patch(f"{link}/i/1/nl", data={"title": "x"}),
        ]

    assert [each.status_code for each in answers] == [410, 410]
    assert "Ask whoever sent it to you" in answers[0].text


def test_the_secret_of_a_link_is_not_kept(
    client: TestClient, log_in: LogIn, engine: Engine, issue_id: int
) -> None:
    link = invite(client, issue_id, log_in(Role.EDITOR))

    page = client.get(f"/issues/{issue_id}/guests").text

    with db.reading(engine) as session:
        guest = session.exec(select(Guest)).one()
    secret = link.removeprefix("/t/")
    assert secret not in page
    assert secret not in str(guest.model_dump())
