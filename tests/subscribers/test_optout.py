from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db
from subscribers import optout
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.optout import Left
from subscribers.tokens import new_handle
from tests.factories import make_subscriber, subscription_of

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def withdrawals(session: Session) -> list[Consent]:
    query = select(Consent).where(Consent.kind == ConsentKind.WITHDRAWN)
    return list(session.exec(query))


def test_it_ends_the_subscription_at_once(session: Session) -> None:
    anne = make_subscriber(session, email="anne@example.org")
    subscription = subscription_of(session, anne)

    left = optout.unsubscribe(
        session, subscription.handle, channel=Channel.ONE_CLICK, language="nl"
    )

    assert left == Left(
        known=True,
        changed=True,
        subscriber_id=anne.id,
        list_id=subscription.list_id,
        language="fr",
        masked="a•••@example.org",
    )
    assert subscription.state == SubscriptionState.UNSUBSCRIBED
    assert subscription.unsubscribed_at is not None


def test_it_records_the_withdrawal_and_its_channel(session: Session) -> None:
    anne = make_subscriber(session)
    subscription = subscription_of(session, anne)

    optout.unsubscribe(
        session, subscription.handle, channel=Channel.PAGE, language="nl"
    )

    (record,) = withdrawals(session)
    assert (record.subscriber_id, record.list_id) == (anne.id, subscription.list_id)
    assert (record.channel, record.language) == (Channel.PAGE, "nl")
    assert record.evidence == {"was": "confirmed"}


def test_the_second_time_changes_nothing_and_is_no_error(session: Session) -> None:
    subscription = subscription_of(session, make_subscriber(session))
    optout.unsubscribe(session, subscription.handle, channel=Channel.PAGE)
    left_at = subscription.unsubscribed_at

    again = optout.unsubscribe(session, subscription.handle, channel=Channel.ONE_CLICK)

    assert (again.known, again.changed) == (True, False)
    assert subscription.unsubscribed_at == left_at
    assert len(withdrawals(session)) == 1


def test_an_unknown_handle_is_not_subscribed(session: Session) -> None:
    left = optout.unsubscribe(session, new_handle(), channel=Channel.ONE_CLICK)

    assert left == Left(known=False, changed=False)
    assert withdrawals(session) == []


def test_an_erased_person_is_not_subscribed(session: Session) -> None:
    anne = make_subscriber(session)
    handle = subscription_of(session, anne).handle
    session.delete(session.get_one(Subscriber, anne.id))
    session.flush()

    assert optout.unsubscribe(session, handle, channel=Channel.PAGE).known is False


def test_it_leaves_other_people_alone(session: Session) -> None:
    bart = subscription_of(session, make_subscriber(session))
    anne = subscription_of(session, make_subscriber(session))

    optout.unsubscribe(session, anne.handle, channel=Channel.PAGE)

    assert bart.state == SubscriptionState.CONFIRMED


def test_two_presses_at_the_same_moment_are_one_change(engine: Engine) -> None:
    with db.writing(engine) as session:
        handle = subscription_of(session, make_subscriber(session)).handle
    barrier, answers = Barrier(4), list[Left]()

    def press() -> None:
        barrier.wait()
        with db.writing(engine) as session:
            answers.append(optout.unsubscribe(session, handle, channel=Channel.PAGE))

    together(press, 4)

    with db.reading(engine) as session:
        assert sorted(left.changed for left in answers) == [False, False, False, True]
        assert len(withdrawals(session)) == 1


def test_undo_restores_the_state_and_the_words_of_before(session: Session) -> None:
    subscription = subscription_of(session, make_subscriber(session))
    optout.unsubscribe(
        session, subscription.handle, channel=Channel.PAGE, language="de"
    )
    (withdrawal,) = withdrawals(session)

    assert optout.undo(session, subscription.handle) is True

    latest = session.exec(select(Consent).order_by(col(Consent.id).desc())).first()
    assert latest is not None
    assert (latest.kind, latest.channel) == (ConsentKind.GRANTED, Channel.PAGE)
    assert latest.words == "Yes, send me the newsletter."
    assert (latest.language, latest.evidence) == ("de", {"undo": withdrawal.id})
    assert subscription.state == SubscriptionState.CONFIRMED
    assert subscription.unsubscribed_at is None


