"""A fresh link for whoever lost theirs: /{lang}/subscribe/link."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from subscribers.models import Request, RequestKind
from tests.web.conftest import dump, said

PATH = "/nl/subscribe/link"
PROMISE = "If we know this address, a mail is on its way to it. Open the link in it."


def test_a_broken_link_offers_a_fresh_one(client: TestClient) -> None:
    page = client.get("/u/broken", headers={"Accept-Language": "nl"})

    assert page.status_code == 404
    assert f'action="{PATH}"' in page.text


def test_the_address_becomes_a_request(client: TestClient, engine: Engine) -> None:
    page = client.post(PATH, data={"email": " Anne@Example.ORG "})

    (request,) = requests(engine)
    assert page.status_code == 200
    assert said("nl", PROMISE) in page.text
    assert (request.kind, request.email) == (RequestKind.LINK, "Anne@example.org")
    assert (request.language, request.form) == ("nl", PATH)
    assert (request.list_ids, request.subscriber_id) == ([], None)


@pytest.mark.usefixtures("anne")
def test_a_known_and_an_unknown_address_get_the_same_answer(
    client: TestClient, engine: Engine
) -> None:
    known = client.post(PATH, data={"email": "anne@example.org"})
    unknown = client.post(PATH, data={"email": "nobody@example.org"})

    assert known.text == unknown.text
    assert known.headers.keys() == unknown.headers.keys()
    assert len(requests(engine)) == 2


def test_a_robot_that_fills_in_everything_gets_the_same_answer_and_no_mail(
    client: TestClient, engine: Engine
) -> None:
    person = client.post(PATH, data={"email": "anne@example.org", "remark": ""})
    robot = client.post(PATH, data={"email": "anne@example.org", "remark": "x"})

    assert robot.text == person.text
    assert len(requests(engine)) == 1


@pytest.mark.parametrize(
    "typed",
    ["", "anne", "anne@", '"><script>@x', "a@b.org\r\nBcc: c@d.org", "x" * 5_000],
)
def test_what_is_no_address_is_said_beside_the_field(
    client: TestClient, engine: Engine, typed: str
) -> None:
    before = dump(engine)

    page = client.post(PATH, data={"email": typed})

    assert page.status_code == 422
    assert 'aria-describedby="email-error"' in page.text
    assert "<script" not in page.text
    assert dump(engine) == before


def test_one_network_cannot_ask_for_ever(client: TestClient, engine: Engine) -> None:
    statuses = [
        client.post(PATH, data={"email": f"anne+{n}@example.org"}).status_code
        for n in range(22)
    ]

    assert statuses == [200] * 20 + [429] * 2
    assert len(requests(engine)) == 20


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_asks_for_nothing(
    client: TestClient, engine: Engine, method: str
) -> None:
    before = dump(engine)

    page = client.request(method, f"{PATH}?email=anne@example.org")

    assert page.status_code == 200
    assert dump(engine) == before


def test_a_language_we_do_not_speak_is_not_found(client: TestClient) -> None:
    assert client.get("/xx/subscribe/link").status_code == 404
    assert client.post("/xx/subscribe/link", data={"email": "a@b.org"}).status_code == (
        404
    )


def requests(engine: Engine) -> list[Request]:
    with db.reading(engine) as session:
        return list(session.exec(select(Request)))
