"""What was never confirmed is forgotten, and nothing else."""

from datetime import timedelta

from sqlmodel import Session, select

from subscribers import unconfirmed
from subscribers.clock import utcnow
from subscribers.models import (
    Request,
    RequestKind,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from tests import factories

LATER = timedelta(days=7, minutes=1)


def emails(session: Session) -> set[str]:
    return set(session.exec(select(Subscriber.email)))


def waiting(session: Session, email: str) -> Subscriber:
    reader = factories.make_subscriber(session, email=email, state=None)
    session.add(
        Subscription(
            subscriber_id=reader.id or 0,
            list_id=factories.the_list(session).id or 0,
            state=SubscriptionState.UNCONFIRMED,
        )
    )
    session.flush()
    return reader


def test_a_week_without_a_click_ends_it(session: Session) -> None:
    waiting(session, "dora@example.org")
    factories.make_subscriber(session, email="anne@example.org")
    factories.make_subscriber(
        session, email="left@example.org", state=SubscriptionState.UNSUBSCRIBED
    )

    early = unconfirmed.purge(session, now=utcnow(), limit=100)
    late = unconfirmed.purge(session, now=utcnow() + LATER, limit=100)

    assert (early, late) == (0, 1)
    assert emails(session) == {"anne@example.org", "left@example.org"}


def test_a_reader_of_another_list_only_stops_waiting(session: Session) -> None:
    other = factories.make_list(session)
    reader = factories.make_subscriber(session, email="anne@example.org", list=other)
    session.add(
        Subscription(
            subscriber_id=reader.id or 0,
            list_id=factories.the_list(session).id or 0,
            state=SubscriptionState.UNCONFIRMED,
        )
    )

    unconfirmed.purge(session, now=utcnow() + LATER, limit=100)

    assert emails(session) == {"anne@example.org"}
    states = [each.state for each in session.exec(select(Subscription))]
    assert states == [SubscriptionState.CONFIRMED]


def test_requests_go_after_a_month_and_their_network_after_a_day(
    session: Session,
) -> None:
    for days in (0, 2, 32):
        session.add(
            Request(
                kind=RequestKind.JOIN,
                email="dora@example.org",
                email_key="dora@example.org",
                email_hash="h",
                limit_hash="h",
                language="fr",
                network="n",
                asked_at=utcnow() - timedelta(days=days),
            )
        )
    session.flush()

    unconfirmed.purge(session, now=utcnow(), limit=100)

    session.expire_all()
    kept = session.exec(select(Request).order_by("id")).all()
    assert [each.network for each in kept] == ["n", None]
