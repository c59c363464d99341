"""The forms on a reader's own page /p/{token}, one POST each."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from subscribers import people
from subscribers.clock import utcnow
from subscribers.models import (
    Request,
    RequestKind,
    Subscriber,
    SubscriptionState,
)
from tests import factories
from tests.web.conftest import Reader, dump, said, state_of

ALL = [
    "second",
    "topics",
    "join",
    "leave",
    "pause",
    "resume",
    "address",
    "data",
    "erase",
]
SENT = "We have sent a mail to {address}; follow the link in it within an hour."
MASKED = "a•••@example.org"


def test_a_second_language_is_saved_and_shown(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    page = client.post(f"{anne.choose}/second", data={"second": "nl"})

    assert said("fr", "Your choice is saved.") in page.text
    assert re.search(r'<option value="nl"[^>]* selected>', page.text)
    assert reader(engine, anne).second_language == "nl"


def test_no_second_language_can_be_chosen(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    client.post(f"{anne.choose}/second", data={"second": "nl"})

    client.post(f"{anne.choose}/second", data={"second": "none"})

    assert reader(engine, anne).second_language is None


def test_the_first_language_is_no_second(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    page = client.post(f"{anne.choose}/second", data={"second": "fr"})

    assert said("fr", "That is your first language already.") in page.text
    assert reader(engine, anne).second_language is None


def test_a_list_in_one_language_asks_for_none(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        factories.the_list(session).languages = ["fr"]

    page = client.get(anne.choose)

    assert 'name="language"' not in page.text
    assert 'name="second"' not in page.text


def test_topics_are_joined_and_left(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    offer_topics(engine, {"agenda": {"fr": "L’agenda & co"}, "work": {"fr": "Offres"}})
    client.post(f"{anne.choose}/topics", data={"topics": "1", "topic:work": "1"})

    page = client.post(
        f"{anne.choose}/topics", data={"topics": "1", "topic:agenda": "1"}
    )

    assert "L’agenda &amp; co" in page.text
    assert 'name="topic:agenda" value="1" checked' in page.text
    assert 'name="topic:work" value="1">' in page.text
    assert tags(engine, anne) == ["agenda"]


def test_no_topic_at_all_can_be_chosen(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    offer_topics(engine, {"agenda": {}})
    client.post(f"{anne.choose}/topics", data={"topics": "1", "topic:agenda": "1"})

    client.post(f"{anne.choose}/topics", data={"topics": "1"})

    assert tags(engine, anne) == []


def test_a_label_of_staff_is_out_of_reach(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    offer_topics(engine, {"agenda": {}})

    client.post(f"{anne.choose}/topics", data={"topics": "1", "topic:vip": "1"})

    assert tags(engine, anne) == []


@pytest.mark.parametrize(
    ("months", "day"), [("1", "15 juillet 2026"), ("6", "15 décembre 2026")]
)
def test_a_pause_says_until_which_day(
    client: TestClient, engine: Engine, anne: Reader, months: str, day: str
) -> None:
    with time_machine.travel(datetime(2026, 6, 15, 12, tzinfo=UTC), tick=False):
        page = client.post(f"{anne.choose}/pause", data={"months": months})

    sentence = "No letters until {day}. Then they come again."
    shown = said("fr", sentence, day=day).replace("15 ", "15\u00a0")
    assert page.text.count(shown) == 2  # the answer, and where it can be ended
    assert state_of(engine, anne.handle) is SubscriptionState.PAUSED


def test_who_left_cannot_pause(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    client.post(anne.leave, data={"confirm": "1"})
    before = dump(engine)

    page = client.post(f"{anne.choose}/pause", data={"months": "1"})

    assert 'role="status"' not in page.text
    assert dump(engine) == before


def test_letters_come_again_when_asked(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    client.post(f"{anne.choose}/pause", data={"months": "1"})

    page = client.post(f"{anne.choose}/resume")

    assert said("fr", "The letters come again from now on.") in page.text
    assert state_of(engine, anne.handle) is SubscriptionState.CONFIRMED


def test_a_pause_that_is_over_is_not_shown(client: TestClient, anne: Reader) -> None:
    client.post(f"{anne.choose}/pause", data={"months": "1"})

    with time_machine.travel(utcnow().timestamp() + 40 * 24 * 3600):
        page = client.get(anne.choose)

    assert f'action="{anne.choose}/resume' not in page.text
    assert f'action="{anne.choose}/pause' in page.text


def test_another_address_becomes_a_request(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    page = client.post(f"{anne.choose}/address", data={"email": " Neu@Example.ORG "})

    (request,) = requests(engine)
    assert said("fr", SENT, address=MASKED) in page.text
    assert "Neu@" not in page.text
    assert (request.kind, request.new_email) == (
        RequestKind.ADDRESS,
        "Neu@example.org",
    )
    assert (request.email, request.subscriber_id) == (
        "anne@example.org",
        anne.subscriber_id,
    )
    assert (request.language, request.form) == ("fr", "/p")


def test_nobody_learns_who_has_an_address(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="bart@example.org")

    answers = [
        client.post(f"{anne.choose}/address", data={"email": email})
        for email in ("bart@example.org", "nobody@example.org", "anne@example.org")
    ]

    assert len({answer.text for answer in answers}) == 1
    assert len(requests(engine)) == 3


@pytest.mark.parametrize(
    "typed",
    ["", "anne", "anne@@example.org", '"><script>@x', "a@b.org\r\nBcc: c@d.org"],
)
def test_what_is_no_address_is_said_beside_the_field(
    client: TestClient, engine: Engine, anne: Reader, typed: str
) -> None:
    before = dump(engine)

    page = client.post(f"{anne.choose}/address", data={"email": typed})

    assert page.status_code == 422
    assert 'aria-invalid="true" aria-describedby="email-error"' in page.text
    assert 'href="#email"' in page.text
    assert "<script" not in page.text
    assert dump(engine) == before


@pytest.mark.parametrize(
    ("form", "kind"), [("data", RequestKind.DATA), ("erase", RequestKind.ERASE)]
)
def test_data_and_erasing_wait_for_the_mailbox(
    client: TestClient, engine: Engine, anne: Reader, form: str, kind: RequestKind
) -> None:
    page = client.post(f"{anne.choose}/{form}?in=de")

    (request,) = requests(engine)
    assert said("de", SENT, address=MASKED) in page.text
    assert (request.kind, request.subscriber_id) == (kind, anne.subscriber_id)
    assert (request.email, request.language) == ("anne@example.org", "de")
    assert reader(engine, anne).email == "anne@example.org"


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("second", {}),
        ("second", {"second": "tlh"}),
        ("topics", {}),
        ("topics", {"topic:agenda": "1"}),
        ("join", {}),
        ("join", {"list": "nowhere"}),
        ("leave", {}),
        ("leave", {"list": "nowhere"}),
        ("pause", {}),
        ("pause", {"months": "2"}),
        ("pause", {"months": "-1"}),
        ("pause", {"months": "1; drop table subscriber"}),
        ("resume", {}),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    client: TestClient,
    engine: Engine,
    anne: Reader,
    form: str,
    fields: dict[str, str],
) -> None:
    offer_topics(engine, {"agenda": {}})
    before = dump(engine)

    page = client.post(f"{anne.choose}/{form}", data=fields)

    assert page.status_code == 200
    assert 'role="status"' not in page.text
    assert dump(engine) == before


def test_a_form_that_does_not_exist_is_not_found(
    client: TestClient, anne: Reader
) -> None:
    assert client.post(f"{anne.choose}/everything").status_code == 404


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(
    client: TestClient, engine: Engine, anne: Reader, form: str, method: str
) -> None:
    before = dump(engine)

    page = client.request(method, f"{anne.choose}/{form}")

    assert page.status_code == 200
    assert dump(engine) == before


@pytest.mark.parametrize("form", ALL)
def test_a_link_that_is_not_genuine_chooses_nothing(
    client: TestClient, engine: Engine, anne: Reader, form: str
) -> None:
    wrong = anne.leave.replace("/u/", "/p/")
    before = dump(engine)

    page = client.post(f"{wrong}/{form}", data={"email": "a@b.org", "months": "1"})

    assert page.status_code == 404
    assert dump(engine) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("form", ALL)
def test_somebody_who_was_erased_is_answered_kindly(
    client: TestClient, engine: Engine, anne: Reader, form: str, method: str
) -> None:
    with db.writing(engine) as session:
        session.delete(session.get_one(Subscriber, anne.subscriber_id))

    page = client.request(method, f"{anne.choose}/{form}", data={"email": "a@b.org"})

    assert page.status_code == 200
    assert 'method="post"' not in page.text


def offer_topics(engine: Engine, topics: dict[str, dict[str, str]]) -> None:
    with db.writing(engine) as session:
        factories.the_list(session).topics = topics


def reader(engine: Engine, anne: Reader) -> Subscriber:
    with db.reading(engine) as session:
        return session.get_one(Subscriber, anne.subscriber_id)


def tags(engine: Engine, anne: Reader) -> list[str]:
    with db.reading(engine) as session:
        person = session.get_one(Subscriber, anne.subscriber_id)
        return people.tags_of(session, [person])[anne.subscriber_id]


def requests(engine: Engine) -> list[Request]:
    with db.reading(engine) as session:
        return list(session.exec(select(Request)))
