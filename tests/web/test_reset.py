"""A password forgotten."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, notices, staff
from newsletter.config import Settings
from newsletter.models import Notice, Role, Staff
from newsletter.smtp.mailbox import received
from subscribers.clock import utcnow
from tests.web.conftest import PASSWORD
from tests.web.test_team_page import link_mailed

EMAIL = "anne@example.org"
NEW = "un pont, douze hérons"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What depends on the database has its tests with the accounts themselves."""
    return _sqlite_url


@pytest.fixture
def account(engine: Engine) -> None:
    with db.writing(engine) as session:
        staff.add(session, EMAIL, role=Role.EDITOR, password=PASSWORD)


@pytest.mark.usefixtures("account")
def test_a_link_by_mail_sets_a_new_password_once(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        person = staff.find(session, EMAIL)
        assert person is not None
        secret = staff.open_session(session, person)
    client.post("/reset", data={"email": " ANNE@example.org "})
    path = link_mailed(engine, settings, EMAIL)

    looked = client.get(path)
    weak = client.post(path, data={"password": "passwordpassword"})
    done = client.post(path, data={"password": NEW})
    again = client.post(path, data={"password": "another good password"})

    assert (looked.status_code, weak.status_code, again.status_code) == (200, 422, 410)
    # Not a session: whoever has a second factor still needs it.
    assert done.headers["location"] == "/login?changed=1"
    with db.reading(engine) as session:
        assert staff.authenticate(session, EMAIL, NEW) is not None
        assert staff.find_by_session(session, secret) is None


@pytest.mark.usefixtures("account")
def test_the_answer_does_not_tell_who_exists(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    answers = [
        client.post("/reset", data={"email": email}, headers={"Accept-Language": "en"})
        for email in (EMAIL, "nobody@example.org")
    ]

    known, stranger = (each.text for each in answers)
    assert known.replace(EMAIL, "nobody@example.org") == stranger
    assert {each.status_code for each in answers} == {200}
    notices.send_due(engine, settings, stop=threading.Event())
    assert [mail.address for mail in received(settings.mailbox_dir)] == [EMAIL]


@pytest.mark.usefixtures("account")
def test_the_answer_has_left_before_anybody_is_looked_up(
    client: TestClient, engine: Engine
) -> None:
    app, queued = client.app, []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def noting(message: Any) -> None:
            if message["type"] == "http.response.body":
                queued.append(_queued(engine))
            await send(message)

        await app(scope, receive, noting)

    TestClient(watched, base_url=str(client.base_url)).post(
        "/reset", data={"email": EMAIL}
    )

    # So its time tells nothing: the mail is queued once the page is out.
    assert queued == [0]
    assert _queued(engine) == 1


def _queued(engine: Engine) -> int:
    with db.reading(engine) as session:
        return len(session.exec(select(Notice)).all())


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
def test_nobody_is_flooded(client: TestClient, email: str) -> None:
    statuses = [
        client.post("/reset", data={"email": email}).status_code for _ in range(4)
    ]

    assert statuses == [200, 200, 200, 429]


@pytest.mark.usefixtures("account")
def test_the_link_works_for_an_hour(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    client.post("/reset", data={"email": EMAIL})
    path = link_mailed(engine, settings, EMAIL)

    with time_machine.travel(utcnow() + timedelta(minutes=61)):
        assert client.get(path).status_code == 410
        assert client.post(path, data={"password": NEW}).status_code == 410


@pytest.mark.parametrize("token", ["x", "a" * 33, "%00", "ÿ" * 33])
def test_a_made_up_link_opens_nothing(client: TestClient, token: str) -> None:
    for kind in ("reset", "invited"):
        assert client.get(f"/{kind}/{token}").status_code == 410
        assert client.post(f"/{kind}/{token}").status_code == 410


def test_whoever_left_gets_no_mail(client: TestClient, engine: Engine) -> None:
    gone = Staff(
        email=EMAIL,
        email_key=EMAIL,
        role=Role.EDITOR,
        password_hash="-",
        left_at=utcnow(),
    )
    with db.writing(engine) as session:
        session.add(gone)

    client.post("/reset", data={"email": EMAIL})

    with db.reading(engine) as session:
        assert session.exec(select(Notice)).all() == []
