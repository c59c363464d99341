"""Requests are decided about once, by the state of the address, within limits."""

import threading
from collections import Counter

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db
from subscribers import addresses, requests, signup
from subscribers.models import RequestKind, Subscriber, SubscriptionState
from subscribers.requests import Draft
from subscribers.signup import Answer, Reply
from subscribers.tokens import KeyRing
from tests import factories


def ask(
    session: Session,
    keys: KeyRing,
    email: str = "dora@example.org",
    kind: RequestKind = RequestKind.JOIN,
    reader: Subscriber | None = None,
) -> None:
    list_id = factories.the_list(session).id or 0
    draft = Draft(
        kind,
        addresses.normalise(email),
        "nl",
        subscriber_id=reader.id if reader else None,
        list_ids=(list_id,) if kind is RequestKind.JOIN else (),
    )
    requests.ask(session, keys, draft)


def answers(session: Session, keys: KeyRing, limit: int = 2_000) -> list[Answer]:
    return signup.answer_due(session, keys, now=db.now(session), limit=limit)


def test_a_thousand_requests_for_one_address_are_one_mail(
    session: Session, keys: KeyRing
) -> None:
    for _ in range(1_000):
        ask(session, keys)

    replies = Counter(each.reply for each in answers(session, keys))

    assert replies == {Reply.CONFIRM: 1, Reply.NOTHING: 999}


def test_two_workers_answer_each_request_once(engine: Engine, keys: KeyRing) -> None:
    with db.writing(engine) as session:
        for number in range(60):
            ask(session, keys, f"reader{number}@example.org")
    found: list[int] = []

    def work() -> None:
        for _ in range(10):
            with db.writing(engine) as session:
                done = answers(session, keys, limit=10)
                found.extend(each.request.id or 0 for each in done)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == len(set(found)) == 60


def test_two_requests_for_one_newcomer_make_one_person(
    engine: Engine, keys: KeyRing
) -> None:
    with db.writing(engine) as session:
        for spelling in ("dora@example.org", "Dora@example.org"):
            ask(session, keys, spelling)

    with db.writing(engine) as session:
        found = answers(session, keys)

    assert [each.reply for each in found] == [Reply.CONFIRM, Reply.NOTHING]


@pytest.mark.parametrize(
    ("state", "reply"),
    [
        (None, Reply.CONFIRM),
        (SubscriptionState.UNCONFIRMED, Reply.CONFIRM),
        (SubscriptionState.UNSUBSCRIBED, Reply.CONFIRM),
        (SubscriptionState.CONFIRMED, Reply.ALREADY),
        (SubscriptionState.PAUSED, Reply.ALREADY),
    ],
)
def test_what_is_mailed_depends_on_where_somebody_stands(
    session: Session, keys: KeyRing, state: SubscriptionState | None, reply: Reply
) -> None:
    factories.make_subscriber(session, email="dora@example.org", state=state)
    ask(session, keys, "DORA@example.org")

    (answer,) = answers(session, keys)

    assert answer.reply is reply
    # As ever, however the form spelt it.
    assert answer.email == "dora@example.org"


@pytest.mark.parametrize(
    "kind", [RequestKind.DATA, RequestKind.ERASE, RequestKind.ADDRESS]
)
def test_what_only_a_reader_may_ask_is_mailed_to_readers(
    session: Session, keys: KeyRing, kind: RequestKind
) -> None:
    reader = factories.make_subscriber(session, email="anne@example.org")
    ask(session, keys, "anne@example.org", kind, reader)
    ask(session, keys, "nobody@example.org", kind)

    replies = [each.reply for each in answers(session, keys)]

    assert replies == [Reply(kind.value), Reply.NOTHING]


def test_an_answered_request_is_not_due_again(session: Session, keys: KeyRing) -> None:
    ask(session, keys)
    before = signup.is_anything_due(session, now=db.now(session))
    answers(session, keys)

    assert before
    assert not signup.is_anything_due(session, now=db.now(session))
    assert answers(session, keys) == []
