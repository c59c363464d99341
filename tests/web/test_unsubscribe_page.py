"""The page behind the unsubscribe link, for people."""

import random

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from subscribers.clock import utcnow
from subscribers.models import MailingList, SubscriptionState
from subscribers.tokens import KeyRing, Purpose
from tests import factories
from tests.web.conftest import Reader, dump, said, state_of

CONFIRM = {"confirm": "1"}


def test_the_page_shows_one_button_in_the_readers_language(
    client: TestClient, anne: Reader
) -> None:
    page = client.get(anne.leave, headers={"Accept-Language": "nl"})

    assert page.status_code == 200
    assert '<html lang="fr"' in page.text
    assert said("fr", "Yes, unsubscribe me") in page.text


def test_the_address_is_masked(client: TestClient, anne: Reader) -> None:
    page = client.get(anne.leave)

    assert "a•••@example.org" in page.text
    assert "anne@example.org" not in page.text


def test_the_language_of_the_address_wins(client: TestClient, anne: Reader) -> None:
    page = client.get(f"{anne.leave}?in=de")

    assert '<html lang="de"' in page.text
    assert said("de", "Yes, unsubscribe me") in page.text


def test_the_button_unsubscribes_and_offers_to_undo(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    page = client.post(anne.leave, data=CONFIRM)

    assert page.status_code == 200
    assert said("fr", "Undo, I’m staying") in page.text
    assert state_of(engine, anne.handle) is SubscriptionState.UNSUBSCRIBED


def test_undo_brings_the_reader_back(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    client.post(anne.leave, data=CONFIRM)

    page = client.post(f"{anne.leave}/undo")

    assert said("fr", "You are staying") in page.text
    assert state_of(engine, anne.handle) is SubscriptionState.CONFIRMED


def test_undo_after_a_while_offers_to_come_back_by_mail(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    client.post(anne.leave, data=CONFIRM)

    with time_machine.travel(utcnow().timestamp() + 31 * 60):
        page = client.post(f"{anne.leave}/undo")

    assert page.status_code == 200
    assert f'action="{anne.leave}/back?in=fr"' in page.text
    assert said("fr", "Undo, I’m staying") not in page.text
    assert state_of(engine, anne.handle) is SubscriptionState.UNSUBSCRIBED


def test_undo_of_somebody_who_never_left_changes_nothing(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    before = dump(engine)

    page = client.post(f"{anne.leave}/undo")

    assert page.status_code == 200
    assert dump(engine) == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_undo_page_does_not_bring_anybody_back(
    client: TestClient, engine: Engine, anne: Reader, method: str
) -> None:
    client.post(anne.leave, data=CONFIRM)

    page = client.request(method, f"{anne.leave}/undo")

    assert page.status_code == 200
    assert state_of(engine, anne.handle) is SubscriptionState.UNSUBSCRIBED


def test_somebody_who_left_sees_that_they_did(client: TestClient, anne: Reader) -> None:
    client.post(anne.leave, data=CONFIRM)

    page = client.get(anne.leave)

    assert said("fr", "You are not subscribed") in page.text
    assert said("fr", "Yes, unsubscribe me") not in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["", "/undo"])
def test_a_genuine_link_whose_list_is_gone_is_answered_kindly(
    client: TestClient, engine: Engine, anne: Reader, method: str, path: str
) -> None:
    with db.writing(engine) as session:
        session.delete(session.get_one(MailingList, factories.the_list(session).id))

    page = client.request(method, anne.leave + path, data=CONFIRM)

    assert page.status_code == 200
    assert "You are not subscribed" in client.get(anne.leave + "?in=en").text


def test_a_broken_link_shows_a_way_forward(client: TestClient, anne: Reader) -> None:
    page = client.get(anne.leave[:-1], headers={"Accept-Language": "en"})

    assert page.status_code == 404
    assert "This link is old or incomplete" in page.text
    assert 'href="/en/subscribe"' in page.text
    assert "token" not in page.text.lower()


def test_ten_thousand_guesses_find_nobody(keys: KeyRing) -> None:
    guess = random.Random(8058)  # noqa: S311  # a repeatable test, not a secret
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"

    hits = sum(
        keys.read(Purpose.UNSUBSCRIBE, "".join(guess.choices(alphabet, k=33)))
        is not None
        for _ in range(10_000)
    )

    assert hits == 0


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "%00",
        "%0d%0aSet-Cookie:%20a=b",
        "..%2f..%2fetc%2fpasswd",
        "a" * 5_000,
        "é" * 33,
        "'; drop table subscriber; --",
        "<script>alert(1)</script>",
        "{{7*7}}",
    ],
)
def test_a_hostile_token_gets_the_same_page(client: TestClient, token: str) -> None:
    page = client.get(f"/u/{token}", headers={"Accept-Language": "en"})

    assert page.status_code == 404
    assert "<script" not in page.text
    assert "49" not in page.text
    assert "set-cookie" not in page.headers


def test_all_broken_links_look_the_same(client: TestClient, anne: Reader) -> None:
    last = "2" if anne.leave[-1] != "2" else "3"
    tampered = client.get(anne.leave[:-1] + last)
    invented = client.get("/u/" + "a" * 33)

    assert tampered.text == invented.text
