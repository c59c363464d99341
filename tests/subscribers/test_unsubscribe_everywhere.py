"""One press that leaves every list, and one that takes it back."""

from datetime import UTC, datetime, timedelta
from threading import Barrier

import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db
from subscribers import optout
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.optout import Left
from subscribers.tokens import new_handle
from tests.factories import make_list, make_subscriber, subscription_of
from tests.subscribers.test_optout import together

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONFIRMED, PAUSED, LEFT = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.PAUSED,
    SubscriptionState.UNSUBSCRIBED,
)


def add_to(
    session: Session,
    reader: Subscriber,
    state: SubscriptionState = CONFIRMED,
    **of_list: object,
) -> Subscription:
    """Put a reader on one more list."""
    mailing_list: MailingList = make_list(session, **of_list)
    made = Subscription(
        subscriber_id=reader.id or 0, list_id=mailing_list.id or 0, state=state
    )
    session.add(made)
    session.flush()
    return made


def withdrawals(session: Session) -> list[Consent]:
    query = select(Consent).where(Consent.kind == ConsentKind.WITHDRAWN)
    return list(session.exec(query.order_by(col(Consent.id))))


def everywhere(session: Session, subscription: Subscription) -> Left:
    return optout.unsubscribe_everywhere(
        session, subscription.handle, channel=Channel.PAGE, language="de"
    )


def test_it_ends_every_list_with_a_record_of_each(session: Session) -> None:
    anne = make_subscriber(session)
    own, other = subscription_of(session, anne), add_to(session, anne, PAUSED)

    left = everywhere(session, own)

    assert (left.known, left.changed, left.list_id) == (True, True, own.list_id)
    assert (own.state, other.state) == (LEFT, LEFT)
    assert [(each.list_id, each.evidence["was"]) for each in withdrawals(session)] == [
        (own.list_id, "confirmed"),
        (other.list_id, "paused"),
    ]


def test_private_lists_end_too(session: Session) -> None:
    anne = make_subscriber(session)
    private = add_to(session, anne, public=False)

    everywhere(session, subscription_of(session, anne))

    assert private.state == LEFT


def test_other_people_stay(session: Session) -> None:
    bart = subscription_of(session, make_subscriber(session))

    everywhere(session, subscription_of(session, make_subscriber(session)))

    assert bart.state == CONFIRMED


def test_the_second_time_changes_nothing(session: Session) -> None:
    anne = make_subscriber(session)
    own = subscription_of(session, anne)
    add_to(session, anne)
    everywhere(session, own)

    assert everywhere(session, own).changed is False
    assert len(withdrawals(session)) == 2


def test_an_unknown_handle_gets_nothing_anyway(session: Session) -> None:
    left = optout.unsubscribe_everywhere(session, new_handle(), channel=Channel.PAGE)

    assert left == Left(known=False, changed=False)


def test_undo_brings_back_what_that_press_ended(session: Session) -> None:
    anne = make_subscriber(session)
    own, other = subscription_of(session, anne), add_to(session, anne, PAUSED)
    everywhere(session, own)

    assert optout.can_undo(session, own.handle) is True
    assert optout.undo(session, own.handle) is True
    assert (own.state, other.state) == (CONFIRMED, PAUSED)


def test_undo_leaves_alone_what_was_left_before(session: Session) -> None:
    anne = make_subscriber(session)
    own, other = subscription_of(session, anne), add_to(session, anne)
    optout.unsubscribe(session, other.handle, channel=Channel.PAGE)
    everywhere(session, own)

    optout.undo(session, own.handle)

    assert (own.state, other.state) == (CONFIRMED, LEFT)


def test_undo_brings_the_others_back_to_who_left_this_one_long_ago(
    session: Session,
) -> None:
    anne = make_subscriber(session)
    own, other = subscription_of(session, anne), add_to(session, anne)
    with time_machine.travel(NOON, tick=False):
        optout.unsubscribe(session, own.handle, channel=Channel.PAGE)
    with time_machine.travel(NOON + timedelta(days=9), tick=False):
        everywhere(session, own)

        undone = optout.undo(session, own.handle)

    assert undone is True
    assert (own.state, other.state) == (LEFT, CONFIRMED)


def test_undo_through_another_link_brings_back_that_list_alone(
    session: Session,
) -> None:
    anne = make_subscriber(session)
    own, other = subscription_of(session, anne), add_to(session, anne)
    everywhere(session, own)

    optout.undo(session, other.handle)

    assert (own.state, other.state) == (LEFT, CONFIRMED)


def test_one_list_can_be_taken_back_alone(session: Session) -> None:
    anne = make_subscriber(session)
    own, other = subscription_of(session, anne), add_to(session, anne)
    everywhere(session, own)

    assert optout.can_undo_one(session, own.handle) is True
    assert optout.undo_one(session, own.handle) is True
    assert (own.state, other.state) == (CONFIRMED, LEFT)
    assert optout.undo_one(session, own.handle) is False


def test_nobody_takes_anything_back_with_an_unknown_handle(session: Session) -> None:
    assert optout.undo_one(session, new_handle()) is False
    assert optout.can_undo_one(session, new_handle()) is False
    assert optout.can_undo(session, new_handle()) is False


def test_after_half_an_hour_nothing_comes_back(session: Session) -> None:
    anne = make_subscriber(session)
    own, other = subscription_of(session, anne), add_to(session, anne)
    with time_machine.travel(NOON, tick=False):
        everywhere(session, own)

    with time_machine.travel(NOON + timedelta(minutes=31), tick=False):
        undone = optout.undo(session, own.handle)

    assert undone is False
    assert (own.state, other.state) == (LEFT, LEFT)


def test_presses_on_every_link_at_once_end_each_list_once(engine: Engine) -> None:
    with db.writing(engine) as session:
        anne = make_subscriber(session)
        handles = [subscription_of(session, anne).handle]
        handles += [add_to(session, anne).handle for _ in range(3)]
    barrier, links = Barrier(4), iter(handles)

    def press() -> None:
        handle = next(links)
        barrier.wait()
        with db.writing(engine) as session:
            optout.unsubscribe_everywhere(session, handle, channel=Channel.PAGE)

    together(press, 4)

    with db.reading(engine) as session:
        assert len(withdrawals(session)) == 4
