import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, deliveries, issues, jobs
from newsletter.config import Settings
from newsletter.models import Delivery, DeliveryState, Issue, IssueState
from subscribers import optout, suppressions
from subscribers.addresses import normalise
from subscribers.clock import utcnow
from subscribers.models import Channel, Subscriber, SuppressionReason
from tests import factories
from tests.factories import KEYS
from tests.relay import Relay, Script


@pytest.fixture
def sending_settings(settings: Settings, relay: Relay) -> Settings:
    return settings.model_copy(update={"smtp_url": relay.url})


@pytest.fixture(autouse=True)
def issue_id(engine: Engine) -> int:
    """A scheduled issue of one item, and twelve readers in four languages."""
    with db.writing(engine) as session:
        languages = ("fr", "nl", "de", "en", "fr-BE", None)
        for index in range(12):
            factories.make_subscriber(
                session,
                email=f"reader{index}@example.org",
                language=languages[index % len(languages)],
            )
        issue = factories.make_issue(
            session,
            items=[factories.make_item(session)],
            state=IssueState.SCHEDULED,
            send_at=utcnow() - timedelta(seconds=5),
        )
        return issue.id or 0


def run(engine: Engine, settings: Settings) -> None:
    """Do what the clock does, once."""
    jobs.recover(engine, settings)
    jobs.start_due_issues(engine, settings, holder="test")
    jobs.send_due(engine, settings, stop=threading.Event())


def report(engine: Engine, issue_id: int) -> deliveries.Report:
    with db.reading(engine) as session:
        return deliveries.status(session, issues.get_issue(session, issue_id))


def row_of(engine: Engine, address: str) -> Delivery:
    with db.reading(engine) as session:
        return session.exec(select(Delivery).where(Delivery.address == address)).one()


def script(relay: Relay, address: str, **answers: Any) -> None:
    relay.scripts[address] = Script(**answers)


