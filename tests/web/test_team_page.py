"""Inviting, changing and removing colleagues, and coming in through an invitation."""

import re
import threading
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, notices, staff
from newsletter.config import Settings
from newsletter.messages import part
from newsletter.models import DeliveryState, Notice, Role, Staff
from newsletter.smtp.mailbox import received
from newsletter.staff import two_factor
from subscribers.clock import utcnow
from tests.web.conftest import LogIn, dump, make_client

FORM = {
    "email": "jan@example.org",
    "name": "Jan <b>",
    "role": "translator",
    "languages": ["nl", "de"],
    "language": "nl",
}


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What depends on the database has its tests with the accounts themselves."""
    return _sqlite_url


@pytest.fixture(autouse=True)
def english(client: TestClient) -> None:
    client.headers["Accept-Language"] = "en"


def link_mailed(engine: Engine, settings: Settings, address: str) -> str:
    """Send what waits, and return the path of the link in the latest mail."""
    notices.send_due(engine, settings, stop=threading.Event())
    text = part(received(settings.mailbox_dir, address)[-1].raw, "plain")
    found = re.search(r"https://[^/\s]+(/(invited|reset)/[a-z2-7]+)", text)
    assert found, text
    return found[1]


def colleague(engine: Engine, role: Role = Role.EDITOR) -> int:
    person = Staff(
        email="bart@example.org",
        email_key="bart@example.org",
        role=role,
        password_hash="-",
        totp_secret="sealed",
    )
    with db.writing(engine) as session:
        session.add(person)
        session.flush()
        return person.id or 0


def test_looking_at_an_invitation_uses_nothing_up(
    client: TestClient, engine: Engine, settings: Settings, log_in: LogIn
) -> None:
    client.post("/settings/team/invite", data=FORM | {"form_token": log_in()})
    path = link_mailed(engine, settings, "jan@example.org")
    before = dump(engine)

    for method in ("HEAD", "GET"):
        assert make_client(settings, engine).request(method, path).status_code == 200

    assert dump(engine) == before


def test_the_database_holds_no_link(
    client: TestClient, engine: Engine, settings: Settings, log_in: LogIn
) -> None:
    client.post("/settings/team/invite", data=FORM | {"form_token": log_in()})
    path = link_mailed(engine, settings, "jan@example.org")

    assert path.rpartition("/")[2] not in str(dump(engine))


@pytest.mark.parametrize("what", ["withdraw", "resend", "time"])
def test_an_invitation_ends(
    client: TestClient, engine: Engine, settings: Settings, log_in: LogIn, what: str
) -> None:
    token = log_in()
    client.post("/settings/team/invite", data=FORM | {"form_token": token})
    path = link_mailed(engine, settings, "jan@example.org")
    later = utcnow()

    if what == "time":
        later += timedelta(days=7, minutes=1)
    else:
        address = f"/settings/team/invitations/1/{what}"
        client.post(address, data={"form_token": token})

    with time_machine.travel(later):
        assert make_client(settings, engine).get(path).status_code == 410


def test_an_invitation_taken_back_at_once_is_not_even_mailed(
    client: TestClient, engine: Engine, settings: Settings, log_in: LogIn
) -> None:
    form = {"form_token": log_in()}
    client.post("/settings/team/invite", data=FORM | form)
    client.post("/settings/team/invitations/1/withdraw", data=form)

    notices.send_due(engine, settings, stop=threading.Event())

    with db.reading(engine) as session:
        assert session.exec(select(Notice)).one().state is DeliveryState.SKIPPED


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("bart@example.org", "on the team already"),
        ("bart", "This is no e-mail address"),
    ],
)
def test_whom_nobody_can_invite_is_said_beside_the_form(
    client: TestClient, engine: Engine, log_in: LogIn, email: str, words: str
) -> None:
    colleague(engine)
    form = FORM | {"form_token": log_in(), "email": email}

    page = client.post("/settings/team/invite", data=form)

    assert page.status_code == 422
    assert words in page.text
    assert f'value="{email}"' in page.text


def test_an_admin_changes_what_a_colleague_may_do(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    bart, form = colleague(engine), {"form_token": log_in()}
    address = f"/settings/team/{bart}"

    client.post(f"{address}/two-factor", data=form)
    client.post(f"{address}/role", data=form | {"role": "viewer", "languages": []})

    with db.reading(engine) as session:
        person = staff.get(session, bart)
        assert (person.role, two_factor.is_on(person)) == (Role.VIEWER, False)
    client.post(f"{address}/remove", data=form)
    assert "bart@example.org" not in client.get("/settings/team").text


@pytest.mark.parametrize("what", ["role", "remove"])
def test_nobody_does_it_to_themselves(
    client: TestClient, engine: Engine, log_in: LogIn, what: str
) -> None:
    form = {"form_token": log_in(), "role": "viewer"}
    colleague(engine, Role.ADMIN)
    with db.reading(engine) as session:
        me = staff.find(session, "admin@example.org")
        assert me is not None

    page = client.post(f"/settings/team/{me.id}/{what}", data=form)

    assert page.status_code == 422
    assert "ask another admin" in unescape(page.text)
    assert client.get("/settings/team").status_code == 200


def test_others_see_the_team_and_no_invitations(
    client: TestClient, log_in: LogIn
) -> None:
    client.post("/settings/team/invite", data=FORM | {"form_token": log_in()})
    log_in(Role.VIEWER)

    page = client.get("/settings/team").text

    assert "admin@example.org" in page
    assert "jan@example.org" not in page
    assert "/settings/team/invite" not in page
