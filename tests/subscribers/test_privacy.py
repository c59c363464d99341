"""What this package knows of somebody; the whole is in newsletter/test_rights.py."""

import json

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db
from subscribers import privacy, suppressions
from subscribers.addresses import normalise
from subscribers.models import (
    Consent,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.tokens import KeyRing
from tests.factories import make_list, make_subscriber


def test_somebody_of_whom_little_is_known(session: Session) -> None:
    anne = make_subscriber(session, state=None, language=None)

    found = privacy.gather(session, anne)

    assert json.loads(json.dumps(found)) == found
    assert (found["language"], found["attributes"]) == (None, {})
    assert found["subscriptions"] == found["consents"] == found["imports"] == []


def test_every_list_is_left_for_good(session: Session, keys: KeyRing) -> None:
    anne, bart = make_subscriber(session), make_subscriber(session)
    session.add(
        Subscription(
            subscriber_id=anne.id or 0,
            list_id=make_list(session).id or 0,
            state=SubscriptionState.CONFIRMED,
        )
    )
    address = normalise(anne.email)

    privacy.erase(session, keys, anne)

    assert session.exec(select(Subscriber.email)).all() == [bart.email]
    left = session.exec(select(Subscription.subscriber_id)).all()
    agreed = session.exec(select(col(Consent.subscriber_id))).all()
    assert left == agreed == [bart.id]
    assert suppressions.reason(session, keys, address) is SuppressionReason.ERASED


def test_a_second_time_changes_nothing(engine: Engine, keys: KeyRing) -> None:
    with db.writing(engine) as session:
        anne = make_subscriber(session)
    for _ in range(2):
        with db.writing(engine) as session:
            privacy.erase(session, keys, anne)

    with db.reading(engine) as session:
        assert session.exec(select(Subscriber)).all() == []


def test_nobody_is_erased_for_having_the_number_of_somebody_gone(
    engine: Engine, keys: KeyRing
) -> None:
    with db.writing(engine) as session:
        anne = make_subscriber(session)
    with db.writing(engine) as session:
        privacy.erase(session, keys, anne)
    with db.writing(engine) as session:
        bart = make_subscriber(session, id=anne.id)

    with db.writing(engine) as session:
        privacy.erase(session, keys, anne)

    with db.reading(engine) as session:
        assert session.exec(select(Subscriber.email)).all() == [bart.email]
