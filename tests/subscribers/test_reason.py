"""Why somebody left, if they care to say."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from subscribers import optout
from subscribers.models import Channel, Consent, ConsentKind, Subscription
from subscribers.tokens import new_handle
from tests.factories import make_subscriber, subscription_of

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def gone(session: Session) -> Subscription:
    """The subscription of somebody who has just left."""
    subscription = subscription_of(session, make_subscriber(session))
    optout.unsubscribe(session, subscription.handle, channel=Channel.PAGE)
    return subscription


def kept(session: Session) -> object:
    query = (
        select(Consent)
        .where(Consent.kind == ConsentKind.WITHDRAWN)
        .order_by(col(Consent.id))
    )
    session.expire_all()
    return session.exec(query).one().evidence.get("reason")


def test_it_is_kept_with_the_record_of_the_end(
    session: Session, gone: Subscription
) -> None:
    told = optout.give_reason(session, gone.handle, "  Too many\r\nletters. ")

    assert told is True
    assert kept(session) == "Too many\nletters."


def test_the_last_word_stays(session: Session, gone: Subscription) -> None:
    optout.give_reason(session, gone.handle, "Too many.")

    optout.give_reason(session, gone.handle, "Too long.")

    assert kept(session) == "Too long."


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("x" * 501, "x" * 500),
        ("a\x00b\x1b[31m\u2028c", "ab[31mc"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("é😀", "é😀"),
    ],
)
def test_what_nobody_can_read_is_cut(
    session: Session, gone: Subscription, text: str, rest: str
) -> None:
    optout.give_reason(session, gone.handle, text)

    assert kept(session) == rest


@pytest.mark.parametrize("text", ["", "  \r\n ", "\x00"])
def test_an_empty_one_is_none(session: Session, gone: Subscription, text: str) -> None:
    assert optout.give_reason(session, gone.handle, text) is False
    assert kept(session) is None


def test_it_is_not_asked_for_before_the_end(session: Session) -> None:
    stays = subscription_of(session, make_subscriber(session))

    assert optout.give_reason(session, stays.handle, "Why not?") is False


def test_a_link_of_long_ago_changes_no_record(session: Session) -> None:
    gone = subscription_of(session, make_subscriber(session))
    with time_machine.travel(NOON, tick=False):
        optout.unsubscribe(session, gone.handle, channel=Channel.PAGE)

    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        told = optout.give_reason(session, gone.handle, "Too late.")

    assert told is False
    assert kept(session) is None


def test_a_complaint_is_no_place_for_a_reason(session: Session) -> None:
    gone = subscription_of(session, make_subscriber(session))
    optout.unsubscribe(session, gone.handle, channel=Channel.COMPLAINT)

    assert optout.give_reason(session, gone.handle, "Spam!") is False


def test_nobody_gives_one_for_an_unknown_handle(session: Session) -> None:
    assert optout.give_reason(session, new_handle(), "Why?") is False
