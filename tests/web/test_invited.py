"""From an invitation to a first visit, on both databases."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, staff
from newsletter.config import Settings
from newsletter.models import AuditEntry, Invitation, Role
from tests.web.conftest import LogIn, make_client
from tests.web.test_team_page import FORM, link_mailed

PASSWORD = "un pont, douze hérons"


def test_somebody_invited_chooses_a_password_and_comes_in(
    client: TestClient, engine: Engine, settings: Settings, log_in: LogIn
) -> None:
    token = log_in()
    answer = client.post("/settings/team/invite", data=FORM | {"form_token": token})
    assert "Jan &lt;b&gt;" in client.get(answer.headers["location"]).text
    path = link_mailed(engine, settings, "jan@example.org")
    guest = make_client(settings, engine)

    page = guest.get(path)
    weak = guest.post(path, data={"name": "Jan", "password": "jan@example.org"})
    came_in = guest.post(path, data={"name": "Jan", "password": PASSWORD})
    again = make_client(settings, engine).post(path, data={"password": PASSWORD})

    assert (page.status_code, weak.status_code, again.status_code) == (200, 422, 410)
    assert came_in.headers["location"] == "/issues"
    assert guest.get("/account").status_code == 200
    with db.reading(engine) as session:
        jan = staff.authenticate(session, "jan@example.org", PASSWORD)
        assert session.exec(select(Invitation)).all() == []
        done = [each.action.value for each in session.exec(select(AuditEntry))]
    assert jan is not None
    assert (jan.name, jan.role, jan.languages) == ("Jan", Role.TRANSLATOR, ["nl", "de"])
    assert done == ["invited", "joined", "logged in"]


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/account/two-factor",
        "/settings/team",
        "/settings/log?person=1&issue=1&before=9",
        "/help",
    ],
)
def test_every_page_asks_both_databases_alike(
    client: TestClient, log_in: LogIn, path: str
) -> None:
    log_in(Role.EDITOR)

    assert client.get(path).status_code == 200