def test_every_reader_gets_one_message_in_their_language(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    run(engine, sending_settings)

    languages = {m.recipient: m.message["Content-Language"] for m in relay.messages}
    assert len(relay.messages) == len(languages) == 12
    assert languages["reader1@example.org"] == "nl"
    assert languages["reader4@example.org"] == "fr"  # fr-BE has no edition of its own
    assert languages["reader5@example.org"] == "fr"  # never said, so the list's default
    assert report(engine, issue_id).states["accepted"] == 12
    assert report(engine, issue_id).state is IssueState.SENT


def test_connections_are_reused(
    engine: Engine, sending_settings: Settings, relay: Relay
) -> None:
    run(engine, sending_settings)

    assert relay.connections <= sending_settings.connections


def test_a_refused_reader_is_rejected_and_the_rest_goes_on(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    script(relay, "reader3@example.org", rcpt=["550 5.1.1 no such user"])

    run(engine, sending_settings)

    row = row_of(engine, "reader3@example.org")
    assert (row.state, row.reply_code) == (DeliveryState.REJECTED, 550)
    assert report(engine, issue_id).states["accepted"] == 11
    assert report(engine, issue_id).total == 12


def test_a_deferred_reader_is_tried_again_when_it_is_due(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    script(relay, "reader3@example.org", rcpt=["451 4.7.1 greylisted"])
    run(engine, sending_settings)
    waiting = row_of(engine, "reader3@example.org")
    assert waiting.state is DeliveryState.DEFERRED
    assert waiting.due_at is not None
    assert timedelta(minutes=3.9) < waiting.due_at - waiting.updated_at
    make_due(engine)

    run(engine, sending_settings)

    row = row_of(engine, "reader3@example.org")
    assert (row.state, row.attempt) == (DeliveryState.ACCEPTED, 2)
    assert report(engine, issue_id).state is IssueState.SENT


def test_silence_after_the_dot_is_unknown_and_resent_once_with_the_same_bytes(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    script(relay, "reader3@example.org", dot=["drop", "drop"])
    run(engine, sending_settings)
    first = row_of(engine, "reader3@example.org")
    assert (first.state, first.unknowns) == (DeliveryState.UNKNOWN, 1)
    make_due(engine)

    run(engine, sending_settings)

    second = row_of(engine, "reader3@example.org")
    assert (second.state, second.unknowns) == (DeliveryState.UNKNOWN, 2)
    assert second.due_at is None  # a person decides now
    assert report(engine, issue_id).state is IssueState.SENT
    assert report(engine, issue_id).total == 12


def test_a_connection_dropped_in_data_reconciles(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    script(relay, "reader3@example.org", drop_in_data=[500])
    run(engine, sending_settings)
    assert sum(report(engine, issue_id).states.values()) == 12
    make_due(engine)

    run(engine, sending_settings)

    assert report(engine, issue_id).states["accepted"] == 12
    assert len(relay.received_by("reader3@example.org")) == 1


def test_a_fault_of_ours_pauses_the_issue_and_blames_nobody(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    refusal = "550 5.7.26 unauthenticated mail is not accepted"
    script(relay, "reader0@example.org", dot=[refusal])

    run(engine, sending_settings)

    found = report(engine, issue_id)
    assert found.state is IssueState.PAUSED
    assert "SPF" in found.paused_because
    assert "5.7.26" in found.paused_because
    assert found.states["rejected"] == 0
    assert sum(found.states.values()) == 12


def test_a_resumed_issue_goes_on_where_it_stopped(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    script(relay, "reader0@example.org", dot=["550 5.7.26 unauthenticated"])
    run(engine, sending_settings)
    with db.writing(engine) as session:
        issues.resume(session, issues.get_issue(session, issue_id), now=utcnow())

    run(engine, sending_settings)

    assert sorted(m.recipient for m in relay.messages) == sorted(
        f"reader{index}@example.org" for index in range(12)
    )
    assert report(engine, issue_id).state is IssueState.SENT


def test_a_refused_log_in_pauses_before_anything_is_claimed(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    relay.greeting = "554 5.7.1 no service for you"

    run(engine, sending_settings)

    found = report(engine, issue_id)
    assert found.state is IssueState.PAUSED
    assert found.states["queued"] == 12


def test_a_relay_that_goes_away_and_comes_back_costs_nobody_anything(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    relay.hang_up_after(5, refuse=3)

    run(engine, sending_settings)

    copies = [mail.recipient for mail in relay.messages]
    assert sorted(copies) == sorted(f"reader{index}@example.org" for index in range(12))
    assert report(engine, issue_id).states["accepted"] == 12
    assert report(engine, issue_id).states["unknown"] == 0


def test_who_left_meanwhile_is_skipped(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    jobs.start_due_issues(engine, sending_settings, holder="test")
    with db.writing(engine) as session:
        reader = person(session, "reader2@example.org")
        handle = factories.subscription_of(session, reader).handle
        optout.unsubscribe(session, handle, channel=Channel.PAGE)

    run(engine, sending_settings)

    assert row_of(engine, "reader2@example.org").state is DeliveryState.SKIPPED
    assert relay.received_by("reader2@example.org") == []
    assert report(engine, issue_id).states["accepted"] == 11
    assert report(engine, issue_id).total == 12


@pytest.mark.parametrize("moves_to", ["", "bart@example.org"])
def test_whose_address_was_suppressed_meanwhile_is_skipped(
    engine: Engine,
    sending_settings: Settings,
    relay: Relay,
    issue_id: int,
    moves_to: str,
) -> None:
    jobs.start_due_issues(engine, sending_settings, holder="test")
    address = moves_to or "reader2@example.org"
    with db.writing(engine) as session:
        if moves_to:
            move(session, "reader2@example.org", to=moves_to)
        reason = SuppressionReason.COMPLAINT
        suppressions.suppress(session, KEYS, normalise(address), reason=reason)

    run(engine, sending_settings)

    assert relay.received_by(address) == relay.received_by("reader2@example.org") == []
    assert report(engine, issue_id).states["skipped"] == 1
    assert report(engine, issue_id).states["accepted"] == 11


def test_an_address_that_cannot_be_written_rejects_that_reader_alone(
    engine: Engine, sending_settings: Settings, issue_id: int
) -> None:
    with db.writing(engine) as session:
        move(session, "reader2@example.org", to="zoë@example.org")

    run(engine, sending_settings)

    assert row_of(engine, "zoë@example.org").state is DeliveryState.REJECTED
    assert report(engine, issue_id).states["accepted"] == 11


def test_a_changed_address_is_followed_before_the_first_attempt(
    engine: Engine,
    sending_settings: Settings,
    relay: Relay,
) -> None:
    jobs.start_due_issues(engine, sending_settings, holder="test")
    with db.writing(engine) as session:
        move(session, "reader2@example.org", to="bart@example.org")

    run(engine, sending_settings)

    assert len(relay.received_by("bart@example.org")) == 1
    assert relay.received_by("reader2@example.org") == []


def test_a_changed_address_is_skipped_after_an_attempt(
    engine: Engine, sending_settings: Settings, relay: Relay
) -> None:
    script(relay, "reader2@example.org", rcpt=["451 later"])
    run(engine, sending_settings)
    make_due(engine)
    with db.writing(engine) as session:
        move(session, "reader2@example.org", to="bart@example.org")

    run(engine, sending_settings)

    assert row_of(engine, "reader2@example.org").state is DeliveryState.SKIPPED
    assert relay.received_by("bart@example.org") == []


def test_a_stopped_sender_returns_what_it_had_not_begun(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    relay.delay = 0.3
    stop = threading.Event()
    jobs.start_due_issues(engine, sending_settings, holder="test")
    threading.Timer(0.2, stop.set).start()

    jobs.send_due(engine, sending_settings, stop=stop)

    found = report(engine, issue_id)
    assert found.states["sending"] == 0
    assert found.states["accepted"] == len(relay.messages)
    assert found.states["queued"] == 12 - len(relay.messages) > 0


def test_the_same_reader_gets_the_same_bytes_again(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    run(engine, sending_settings)
    first = relay.received_by("reader1@example.org")[0].raw
    with db.writing(engine) as session:
        row = session.exec(
            select(Delivery).where(Delivery.address == "reader1@example.org")
        ).one()
        row.state, row.due_at = DeliveryState.UNKNOWN, utcnow()
        session.get_one(Issue, issue_id).state = IssueState.SENDING

    run(engine, sending_settings)

    again = relay.received_by("reader1@example.org")
    assert [mail.raw for mail in again] == [first, first]


def make_due(engine: Engine) -> None:
    """Let the time pass that deferred and unknown rows wait for."""
    with db.writing(engine) as session:
        for row in session.exec(select(Delivery)):
            if row.due_at is not None:
                row.due_at = utcnow() - timedelta(seconds=1)


def person(session: Session, email: str) -> Subscriber:
    return session.exec(select(Subscriber).where(Subscriber.email == email)).one()


def move(session: Session, email: str, *, to: str) -> None:
    reader = person(session, email)
    reader.email = reader.email_key = to
    reader.email_hash = factories.KEYS.fingerprint(to)
