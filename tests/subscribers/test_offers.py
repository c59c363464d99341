"""The lists on a reader's own page: which stand there, and joining one."""

from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session, col, select

from newsletter import db
from subscribers import offers, optout, suppressions, wordings
from subscribers.addresses import normalise
from subscribers.columns import table_of
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
    SuppressionReason,
    Wording,
)
from subscribers.offers import Agreed, Joined
from subscribers.tokens import KeyRing, new_handle
from tests.factories import make_list, make_subscriber, subscription_of, the_list
from tests.subscribers.test_optout import together
from tests.subscribers.test_unsubscribe_everywhere import add_to

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONFIRMED, LEFT = SubscriptionState.CONFIRMED, SubscriptionState.UNSUBSCRIBED
YES = Agreed("Yes, I want the river letter.", "nl", form="/p")


@pytest.fixture
def anne(session: Session) -> Subscriber:
    """A reader of the first list."""
    return make_subscriber(session, email="Anne@example.org")


def handle_of(session: Session, reader: Subscriber) -> str:
    return subscription_of(session, reader).handle


def slugs(session: Session, reader: Subscriber) -> list[str]:
    shown = offers.listing(session, handle_of(session, reader))
    return [each.mailing_list.slug for each in shown]


def join(
    session: Session, keys: KeyRing, reader: Subscriber, river: MailingList
) -> Joined | None:
    return offers.join(session, keys, handle_of(session, reader), river, YES)


def grants(session: Session, mailing_list: MailingList) -> list[Consent]:
    query = select(Consent).where(
        Consent.list_id == mailing_list.id, Consent.kind == ConsentKind.GRANTED
    )
    return list(session.exec(query.order_by(col(Consent.id))))


def asked(session: Session) -> list[Request]:
    return list(session.exec(select(Request)))


def test_public_lists_stand_there_and_private_ones_of_the_reader(
    session: Session, anne: Subscriber
) -> None:
    public, _hidden = make_list(session), make_list(session, public=False)
    add_to(session, anne, slug="board", public=False)

    shown = slugs(session, anne)

    assert shown == [the_list(session).slug, public.slug, "board"]


def test_a_private_list_goes_half_an_hour_after_its_reader(
    session: Session, anne: Subscriber
) -> None:
    private = add_to(session, anne, slug="board", public=False)
    with time_machine.travel(NOON, tick=False):
        optout.unsubscribe(session, private.handle, channel=Channel.PAGE)
        just_left = slugs(session, anne)

    with time_machine.travel(NOON + timedelta(minutes=31), tick=False):
        later = slugs(session, anne)

    assert "board" in just_left
    assert "board" not in later


def test_the_list_of_the_link_stands_there_in_any_case(
    session: Session,
) -> None:
    private = make_list(session, slug="board", public=False)
    reader = make_subscriber(session, list=private, state=LEFT)
    handle = subscription_of(session, reader, private).handle

    shown = [each.mailing_list.slug for each in offers.listing(session, handle)]

    assert "board" in shown


def test_a_pause_is_told_until_it_is_over(session: Session, anne: Subscriber) -> None:
    subscription = subscription_of(session, anne)
    subscription.state, subscription.paused_until = SubscriptionState.PAUSED, NOON
    session.flush()

    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        (during,) = offers.listing(session, subscription.handle)
    with time_machine.travel(NOON, tick=False):
        (after,) = offers.listing(session, subscription.handle)

    assert (during.paused_until, during.is_mailed) == (NOON, True)
    assert (after.paused_until, after.state) == (None, CONFIRMED)


def test_nothing_stands_there_for_an_unknown_handle(session: Session) -> None:
    assert offers.listing(session, new_handle()) == []


