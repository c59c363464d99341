"""The lists on a reader's own page: joined, left, and taken back."""

import re

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db
from subscribers import wordings
from subscribers.clock import utcnow
from subscribers.models import (
    Channel,
    Consent,
    MailingList,
    RequestKind,
    Subscription,
    SubscriptionState,
)
from tests import factories
from tests.web.conftest import Reader, dump, said, state_of
from tests.web.test_reader_choices import offer_topics, requests

WORDS = "Oui, je veux la lettre de la rivière."
JOIN = {"list": "river", "agreed": wordings.digest(WORDS)}
MASKED = "a•••@example.org"


@pytest.fixture
def river(engine: Engine) -> str:
    """A second list that everybody may join."""
    with db.writing(engine) as session:
        factories.make_list(
            session,
            slug="river",
            names={"fr": "La rivière & nous"},
            descriptions={"fr": "Au fil de l’eau <b>"},
            consent={"fr": WORDS},
        )
    return "river"


def test_a_list_is_joined_at_once_with_its_words(
    client: TestClient, engine: Engine, anne: Reader, river: str
) -> None:
    before = client.get(anne.choose)

    page = client.post(f"{anne.choose}/join", data=JOIN)

    consent = consents(engine, river)[-1]
    assert WORDS in before.text
    assert "Au fil de l’eau &lt;b&gt;" in before.text
    assert said("fr", "You get {name}.", name="La rivière &amp; nous") in page.text
    assert state_on(engine, anne, river) is SubscriptionState.CONFIRMED
    assert (consent.channel, consent.words) == (Channel.PAGE, WORDS)
    assert (consent.language, consent.version, consent.form) == ("fr", 1, "/p")
    assert consent.asked_at == consent.at


def test_words_that_changed_meanwhile_are_read_again(
    client: TestClient, engine: Engine, anne: Reader, river: str
) -> None:
    with db.writing(engine) as session:
        the(session, river).consent = {"fr": "Tout autre chose."}
    before = dump(engine)

    page = client.post(f"{anne.choose}/join", data=JOIN)

    assert said("fr", "The words have changed meanwhile. Please read them once more.")
    assert "Tout autre chose." in page.text
    assert dump(engine) == before


def test_a_list_is_left_and_taken_back_without_words(
    client: TestClient, engine: Engine, anne: Reader, river: str
) -> None:
    client.post(f"{anne.choose}/join", data=JOIN)

    left = client.post(f"{anne.choose}/leave", data={"list": river})
    gone = state_on(engine, anne, river)
    client.post(f"{anne.choose}/join", data={"list": river})

    assert said("fr", "You no longer get {name}.", name="La rivière &amp; nous") in (
        left.text
    )
    assert said("fr", "Undo, I’m staying") in left.text
    assert gone is SubscriptionState.UNSUBSCRIBED
    assert state_on(engine, anne, river) is SubscriptionState.CONFIRMED
    assert state_of(engine, anne.handle) is SubscriptionState.CONFIRMED


def test_a_list_left_earlier_comes_back_by_mail(
    client: TestClient, engine: Engine, anne: Reader, river: str
) -> None:
    client.post(f"{anne.choose}/join", data=JOIN)
    with time_machine.travel(utcnow().timestamp() - 31 * 60):
        client.post(f"{anne.choose}/leave", data={"list": river})

    page = client.post(f"{anne.choose}/join", data=JOIN)

    (request,) = requests(engine)
    asked = "We have sent a mail to {address}; follow the link in it to confirm."
    assert said("fr", asked, address=MASKED) in page.text
    assert (request.kind, request.form) == (RequestKind.JOIN, "/p")
    assert state_on(engine, anne, river) is SubscriptionState.UNSUBSCRIBED


def test_a_private_list_is_neither_shown_nor_joined(
    client: TestClient, engine: Engine, anne: Reader, river: str
) -> None:
    with db.writing(engine) as session:
        the(session, river).public = False
    before = dump(engine)

    page = client.post(f"{anne.choose}/join", data=JOIN)

    assert "La rivière" not in page.text
    assert dump(engine) == before


def test_a_list_they_are_not_on_cannot_be_left(
    client: TestClient, engine: Engine, anne: Reader, river: str
) -> None:
    before = dump(engine)

    page = client.post(f"{anne.choose}/leave", data={"list": river})

    assert 'role="status"' not in page.text
    assert dump(engine) == before


def test_the_largest_page_stays_small(
    client: TestClient, engine: Engine, anne: Reader, river: str
) -> None:
    offer_topics(engine, {f"t{n}": {"fr": f"Thème numéro {n}"} for n in range(10)})

    page = client.post(f"{anne.choose}/join", data=JOIN | {"list": river})

    sheet = re.search(r'href="(/static/newsletter[^"]+)"', page.text)
    assert sheet is not None
    assert len(page.content) + len(client.get(sheet[1]).content) < 30_000


def the(session: Session, slug: str) -> MailingList:
    return session.exec(select(MailingList).where(MailingList.slug == slug)).one()


def state_on(engine: Engine, anne: Reader, slug: str) -> SubscriptionState:
    with db.reading(engine) as session:
        query = select(Subscription).where(
            Subscription.subscriber_id == anne.subscriber_id,
            Subscription.list_id == the(session, slug).id,
        )
        return session.exec(query).one().state


def consents(engine: Engine, slug: str) -> list[Consent]:
    with db.reading(engine) as session:
        query = select(Consent).where(Consent.list_id == the(session, slug).id)
        return list(session.exec(query))
