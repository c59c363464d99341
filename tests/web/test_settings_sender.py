"""Whom letters come from, what relays take, and what receivers see of the domain."""

import threading
from dataclasses import replace
from http import HTTPStatus

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import audit, db, doctor, relays
from newsletter.app import create_app
from newsletter.config import Relay, Settings
from newsletter.doctor import Practice, Way, World
from newsletter.doctor.watch import Watch
from newsletter.models import Action, Role
from newsletter.smtp import Greeting
from subscribers import lists
from subscribers.models import MailingList
from tests.newsletter.doctor.world import world
from tests.web.conftest import LogIn

SECRET = "hunter2-and-more"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Settings do not depend on the kind of database."""
    return _sqlite_url


@pytest.fixture
def client(settings: Settings, engine: Engine) -> TestClient:
    """A browser at a site with a relay, in a world that answers from a table."""
    url = f"smtp://anne:{SECRET}@mail.example.org:587"
    more = "backup=smtp://backup.example.org"
    set_up = settings.model_copy(update={"smtp_url": url, "relays": more})
    app = create_app(set_up, engine, clock=False)
    outside(app, world())
    return TestClient(app, base_url=settings.base_url, follow_redirects=False)


def outside(app: FastAPI, world: World) -> None:
    app.state.site = replace(app.state.site, doctor=Practice(world))


def the_list(engine: Engine) -> MailingList:
    with db.reading(engine) as session:
        return lists.get(session)


def test_letters_come_from_another_name(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()

    client.post(
        "/settings/sender",
        data={
            "form_token": token,
            "sender_name": 'Amis, "les" <vrais>',
            "sender_address": "lettre@amis.example.org",
            "on_unknown": "hold",
        },
    )

    own = the_list(engine)
    assert own.sender_name == 'Amis, "les" <vrais>'
    assert own.sender_address == "lettre@amis.example.org"
    assert own.on_unknown == "hold"
    with db.reading(engine) as session:
        kept = audit.entries(session)[0]
    assert kept.action is Action.CHANGED_SENDER
    assert "sender_name" in kept.facts["what"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sender_name", "Amis\r\nBcc: all@example.org"),
        ("sender_name", "direction@bank.example"),
        ("sender_name", "x" * 201),
        ("sender_address", "nobody"),
        ("sender_address", ""),
        ("sender_address", "amis@gmail.com"),
    ],
)
def test_a_sender_that_cannot_work_is_said_next_to_its_field(
    client: TestClient, log_in: LogIn, engine: Engine, field: str, value: str
) -> None:
    token = log_in()
    before = the_list(engine)
    good = {"sender_name": "Amis", "sender_address": "lettre@example.org"}

    answer = client.post(
        "/settings/sender", data={"form_token": token} | good | {field: value}
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="{field}-error"' in answer.text
    assert the_list(engine) == before


def test_limits_are_stated_and_said_in_words(
    client: TestClient, log_in: LogIn, engine: Engine, settings: Settings
) -> None:
    token = log_in()

    client.post(
        "/settings/sender/relays/main",
        data={
            "form_token": token,
            "preset": "brevo",
            "connections": "10",
            "per_minute": "30",
            "per_day": "0",
            "groups": "Gmail = 60\nexample.net=5\n",
        },
    )

    with db.reading(engine) as session:
        profile = relays.get(session, settings, "main")
    assert (profile.preset, profile.per_minute, profile.per_day) == ("brevo", 30, None)
    assert profile.domains == {"gmail": 60, "example.net": 5}
    page = client.get("/settings/sender?in=en").text
    assert "At most 30 a minute, 60 a minute (gmail)" in page
    assert "10 connections at once" in page
    assert "For 1,000 people:" in page
    assert "min because of the limit of 30 a minute" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("per_minute", "-1"),
        ("per_minute", "9" * 400),
        ("connections", "0"),
        ("groups", "gmail"),
        ("groups", "nowhere=3"),
        ("preset", "pigeons"),
    ],
)
def test_limits_that_make_no_sense_are_said_next_to_their_field(
    client: TestClient, log_in: LogIn, field: str, value: str
) -> None:
    token = log_in()

    answer = client.post(
        "/settings/sender/relays/main", data={"form_token": token, field: value}
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="main.{field}-error"' in answer.text
    assert "<details open>" in answer.text


@pytest.mark.parametrize(
    ("order", "kept"),
    [
        (["backup", "main"], ["backup", "main"]),
        (["backup", ""], ["backup"]),
        (["main", "backup"], []),  # as the settings have them
        (["main", "pigeons"], ["main"]),
    ],
)
def test_the_order_of_relays_is_chosen(
    client: TestClient,
    log_in: LogIn,
    engine: Engine,
    order: list[str],
    kept: list[str],
) -> None:
    fields = {f"relay.{place}": name for place, name in enumerate(order)}

    client.post("/settings/sender", data={"form_token": log_in()} | fields)

    assert the_list(engine).relays == kept


@pytest.mark.parametrize("path", ["/settings/sender", "/settings/sender/domain"])
def test_no_page_tells_a_secret(client: TestClient, log_in: LogIn, path: str) -> None:
    log_in()

    page = client.get(path).text

    assert "mail.example.org" in page
    assert SECRET not in page
    assert "anne" not in page


def test_a_domain_is_shown_with_the_record_to_paste(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    log_in()
    with db.writing(engine) as session:
        change = lists.Changes(sender_address="lettre@nowhere.example.org")
        lists.change(session, lists.get(session), change)

    fragment = client.get(
        "/settings/sender/domain?in=fr", headers={"HX-Request": "true"}
    ).text

    assert "<html" not in fragment
    assert "À corriger" in fragment
    assert "v=spf1" in fragment
    assert 'data-copies="record-spf-1-1-v"' in fragment


def test_a_relay_that_is_silent_holds_nobody_up() -> None:
    class Impatient(Watch):
        def next_of(self, results: object, *, until: float) -> None:
            return None

    never = threading.Event()

    def greet(_relay: Relay, _seconds: float) -> Greeting:
        never.wait(5)
        return Greeting()

    practice = Practice(replace(world(), greet=greet, watch=Impatient()))
    way = Way("main", doctor.Kind.OTHER, Relay("smtp://mail.example.org"))

    (said,) = practice.try_relay(way)

    never.set()
    assert "did not answer" in said.say("en")


def test_a_relay_is_tried_from_the_page(client: TestClient, log_in: LogIn) -> None:
    token = log_in()

    answer = client.post(
        "/settings/sender/relays/main/try?in=en",
        data={"form_token": token},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == HTTPStatus.OK
    assert "In order" in answer.text


def test_others_read_and_change_nothing(client: TestClient, log_in: LogIn) -> None:
    log_in(Role.EDITOR)

    page = client.get("/settings/sender?in=en").text

    assert "Only an admin can change this" in page
    assert 'action="/settings/sender/relays/main"' not in page
