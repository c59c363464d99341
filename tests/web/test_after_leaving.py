"""What the pages offer somebody who has left."""

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from newsletter import db
from subscribers import wordings
from subscribers.clock import utcnow
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    MailingList,
    Request,
    RequestKind,
    Subscriber,
    Subscription,
    SubscriptionState,
    Wording,
)
from tests import factories
from tests.web.conftest import Reader, dump, said, state_of

CONFIRM = {"confirm": "1"}
EVERYTHING = {"confirm": "all"}
WORDS = (
    "Je souhaite recevoir Newsletter par e-mail. "
    "Je peux me désinscrire à tout moment, en un clic."
)
AGREED = {"agreed": wordings.digest(WORDS)}
LEFT = SubscriptionState.UNSUBSCRIBED


@pytest.fixture
def other(engine: Engine, anne: Reader) -> str:
    """The handle of Anne's subscription to a second, private list."""
    with db.writing(engine) as session:
        press = factories.make_list(session, slug="press", public=False)
        made = Subscription(
            subscriber_id=anne.subscriber_id,
            list_id=press.id or 0,
            state=SubscriptionState.CONFIRMED,
        )
        session.add(made)
        session.flush()
        return made.handle


def test_one_press_leaves_everything(
    client: TestClient, engine: Engine, anne: Reader, other: str
) -> None:
    asked = client.get(anne.leave)

    page = client.post(anne.leave, data=EVERYTHING)

    assert said("fr", "Unsubscribe from everything") in asked.text
    assert page.status_code == 200
    assert (state_of(engine, anne.handle), state_of(engine, other)) == (LEFT, LEFT)
    assert said("fr", "Unsubscribe from everything") not in page.text


def test_the_page_after_leaving_one_list_leaves_the_others_too(
    client: TestClient, engine: Engine, anne: Reader, other: str
) -> None:
    done = client.post(anne.leave, data=CONFIRM)

    client.post(anne.leave, data=EVERYTHING)

    assert said("fr", "Unsubscribe from everything") in done.text
    assert state_of(engine, other) is LEFT


def test_undo_brings_everything_back(
    client: TestClient, engine: Engine, anne: Reader, other: str
) -> None:
    client.post(anne.leave, data=EVERYTHING)

    client.post(f"{anne.leave}/undo")

    assert LEFT not in {state_of(engine, anne.handle), state_of(engine, other)}


def test_who_gets_one_list_is_not_asked_about_others(
    client: TestClient, anne: Reader
) -> None:
    assert said("fr", "Unsubscribe from everything") not in client.get(anne.leave).text


def test_coming_back_later_asks_the_mailbox(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    leave_long_ago(client, engine, anne)
    offer = client.get(anne.leave)

    page = client.post(f"{anne.leave}/back", data=AGREED)

    (request,) = requests(engine)
    assert WORDS in offer.text
    assert f'name="agreed" value="{AGREED["agreed"]}"' in offer.text
    assert 'role="status"' in page.text
    assert "anne@example.org" not in page.text
    assert (request.kind, request.email) == (RequestKind.JOIN, "anne@example.org")
    assert (request.subscriber_id, request.form) == (anne.subscriber_id, "/u")
    assert words_of(engine, request) == WORDS
    assert state_of(engine, anne.handle) is LEFT


def test_coming_back_a_moment_later_needs_no_mail(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    name_the_list(engine)
    client.post(anne.leave, data=CONFIRM)

    page = client.post(f"{anne.leave}/back", data=AGREED)

    assert said("fr", "You are staying") in page.text
    assert requests(engine) == []


def test_words_nobody_read_are_not_agreed_to(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    leave_long_ago(client, engine, anne)
    with db.writing(engine) as session:
        factories.the_list(session).consent = {"fr": "Oui, <envoyez>."}

    page = client.post(f"{anne.leave}/back", data=AGREED)

    assert "Oui, &lt;envoyez&gt;." in page.text
    assert requests(engine) == []


def test_a_reason_is_kept_and_nowhere_run(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    done = client.post(anne.leave, data=CONFIRM)

    page = client.post(
        f"{anne.leave}/reason", data={"reason": "<script>alert(1)</script>"}
    )

    assert f'action="{anne.leave}/reason?in=fr"' in done.text
    assert said("fr", "Thank you for telling us.") in page.text
    assert "<script" not in page.text
    assert withdrawal(engine).evidence["reason"] == "<script>alert(1)</script>"
    assert withdrawal(engine).channel is Channel.PAGE


@pytest.mark.parametrize("form", [{}, {"reason": ""}, {"reason": " "}, {"x": "y"}])
def test_no_reason_is_no_matter(
    client: TestClient, engine: Engine, anne: Reader, form: dict[str, str]
) -> None:
    client.post(anne.leave, data=CONFIRM)
    before = dump(engine)

    page = client.post(f"{anne.leave}/reason", data=form)

    assert page.status_code == 200
    assert dump(engine) == before


def test_a_reason_does_not_unsubscribe(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    before = dump(engine)

    page = client.post(f"{anne.leave}/reason", data={"reason": "Why?"})

    assert said("fr", "Yes, unsubscribe me") in page.text
    assert dump(engine) == before


@pytest.mark.parametrize("path", ["/undo", "/back", "/reason"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_link_that_is_not_genuine_comes_to_nothing(
    client: TestClient, engine: Engine, anne: Reader, path: str, method: str
) -> None:
    wrong = anne.choose.replace("/p/", "/u/") + path
    before = dump(engine)

    page = client.request(method, wrong, data=AGREED | {"reason": "x"})

    assert page.status_code == 404
    assert dump(engine) == before


@pytest.mark.parametrize("path", ["/undo", "/back", "/reason"])
def test_somebody_who_was_erased_is_answered_kindly(
    client: TestClient, engine: Engine, anne: Reader, path: str
) -> None:
    with db.writing(engine) as session:
        session.delete(session.get_one(Subscriber, anne.subscriber_id))

    page = client.post(anne.leave + path, data=AGREED | {"reason": "x"})

    assert page.status_code == 200
    assert '<form class="' not in page.text


def test_a_break_is_offered_beside_leaving(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    page = client.get(anne.leave)

    client.post(f"{anne.choose}/pause", data={"months": "3"})

    assert f'action="{anne.choose}/pause?in=fr"' in page.text
    assert state_of(engine, anne.handle) is SubscriptionState.PAUSED
    assert f'action="{anne.choose}/pause' not in client.get(anne.leave).text


def leave_long_ago(client: TestClient, engine: Engine, anne: Reader) -> None:
    with time_machine.travel(utcnow().timestamp() - 31 * 60):
        client.post(anne.leave, data=CONFIRM)
    name_the_list(engine)


def name_the_list(engine: Engine) -> None:
    with db.writing(engine) as session:
        mailing_list = factories.the_list(session)
        mailing_list.names = dict.fromkeys(factories.LANGUAGES, "Newsletter")


def requests(engine: Engine) -> list[Request]:
    with db.reading(engine) as session:
        return list(session.exec(select(Request)))


def words_of(engine: Engine, request: Request) -> str:
    with db.reading(engine) as session:
        wording = session.get_one(Wording, request.wording_ids[0])
        assert session.get_one(MailingList, wording.list_id).id in request.list_ids
        return wording.words


def withdrawal(engine: Engine) -> Consent:
    with db.reading(engine) as session:
        return session.exec(
            select(Consent)
            .where(Consent.kind == ConsentKind.WITHDRAWN)
            .order_by(col(Consent.id).desc())
        ).one()