def test_a_new_list_is_joined_at_once_with_a_full_record(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    river = make_list(session)

    with time_machine.travel(NOON, tick=False):
        joined = join(session, keys, anne, river)

    made = subscription_of(session, anne, river)
    (record,) = grants(session, river)
    assert joined is Joined.AT_ONCE
    assert (made.state, made.confirmed_at) == (CONFIRMED, NOON)
    assert (record.channel, record.form) == (Channel.PAGE, "/p")
    assert (record.language, record.version) == ("nl", 1)
    assert (record.words, record.words_hash) == (
        YES.words,
        wordings.digest(YES.words),
    )
    assert record.asked_at == record.at == NOON
    assert asked(session) == []


def test_joining_twice_is_joining_once(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    river = make_list(session)
    join(session, keys, anne, river)

    assert join(session, keys, anne, river) is Joined.ALREADY
    assert len(grants(session, river)) == 1


def test_two_presses_at_once_make_one_subscription_and_one_record(
    engine: Engine, keys: KeyRing
) -> None:
    with db.writing(engine) as session:
        handle = handle_of(session, make_subscriber(session))
        slug = make_list(session).slug
    barrier = Barrier(2)

    def press() -> None:
        barrier.wait()
        with db.writing(engine) as session:
            river = session.exec(select(MailingList).where(MailingList.slug == slug))
            offers.join(session, keys, handle, river.one(), YES)

    together(press, 2)

    with db.reading(engine) as session:
        river = session.exec(select(MailingList).where(MailingList.slug == slug)).one()
        assert len(grants(session, river)) == 1


def test_an_import_that_was_quicker_is_no_error(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    river = make_list(session)
    row = {
        "subscriber_id": anne.id,
        "list_id": river.id,
        "handle": new_handle(),
        "state": CONFIRMED,
        "created_at": NOON,
    }

    connection = session.connection()

    @event.listens_for(connection, "after_cursor_execute")
    def _import(_: Connection, _cursor: object, statement: str, *_more: object) -> None:
        # The words were written down: after the look, before the insert.
        if statement.startswith("INSERT INTO wording"):
            connection.execute(table_of(Subscription).insert().values(row))

    assert join(session, keys, anne, river) is Joined.ALREADY
    assert grants(session, river) == []


def test_a_list_left_a_moment_ago_comes_back_alone(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    other = add_to(session, anne)
    optout.unsubscribe_everywhere(
        session, handle_of(session, anne), channel=Channel.PAGE
    )

    joined = join(session, keys, anne, the_list(session))

    assert joined is Joined.BACK
    assert subscription_of(session, anne).state == CONFIRMED
    assert other.state == LEFT


def test_a_list_left_earlier_takes_a_mail(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    river = add_to(session, anne)
    with time_machine.travel(NOON, tick=False):
        optout.unsubscribe(session, river.handle, channel=Channel.PAGE)

    joined = join(session, keys, anne, session.get_one(MailingList, river.list_id))

    (request,) = asked(session)
    wording = session.exec(select(Wording)).one()
    assert joined is Joined.ASKED
    assert river.state == LEFT
    assert (request.kind, request.email) == (RequestKind.JOIN, "Anne@example.org")
    assert (request.subscriber_id, request.list_ids) == (anne.id, [river.list_id])
    assert (request.language, request.form) == ("nl", "/p")
    assert request.wording_ids == [wording.id]
    assert wording.words == YES.words


def test_who_complained_is_asked_as_well(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    subscription = subscription_of(session, anne)
    optout.unsubscribe(session, subscription.handle, channel=Channel.COMPLAINT)

    assert join(session, keys, anne, the_list(session)) is Joined.ASKED
    assert subscription.state == LEFT


@pytest.mark.parametrize("state", ["unconfirmed", "unsubscribed"])
def test_who_gets_nothing_joins_nothing_at_once(
    session: Session, keys: KeyRing, state: str
) -> None:
    reader = make_subscriber(session, state=SubscriptionState(state))
    river = make_list(session)

    assert join(session, keys, reader, river) is Joined.ASKED
    assert grants(session, river) == []


def test_a_suppressed_address_joins_nothing_at_once(
    session: Session, keys: KeyRing, anne: Subscriber
) -> None:
    address = normalise(anne.email)
    suppressions.suppress(session, keys, address, reason=SuppressionReason.HARD_BOUNCE)

    assert join(session, keys, anne, make_list(session)) is Joined.ASKED


def test_nobody_joins_with_an_unknown_handle(session: Session, keys: KeyRing) -> None:
    assert offers.join(session, keys, new_handle(), the_list(session), YES) is None