def test_undo_restores_a_pause(session: Session) -> None:
    until = datetime(2030, 1, 1, tzinfo=UTC)
    reader = make_subscriber(
        session, state=SubscriptionState.PAUSED, paused_until=until
    )
    subscription = subscription_of(session, reader)
    optout.unsubscribe(session, subscription.handle, channel=Channel.PAGE)

    assert optout.undo(session, subscription.handle) is True
    assert subscription.state == SubscriptionState.PAUSED
    assert subscription.paused_until == until


def test_undo_works_without_an_earlier_grant_on_record(session: Session) -> None:
    anne = make_subscriber(session)
    for record in session.exec(select(Consent)):
        session.delete(record)
    subscription = subscription_of(session, anne)
    optout.unsubscribe(session, subscription.handle, channel=Channel.PAGE)

    assert optout.undo(session, subscription.handle) is True


@pytest.mark.parametrize(
    ("minutes", "undone"), [(0, True), (30, True), (30.1, False), (60 * 24, False)]
)
def test_undo_works_for_half_an_hour(
    session: Session, minutes: float, undone: bool
) -> None:
    with time_machine.travel(NOON, tick=False):
        subscription = subscription_of(session, make_subscriber(session))
        optout.unsubscribe(session, subscription.handle, channel=Channel.PAGE)

    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        assert optout.undo(session, subscription.handle) is undone

    assert (subscription.state == SubscriptionState.CONFIRMED) is undone


def test_undo_can_be_given_another_span(session: Session) -> None:
    with time_machine.travel(NOON, tick=False):
        subscription = subscription_of(session, make_subscriber(session))
        optout.unsubscribe(session, subscription.handle, channel=Channel.PAGE)

    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        assert optout.undo(session, subscription.handle, within=timedelta(hours=3))


@pytest.mark.parametrize("channel", [Channel.COMPLAINT, Channel.BOUNCE, Channel.STAFF])
def test_undo_is_for_those_who_left_by_themselves(
    session: Session, channel: Channel
) -> None:
    subscription = subscription_of(session, make_subscriber(session))
    optout.unsubscribe(session, subscription.handle, channel=channel)

    assert optout.undo(session, subscription.handle) is False
    assert subscription.state == SubscriptionState.UNSUBSCRIBED


def never_confirmed(session: Session) -> str:
    reader = make_subscriber(session, state=SubscriptionState.UNCONFIRMED)
    handle = subscription_of(session, reader).handle
    optout.unsubscribe(session, handle, channel=Channel.PAGE)
    return handle


def still_there(session: Session) -> str:
    return subscription_of(session, make_subscriber(session)).handle


def left_without_record(session: Session) -> str:
    reader = make_subscriber(session, state=SubscriptionState.UNSUBSCRIBED)
    return subscription_of(session, reader).handle


def unheard_of(_: Session) -> str:
    return new_handle()


@pytest.mark.parametrize(
    "case", [never_confirmed, still_there, left_without_record, unheard_of]
)
def test_undo_refuses_where_there_is_nothing_to_take_back(
    session: Session, case: Callable[[Session], str]
) -> None:
    handle = case(session)
    grants = select(Consent).where(Consent.kind == ConsentKind.GRANTED)
    before = len(session.exec(grants).all())

    assert optout.undo(session, handle) is False
    assert len(session.exec(grants).all()) == before


def test_two_undos_at_the_same_moment_are_one(engine: Engine) -> None:
    with db.writing(engine) as session:
        handle = subscription_of(session, make_subscriber(session)).handle
        optout.unsubscribe(session, handle, channel=Channel.PAGE)
    barrier, answers = Barrier(3), list[bool]()

    def press() -> None:
        barrier.wait()
        with db.writing(engine) as session:
            answers.append(optout.undo(session, handle))

    together(press, 3)

    with db.reading(engine) as session:
        state = session.exec(select(Subscription.state)).one()
    assert sorted(answers) == [False, False, True]
    assert state == SubscriptionState.CONFIRMED


def together(work: Callable[[], None], many: int) -> None:
    threads = [Thread(target=work) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
