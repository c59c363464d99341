"""One's own account: password, sessions, a second factor."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, staff
from newsletter.config import Settings
from newsletter.models import Role, Staff
from newsletter.staff import two_factor
from newsletter.web import browsers
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import PASSWORD, make_client, token_in

EMAIL = "anne@example.org"
LOGIN = {"email": EMAIL, "password": PASSWORD}
NEW = "un pont, douze hérons"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What depends on the database has its tests with the accounts themselves."""
    return _sqlite_url


@pytest.fixture
def form(client: TestClient, engine: Engine) -> dict[str, str]:
    """The form token of Anne, who has just logged in."""
    with db.writing(engine) as session:
        staff.add(session, EMAIL, role=Role.VIEWER, password=PASSWORD)
    client.headers["Accept-Language"] = "en"
    client.post("/login", data=LOGIN)
    return {"form_token": token_in(client.get("/account").text)}


def anne(engine: Engine) -> Staff:
    with db.reading(engine) as session:
        found = staff.find(session, EMAIL)
    assert found is not None
    return found


def set_up(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> tuple[str, list[str]]:
    """Switch the second factor on; return the secret, and the recovery codes."""
    page = client.get("/account/two-factor").text
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    assert found
    secret = two_factor.secret_in(settings.keys, anne(engine), found[1])
    code = two_factor.code_at(secret, utcnow())
    filled = form | {"sealed": found[1], "code": code}
    shown = client.post("/account/two-factor", data=filled).text
    return secret, re.findall(r"<li><code>([a-z2-7-]+)</code>", shown)


def test_name_language_and_keys_are_theirs(
    client: TestClient, engine: Engine, form: dict[str, str]
) -> None:
    client.post("/account", data=form | {"name": " Anne ", "language": "de"})

    person = anne(engine)
    assert (person.name, person.language) == ("Anne", "de")
    assert not person.single_keys
    assert '<html lang="de"' in client.get("/account").text
    assert 'data-keys="off"' in client.get("/account").text


def test_a_new_password_logs_out_everywhere_else(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> None:
    elsewhere = make_client(settings, engine)
    elsewhere.post("/login", data=LOGIN)

    client.post("/account/password", data=form | {"present": PASSWORD, "new": NEW})

    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    assert staff.is_password_of(anne(engine), NEW)


@pytest.mark.parametrize(
    ("present", "new", "words"),
    [
        ("wrong", NEW, "not your present password"),
        (PASSWORD, "too short", "12 to 200"),
        (PASSWORD, "anne@example.org", "your name or your address"),
        (PASSWORD, "passwordpassword", "others try first"),
    ],
)
def test_a_password_is_refused_in_words(
    client: TestClient,
    engine: Engine,
    form: dict[str, str],
    present: str,
    new: str,
    words: str,
) -> None:
    filled = form | {"present": present, "new": new}

    page = client.post("/account/password", data=filled)

    assert page.status_code == 422
    assert words in page.text
    assert staff.is_password_of(anne(engine), PASSWORD)


def test_a_stolen_session_cannot_try_passwords_for_ever(
    client: TestClient, form: dict[str, str]
) -> None:
    for _ in range(10):
        client.post("/account/password", data=form | {"present": "wrong", "new": NEW})

    page = client.post(
        "/account/password", data=form | {"present": PASSWORD, "new": NEW}
    )

    assert "Too many attempts" in page.text


def test_one_sees_where_one_is_logged_in_and_ends_it(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> None:
    phone = make_client(settings, engine)
    agent = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"
    phone.post("/login", data=LOGIN, headers={"User-Agent": agent})
    page = client.get("/account").text
    which = re.findall(r'name="which" value="([0-9a-f]+)"', page)

    client.post("/account/sessions/end", data=form | {"which": which[0]})

    assert "Firefox, Android" in page
    assert len(which) == 1
    assert phone.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_logging_out_everywhere_else_leaves_this_one(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> None:
    others = [make_client(settings, engine) for _ in range(2)]
    for other in others:
        other.post("/login", data=LOGIN)

    client.post("/account/sessions/end-others", data=form)

    assert [other.get("/account").status_code for other in others] == [303, 303]
    assert client.get("/account").status_code == 200


def test_with_a_second_factor_a_password_opens_nothing_yet(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> None:
    secret, codes = set_up(client, engine, settings, form)
    visitor = make_client(settings, engine)

    halfway = visitor.post("/login?next=/account", data=LOGIN)
    outside = visitor.get("/account")
    wrong = visitor.post(halfway.headers["location"], data={"code": "000000"})
    with time_machine.travel(utcnow() + timedelta(minutes=1)):
        code = two_factor.code_at(secret, utcnow())
        inside = visitor.post(halfway.headers["location"], data={"code": code})

    assert len(codes) == 10
    assert halfway.headers["location"] == "/login/code?next=%2Faccount"
    assert (outside.status_code, wrong.status_code) == (303, 422)
    assert inside.headers["location"] == "/account"
    assert visitor.get("/account").status_code == 200


def test_a_recovery_code_opens_once(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> None:
    _, codes = set_up(client, engine, settings, form)
    visitors = [make_client(settings, engine) for _ in range(2)]
    for visitor in visitors:
        visitor.post("/login", data=LOGIN)

    answers = [v.post("/login/code", data={"code": codes[0]}) for v in visitors]

    assert [answer.status_code for answer in answers] == [303, 422]


def test_codes_cannot_be_tried_for_ever(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> None:
    _, codes = set_up(client, engine, settings, form)
    visitor = make_client(settings, engine)
    visitor.post("/login", data=LOGIN)
    for _ in range(10):
        visitor.post("/login/code", data={"code": "000000"})

    assert visitor.post("/login/code", data={"code": codes[0]}).status_code == 429


def test_being_halfway_ends_after_minutes_and_with_a_new_password(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> None:
    _, codes = set_up(client, engine, settings, form)
    visitor = make_client(settings, engine)
    visitor.post("/login", data=LOGIN)
    visitor.cookies.set("__Host-halfway", visitor.cookies["__Host-halfway"])

    with time_machine.travel(utcnow() + timedelta(minutes=6)):
        late = visitor.post("/login/code", data={"code": codes[0]})
    client.post("/account/password", data=form | {"present": PASSWORD, "new": NEW})
    outdated = visitor.post("/login/code", data={"code": codes[0]})

    assert late.headers["location"] == "/login"
    assert outdated.headers["location"] == "/login"


@pytest.mark.parametrize(
    "cookie", ["", "1", "1.2.3", "1.99999999999.x", "x.y.z", "²." * 3]
)
def test_a_proof_of_ones_own_making_is_none(client: TestClient, cookie: str) -> None:
    headers = {b"Cookie": f"__Host-halfway={cookie}".encode("latin-1")}

    answer = client.get("/login/code", headers=headers)

    assert answer.headers["location"] == "/login"


def test_taking_it_away_and_new_codes_ask_for_the_password(
    client: TestClient, engine: Engine, settings: Settings, form: dict[str, str]
) -> None:
    _, codes = set_up(client, engine, settings, form)
    wrong, right = form | {"present": "wrong"}, form | {"present": PASSWORD}

    refused = [
        client.post(f"/account/two-factor/{what}", data=wrong).status_code
        for what in ("off", "recovery")
    ]
    renewed = client.post("/account/two-factor/recovery", data=right).text
    client.post("/account/two-factor/off", data=right)

    assert refused == [422, 422]
    assert codes[0] not in renewed
    assert not two_factor.is_on(anne(engine))


def test_a_wrong_first_code_keeps_the_same_secret(
    client: TestClient, engine: Engine, form: dict[str, str]
) -> None:
    page = client.get("/account/two-factor").text
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]

    again = client.post(
        "/account/two-factor", data=form | {"sealed": sealed, "code": "000000"}
    )

    assert again.status_code == 422
    assert sealed in again.text
    assert not two_factor.is_on(anne(engine))
    assert "does not fit" in unescape(again.text)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
            "Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) "
            "AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0", "Firefox, Linux"),
        ("<script>", "Another program"),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(agent: str, words: str) -> None:
    assert browsers.in_words(agent, "en") == words


def test_pages_bear_the_name_of_who_sends_the_letter(
    client: TestClient, engine: Engine, form: dict[str, str]
) -> None:
    assert form
    with db.writing(engine) as session:
        first = factories.the_list(session)
        first.sender_name, first.names = "Les Amis <de la Senne>", {"en": "River"}
        other = factories.make_list(session, slug="press", names={"en": "The press"})
        other.sender_name, other_id = "", other.id
    named = client.get("/account").text
    with db.writing(engine) as session:
        session.exec(select(Staff)).one().list_id = other_id

    mine = client.get("/account").text

    assert '<p class="name">Les Amis &lt;de la Senne&gt;</p>' in named
    assert '<p class="name">The press</p>' in mine
