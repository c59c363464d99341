"""RFC 8058: the POST that a mail service makes in a reader's name."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import config, db
from newsletter.config import Settings
from subscribers.models import Channel, Consent, ConsentKind, SubscriptionState
from subscribers.tokens import KeyRing, Purpose
from tests import factories
from tests.web.conftest import Reader, dump, make_client, state_of

URLENCODED = b"List-Unsubscribe=One-Click"
MULTIPART = (
    b"--b0undary\r\n"
    b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n'
    b"\r\n"
    b"One-Click\r\n"
    b"--b0undary--\r\n"
)
ENCODINGS = [
    (URLENCODED, "application/x-www-form-urlencoded"),
    (URLENCODED, "application/x-www-form-urlencoded; charset=UTF-8"),
    (URLENCODED + b"&confirm=0&utm=1", "application/x-www-form-urlencoded"),
    (URLENCODED, None),
    (URLENCODED, "text/plain"),
    (URLENCODED, "application/json"),
    (URLENCODED, "x"),
    (MULTIPART, "multipart/form-data; boundary=b0undary"),
    (MULTIPART, "multipart/form-data"),
    (MULTIPART, None),
    (MULTIPART.replace(b"\r\n", b"\n"), "multipart/form-data; boundary=b0undary"),
    (MULTIPART.replace(b'"', b""), "multipart/form-data; boundary=b0undary"),
]


@pytest.mark.parametrize(("body", "content_type"), ENCODINGS)
def test_every_encoding_unsubscribes_at_once(
    client: TestClient,
    engine: Engine,
    anne: Reader,
    body: bytes,
    content_type: str | None,
) -> None:
    headers = {"Origin": "null"} | (
        {"Content-Type": content_type} if content_type else {}
    )

    answer = client.post(anne.leave, content=body, headers=headers)

    assert answer.status_code == 200
    assert state_of(engine, anne.handle) is SubscriptionState.UNSUBSCRIBED
    assert "set-cookie" not in answer.headers
    assert len(answer.content) < 1_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"confirm=0",
        b"List-Unsubscribe=",
        b"List-Unsubscribe=No",
        b"list=One-Click",
        b"One-Click",
        b"\x00\xff\xfe",
        b"--",
        b"--\r\n--\r\n",
        b"&".join(b"a=%d" % n for n in range(10_000)),
    ],
)
def test_any_other_body_changes_nothing(
    client: TestClient, engine: Engine, anne: Reader, body: bytes
) -> None:
    before = dump(engine)

    answer = client.post(anne.leave, content=body)

    assert answer.status_code == 200
    assert dump(engine) == before


def test_the_hundredth_time_is_like_the_first(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    answers = [client.post(anne.leave, content=URLENCODED) for _ in range(100)]

    assert {answer.status_code for answer in answers} == {200}
    with db.reading(engine) as session:
        withdrawn = session.exec(
            select(Consent).where(Consent.kind == ConsentKind.WITHDRAWN)
        ).all()
    assert [each.channel for each in withdrawn] == [Channel.ONE_CLICK]


@pytest.mark.slow
def test_five_hundred_from_one_address_are_all_answered_and_none_is_kept_waiting(
    client: TestClient, engine: Engine, keys: KeyRing
) -> None:
    with db.writing(engine) as session:
        readers = [factories.make_subscriber(session) for _ in range(500)]
        handles = [factories.subscription_of(session, each).handle for each in readers]
    links = [f"/u/{keys.sign(Purpose.UNSUBSCRIBE, handle)}" for handle in handles]

    post = partial(client.post, content=URLENCODED)
    answers: list[Any] = []  # responses of the test client
    seconds: list[float] = []
    with ThreadPoolExecutor(8) as pool:
        for begin in range(0, 500, 100):
            began = time.monotonic()
            hundred = links[begin : begin + 100]
            answers += pool.map(post, hundred)
            seconds.append(time.monotonic() - began)

    assert [answer.status_code for answer in answers] == [200] * 500
    assert not any(
        {"set-cookie", "location"} & answer.headers.keys() for answer in answers
    )
    # Machines differ in speed, so the last ones are held against the first.
    assert min(seconds[2:]) < 2 * max(seconds[:2])
    assert {state_of(engine, handle) for handle in handles} == {
        SubscriptionState.UNSUBSCRIBED
    }


def test_a_key_that_signed_long_ago_still_works(
    settings: Settings, engine: Engine, anne: Reader
) -> None:
    newer = config.load(
        data_dir=settings.data_dir,
        base_url=settings.base_url,
        secret_keys=["the newest key of this house", *settings.secret_keys],
    )

    answer = make_client(newer, engine).post(anne.leave, content=URLENCODED)

    assert answer.status_code == 200
    assert state_of(engine, anne.handle) is SubscriptionState.UNSUBSCRIBED


def test_a_reader_who_was_erased_is_told_they_are_not_subscribed(
    client: TestClient, engine: Engine, keys: KeyRing
) -> None:
    link = f"/u/{keys.sign(Purpose.UNSUBSCRIBE, 'a' * 16)}"
    before = dump(engine)

    answer = client.post(link, content=URLENCODED)

    assert answer.status_code == 200
    assert dump(engine) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", ["tampered", "other purpose", "upper case"])
def test_a_link_that_is_not_genuine_changes_nothing(
    client: TestClient, engine: Engine, anne: Reader, method: str, kind: str
) -> None:
    token = anne.leave.removeprefix("/u/")
    wrong = {
        "tampered": token[:-1] + ("a" if token[-1] != "a" else "b"),
        "other purpose": anne.choose.removeprefix("/p/"),
        "upper case": token.upper(),
    }[kind]
    before = dump(engine)

    answer = client.request(method, f"/u/{wrong}", content=URLENCODED)

    assert answer.status_code in {404, 405}
    assert dump(engine) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_only_a_post_unsubscribes(
    client: TestClient, engine: Engine, anne: Reader, method: str
) -> None:
    before = dump(engine)

    client.request(method, anne.leave, content=URLENCODED)

    assert dump(engine) == before
