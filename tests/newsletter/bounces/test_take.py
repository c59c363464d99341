"""A report does what its token and its cause allow, once."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from sqlmodel import Session, select

from newsletter import bounces, db, i18n
from newsletter.bounces import Effect, Event
from newsletter.bounces.report import Kind
from newsletter.models import Bounce, Delivery, DeliveryState, IssueState
from newsletter.smtp.failures import Failure
from subscribers import addresses, suppressions
from subscribers.clock import utcnow
from subscribers.models import (
    Subscriber,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.tokens import Purpose
from tests import factories
from tests.newsletter.bounces.sent import mailbox_of, sent_to

KEYS = factories.KEYS


def a_reader(session: Session) -> Subscriber:
    return factories.make_subscriber(session)


def report(session: Session, delivery: Delivery, **values: Any) -> Event:
    mailbox = mailbox_of(session, delivery)
    event = Event(
        Kind.BOUNCE,
        source="mail",
        key=mailbox,
        places=[mailbox],
        received_at=utcnow(),
        failure=Failure.HARD,
        status="5.1.1",
        diagnostic="550 5.1.1 no such user",
        evidence="the whole report",
    )
    return replace(event, **values)


def take(session: Session, event: Event) -> Effect:
    return bounces.take(session, KEYS, event, now=utcnow())


def reason(session: Session, address: str) -> SuppressionReason | None:
    return suppressions.reason(session, KEYS, addresses.normalise(address))


def test_an_address_that_does_not_exist_gets_no_more_mail(session: Session) -> None:
    reader = a_reader(session)
    delivery = sent_to(session, reader)

    effect = take(session, report(session, delivery))

    assert effect is Effect.SUPPRESSED
    assert reason(session, reader.email) is SuppressionReason.HARD_BOUNCE
    kept = session.exec(select(Bounce)).one()
    assert (kept.effect, kept.issue_id) == ("suppressed", delivery.issue_id)
    assert kept.evidence == "the whole report"
    assert kept.domain == "example.org"


def test_the_same_report_counts_once_however_often_it_comes(session: Session) -> None:
    delivery = sent_to(session, a_reader(session))
    event = report(session, delivery, failure=Failure.SOFT)

    first, again = take(session, event), take(session, event)

    assert (first, again) == (Effect.COUNTED, Effect.KNOWN)
    assert len(session.exec(select(Bounce)).all()) == 1


@pytest.mark.parametrize(
    "mailbox",
    [
        "b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bounce.example.org",
        "bounces@bounce.example.org",
        "",
    ],
)
def test_without_a_genuine_token_nobody_is_touched(
    session: Session, mailbox: str
) -> None:
    reader = a_reader(session)
    event = report(session, sent_to(session, reader), places=[mailbox])

    effect = take(session, replace(event, evidence=f"<{reader.email}> is unknown"))

    assert effect is Effect.NOBODY
    assert reason(session, reader.email) is None
    assert session.exec(select(Bounce)).one().subscriber_id is None


def test_a_token_for_another_page_is_no_return_path(session: Session) -> None:
    reader = a_reader(session)
    delivery = sent_to(session, reader)
    token = KEYS.sign(Purpose.UNSUBSCRIBE, delivery.handle)

    event = report(session, delivery, places=[f"b+{token}@bounce.example.org"])

    assert take(session, event) is Effect.NOBODY


def test_a_report_about_an_old_letter_changes_nothing(session: Session) -> None:
    reader = a_reader(session)
    delivery = sent_to(session, reader, days_ago=61)

    assert take(session, report(session, delivery)) is Effect.TOO_OLD
    assert reason(session, reader.email) is None


def test_a_full_mailbox_is_forgiven_until_it_has_been_full_for_a_month(
    session: Session,
) -> None:
    reader = a_reader(session)
    effects = []
    for days_ago in (30, 21, 14, 7, 0):
        delivery = sent_to(session, reader, days_ago=days_ago)
        at = utcnow() - timedelta(days=days_ago)
        soft = report(session, delivery, failure=Failure.SOFT, received_at=at)
        effects.append(take(session, soft))

    assert effects == [*[Effect.COUNTED] * 4, Effect.SUPPRESSED]


def test_a_letter_that_arrives_makes_up_for_those_before_it(session: Session) -> None:
    reader = a_reader(session)
    for days_ago in (35, 28, 21, 14):
        at = utcnow() - timedelta(days=days_ago)
        delivery = sent_to(session, reader, days_ago=days_ago)
        soft = report(session, delivery, failure=Failure.SOFT, received_at=at)
        take(session, soft)
    sent_to(session, reader, days_ago=7)

    last = report(session, sent_to(session, reader), failure=Failure.SOFT)

    assert take(session, last) is Effect.COUNTED


def test_another_list_is_another_matter(session: Session) -> None:
    reader = a_reader(session)
    other = factories.make_list(session)
    factories._subscribe(  # no other way to a second subscription
        session, reader, other, state=SubscriptionState.CONFIRMED, until=None
    )
    issue = factories.make_issue(session, list=other, state=IssueState.SENDING)
    at = utcnow() - timedelta(days=9)
    there = factories.make_delivery(
        session,
        issue=issue,
        subscriber=reader,
        state=DeliveryState.ACCEPTED,
        dated_at=at,
    )
    take(session, report(session, there, failure=Failure.DISABLED, received_at=at))

    here = report(session, sent_to(session, reader), failure=Failure.DISABLED)

    assert take(session, here) is Effect.COUNTED


@pytest.mark.parametrize("failure", [Failure.POLICY, Failure.SENDER])
def test_what_is_our_fault_suppresses_nobody(
    session: Session, failure: Failure
) -> None:
    reader = a_reader(session)

    event = report(session, sent_to(session, reader), failure=failure)

    assert take(session, event) is Effect.NOTHING
    assert reason(session, reader.email) is None


def test_a_complaint_ends_everything(session: Session) -> None:
    reader = a_reader(session)
    delivery = sent_to(session, reader)

    effect = take(session, report(session, delivery, kind=Kind.COMPLAINT, failure=None))

    assert effect is Effect.SUPPRESSED
    assert reason(session, reader.email) is SuppressionReason.COMPLAINT
    left = factories.subscription_of(session, reader)
    assert left.state is SubscriptionState.UNSUBSCRIBED


def test_the_address_the_letter_went_to_is_meant_not_the_one_of_today(
    session: Session,
) -> None:
    reader = a_reader(session)
    delivery = sent_to(session, reader, address="old@example.org")

    take(session, report(session, delivery))

    assert reason(session, "old@example.org") is SuppressionReason.HARD_BOUNCE
    assert reason(session, reader.email) is None


def test_twenty_identical_refusals_for_trust_pause_the_issue(session: Session) -> None:
    issue = factories.make_issue(session, state=IssueState.SENDING)
    for number in range(20):
        delivery = factories.make_delivery(
            session, issue=issue, state=DeliveryState.ACCEPTED, dated_at=utcnow()
        )
        refused = "550 5.7.26 This mail has been blocked because it is unauthenticated"
        event = report(
            session,
            delivery,
            failure=Failure.SENDER,
            status="5.7.26",
            diagnostic=f"{refused}. id {number}",
        )
        take(session, event)
        assert issue.state is (
            IssueState.PAUSED if number == 19 else IssueState.SENDING
        )

    english = i18n.retold(issue.paused_because, "en")
    assert english.startswith("20 letters came back with the same refusal")
    dutch = i18n.retold(issue.paused_because, "nl")
    assert dutch.startswith("20 brieven kwamen terug met dezelfde weigering")
    assert issue.paused_by == "not trusted"


def test_complaints_of_three_in_a_thousand_pause_the_issue(session: Session) -> None:
    issue = factories.make_issue(session, state=IssueState.SENDING)
    accepted: dict[str, Any] = {"state": DeliveryState.ACCEPTED, "dated_at": utcnow()}
    deliveries = [
        factories.make_delivery(session, issue=issue, **accepted) for _ in range(3)
    ]
    # The others as erased people leave them, which is quicker to make.
    erased = deliveries[0].model_dump(exclude={"id", "subscriber_id"})
    others = [erased | {"handle": f"{number:016}"} for number in range(997)]
    session.execute(insert(Delivery), others)

    for delivery in deliveries[:2]:
        take(session, report(session, delivery, kind=Kind.COMPLAINT, failure=None))
    assert issue.state is IssueState.SENDING
    third = report(session, deliveries[2], kind=Kind.COMPLAINT, failure=None)
    take(session, third)

    assert issue.paused_by == "complaints"


def test_two_pollers_with_one_report_count_it_once(engine: Engine) -> None:
    with db.writing(engine) as session:
        event = report(
            session, sent_to(session, a_reader(session)), failure=Failure.SOFT
        )
    effects: list[Effect] = []
    together = threading.Barrier(2)

    def poll() -> None:
        together.wait()
        with db.writing(engine) as session:
            effects.append(take(session, event))

    pollers = [threading.Thread(target=poll) for _ in range(2)]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join()

    assert sorted(effects) == [Effect.COUNTED, Effect.KNOWN]
    with db.reading(engine) as session:
        assert len(session.exec(select(Bounce)).all()) == 1
