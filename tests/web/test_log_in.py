"""Logging in and out."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import config, db, staff
from newsletter.config import Settings
from newsletter.models import Role, Staff, StaffSession
from subscribers.clock import utcnow
from tests.web.conftest import PASSWORD, LogIn, make_client

EMAIL = "anne@example.org"
FORM = {"email": EMAIL, "password": PASSWORD}


@pytest.fixture
def account(engine: Engine) -> None:
    """Anne, who may log in."""
    with db.writing(engine) as session:
        staff.add(session, EMAIL, role=Role.EDITOR, password=PASSWORD)


pytestmark = pytest.mark.usefixtures("account")


def test_the_right_password_opens_the_desk(client: TestClient) -> None:
    answer = client.post("/login", data=FORM)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/issues"
    assert client.get("/issues").status_code == 200


def test_the_cookie_is_bound_to_this_host(client: TestClient) -> None:
    cookie = client.post("/login", data=FORM).headers["set-cookie"]

    assert cookie.startswith("__Host-session=")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_on_a_loopback_address_the_cookie_needs_no_tls(
    settings: Settings, engine: Engine
) -> None:
    local = config.load(
        data_dir=settings.data_dir,
        base_url="http://localhost:8000",
        secret_keys=settings.secret_keys,
    )

    answer = make_client(local, engine).post("/login", data=FORM)

    assert answer.headers["set-cookie"].startswith("session=")
    assert "Secure" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"email": EMAIL},
        {"email": EMAIL, "password": "wrong"},
        {"email": "nobody@example.org", "password": PASSWORD},
        {"email": "not an address", "password": PASSWORD},
        {"email": "\x00", "password": "\x00"},
        {"email": EMAIL, "password": "x" * 100_000},
    ],
)
def test_anything_else_is_refused_in_the_same_words(
    client: TestClient, form: dict[str, str]
) -> None:
    answer = client.post("/login", data=form, headers={"Accept-Language": "en"})

    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert "set-cookie" not in answer.headers


def test_what_was_typed_comes_back_as_text(client: TestClient) -> None:
    form = {"email": '"><script>alert(1)</script>', "password": "x"}

    page = client.post("/login", data=form)

    assert "<script" not in page.text


def test_a_new_session_replaces_the_one_that_came_along(
    client: TestClient, engine: Engine
) -> None:
    client.post("/login", data=FORM)
    first = client.cookies["__Host-session"]

    client.post("/login", data=FORM)

    assert client.cookies["__Host-session"] != first
    assert sessions_in(engine) == 1


def test_a_cookie_of_somebody_elses_making_opens_nothing(client: TestClient) -> None:
    client.cookies.set("__Host-session", "a guess")

    answer = client.get("/issues")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fissues"


def test_logging_in_goes_on_to_the_page_that_was_asked_for(client: TestClient) -> None:
    asked = client.get("/issues/3/check?still=1").headers["location"]

    answer = client.post(asked, data=FORM)

    assert answer.headers["location"] == "/issues/3/check?still=1"


def test_a_script_is_never_given_the_form_as_a_part_of_its_page(
    client: TestClient,
) -> None:
    told = {
        "HX-Request": "true",
        "HX-Current-URL": "https://news.example.org/issues/3?a=b",
    }

    looking = client.get("/issues", headers=told)
    saving = client.post("/account", headers=told)

    assert (looking.status_code, saving.status_code) == (401, 401)
    assert looking.headers["hx-redirect"] == "/login?next=%2Fissues%2F3%3Fa%3Db"
    assert "hx-redirect" not in saving.headers


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "/a b",
        "/\nSet-Cookie: x=y",
    ],
)
def test_no_page_of_anybody_else_comes_after(client: TestClient, wanted: str) -> None:
    answer = client.post("/login", params={"next": wanted}, data=FORM)

    assert answer.headers["location"] == "/issues"


def test_the_language_chosen_at_the_door_stays(client: TestClient) -> None:
    assert "Inloggen" in client.get("/login?in=nl").text

    client.post("/login?in=nl", data=FORM)

    assert '<html lang="nl"' in client.get("/issues").text


def test_whoever_left_stays_outside(client: TestClient, engine: Engine) -> None:
    with db.writing(engine) as session:
        staff.add(session, "bart@example.org", role=Role.ADMIN, password=PASSWORD)
        person = staff.find(session, EMAIL)
        assert person is not None
        staff.remove(session, person)

    assert client.post("/login", data=FORM).status_code == 422


def test_logging_out_ends_the_session(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)

    client.post("/logout", data={"form_token": token})

    assert sessions_in(engine) == 0
    assert client.get("/issues").status_code == 303


def test_logging_out_takes_a_form_of_ours(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in(Role.EDITOR)

    answer = client.post("/logout")

    assert answer.status_code == 403
    assert sessions_in(engine) == 1


def test_too_many_failures_close_the_door_for_a_while(client: TestClient) -> None:
    wrong = FORM | {"password": "wrong"}
    for _ in range(10):
        client.post("/login", data=wrong)

    refused = client.post("/login", data=FORM)

    assert refused.status_code == 429
    with time_machine.travel(utcnow() + timedelta(minutes=16)):
        assert client.post("/login", data=FORM).status_code == 303


def test_a_forged_forwarded_address_does_not_open_it(client: TestClient) -> None:
    wrong = FORM | {"password": "wrong"}
    for number in range(10):
        told = {"X-Forwarded-For": f"198.51.100.{number}"}
        client.post("/login", data=wrong, headers=told)

    refused = client.post("/login", data=FORM)

    assert refused.status_code == 429


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://news.example.org"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://news.example.org"},
    ],
)
def test_another_site_logs_nobody_in(
    client: TestClient, headers: dict[str, Any]
) -> None:
    answer = client.post("/login", data=FORM, headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_an_idle_session_ends(client: TestClient, log_in: LogIn) -> None:
    log_in(Role.EDITOR)

    with time_machine.travel(utcnow() + staff.IDLE + timedelta(minutes=1)):
        answer = client.get("/issues")

    assert answer.status_code == 303


def test_a_session_in_use_goes_on(client: TestClient, log_in: LogIn) -> None:
    log_in(Role.EDITOR)
    with time_machine.travel(utcnow() + staff.IDLE * 0.75):
        client.get("/issues")

    with time_machine.travel(utcnow() + staff.IDLE * 1.5):
        answer = client.get("/issues")

    assert answer.status_code == 200


def test_a_new_password_ends_every_session(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in(Role.VIEWER)
    with db.writing(engine) as session:
        person = session.exec(select(Staff).where(Staff.role == Role.VIEWER)).one()
        staff.set_password(session, person, "another long password")

    answer = client.get("/issues")

    assert answer.status_code == 303


def sessions_in(engine: Engine) -> int:
    with db.reading(engine) as session:
        return len(session.exec(select(StaffSession)).all())
