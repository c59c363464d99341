"""Letters that stop for some months and come again by themselves."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlmodel import Session

from subscribers import optout, pausing, preferences, segments
from subscribers.clock import utcnow
from subscribers.models import Channel, SubscriptionState
from subscribers.tokens import new_handle
from tests.factories import make_list, make_subscriber, subscription_of, the_list


@pytest.mark.parametrize(
    ("now", "months", "until"),
    [
        # Brussels is an hour ahead of UTC in winter, two in summer.
        (
            datetime(2026, 1, 15, 12, tzinfo=UTC),
            1,
            datetime(2026, 2, 14, 23, tzinfo=UTC),
        ),
        (
            datetime(2026, 1, 31, 12, tzinfo=UTC),
            1,
            datetime(2026, 2, 27, 23, tzinfo=UTC),
        ),
        (
            datetime(2024, 1, 31, 12, tzinfo=UTC),
            1,
            datetime(2024, 2, 28, 23, tzinfo=UTC),
        ),
        (
            datetime(2026, 12, 31, 22, tzinfo=UTC),
            3,
            datetime(2027, 3, 30, 22, tzinfo=UTC),
        ),
        # It is the first already, where the list is at home.
        (
            datetime(2026, 12, 31, 23, tzinfo=UTC),
            3,
            datetime(2027, 3, 31, 22, tzinfo=UTC),
        ),
        (
            datetime(2026, 8, 31, 12, tzinfo=UTC),
            6,
            datetime(2027, 2, 27, 23, tzinfo=UTC),
        ),
    ],
)
def test_it_ends_as_the_same_day_of_a_later_month_begins(
    session: Session, now: datetime, months: int, until: datetime
) -> None:
    subscription = subscription_of(session, make_subscriber(session))

    with time_machine.travel(now, tick=False):
        told = pausing.pause(session, subscription.handle, months=months)

    assert told == until
    assert subscription.state == SubscriptionState.PAUSED
    assert subscription.paused_until == told


def test_days_are_those_of_the_list(session: Session) -> None:
    far = make_list(session, timezone="Pacific/Auckland")
    reader = make_subscriber(session, list=far)
    handle = subscription_of(session, reader, far).handle

    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=UTC), tick=False):
        until = pausing.pause(session, handle, months=1)

    assert until == datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_nothing_is_sent_until_it_is_over(session: Session) -> None:
    reader = make_subscriber(session)
    list_id = the_list(session).id or 0
    handle = subscription_of(session, reader).handle

    until = pausing.pause(session, handle, months=1)

    assert until is not None
    assert segments.count(session, list_id, now=utcnow()) == {}
    assert segments.count(session, list_id, now=until) == {"fr": 1}


def test_a_pause_that_is_over_is_none(session: Session) -> None:
    handle = subscription_of(session, make_subscriber(session)).handle
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
        pausing.pause(session, handle, months=1)

    with time_machine.travel(datetime(2026, 2, 1, tzinfo=UTC), tick=False):
        found = preferences.find(session, handle)

    assert found is not None
    assert (found.state, found.paused_until) == (SubscriptionState.CONFIRMED, None)


def test_the_second_choice_replaces_the_first(session: Session) -> None:
    handle = subscription_of(session, make_subscriber(session)).handle
    longer = pausing.pause(session, handle, months=6)

    shorter = pausing.pause(session, handle, months=1)

    assert longer is not None
    assert shorter is not None
    assert shorter < longer


def test_letters_come_again_at_once_when_asked(session: Session) -> None:
    subscription = subscription_of(session, make_subscriber(session))
    pausing.pause(session, subscription.handle, months=6)

    assert pausing.resume(session, subscription.handle) is True
    assert subscription.state == SubscriptionState.CONFIRMED
    assert subscription.paused_until is None
    assert pausing.resume(session, subscription.handle) is False


@pytest.mark.parametrize("state", ["unconfirmed", "unsubscribed"])
def test_who_gets_nothing_cannot_pause(session: Session, state: str) -> None:
    wanted = SubscriptionState(state)
    subscription = subscription_of(session, make_subscriber(session, state=wanted))

    assert pausing.pause(session, subscription.handle, months=1) is None
    assert pausing.resume(session, subscription.handle) is False
    assert subscription.state == wanted


def test_leaving_during_a_pause_and_coming_back_keeps_the_pause(
    session: Session,
) -> None:
    subscription = subscription_of(session, make_subscriber(session))
    until = pausing.pause(session, subscription.handle, months=1)
    optout.unsubscribe(session, subscription.handle, channel=Channel.PAGE)

    optout.undo(session, subscription.handle)

    assert subscription.state == SubscriptionState.PAUSED
    assert subscription.paused_until == until


def test_nobody_pauses_with_an_unknown_handle(session: Session) -> None:
    assert pausing.pause(session, new_handle(), months=1) is None
    assert pausing.resume(session, new_handle()) is False
