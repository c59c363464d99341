"""Somebody is erased while their letter is on the wire."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, deliveries, issues, jobs, rights
from newsletter.config import Settings
from newsletter.models import Delivery, DeliveryState, IssueState
from subscribers import people
from subscribers.clock import utcnow
from tests.factories import KEYS, make_issue, make_item, make_subscriber
from tests.relay import Relay, Script

ANNE, BART = "anne@example.org", "bart@example.org"


@pytest.fixture
def sending_settings(settings: Settings, relay: Relay) -> Settings:
    return settings.model_copy(update={"smtp_url": relay.url})


@pytest.fixture
def issue_id(engine: Engine) -> int:
    """A scheduled issue, to Anne and Bart."""
    with db.writing(engine) as session:
        for email in (ANNE, BART):
            make_subscriber(session, email=email, name=email.partition("@")[0])
        issue = make_issue(
            session,
            items=[make_item(session)],
            state=IssueState.SCHEDULED,
            send_at=utcnow() - timedelta(seconds=5),
        )
        return issue.id or 0


def erase_in_flight(engine: Engine, settings: Settings, relay: Relay) -> None:
    """Send, and erase Anne once the relay has her letter and keeps its answer back."""
    relay.delay = 1.0
    jobs.start_due_issues(engine, settings, holder="test")
    stop = threading.Event()
    sender = threading.Thread(
        target=jobs.send_due, args=(engine, settings), kwargs={"stop": stop}
    )
    sender.start()
    deadline = time.monotonic() + 20
    while not relay.attempts[ANNE] and time.monotonic() < deadline:
        time.sleep(0.01)
    with db.writing(engine) as session:
        rights.erase(session, KEYS, people.get(session, ANNE))
    assert sender.is_alive()
    sender.join(30)


def outcome(engine: Engine, issue_id: int) -> tuple[Delivery, deliveries.Report]:
    with db.reading(engine) as session:
        row = session.exec(select(Delivery).where(Delivery.address != BART)).one()
        return row, deliveries.status(session, issues.get_issue(session, issue_id))


def is_empty(row: Delivery) -> bool:
    return {row.subscriber_id, row.address, row.name, row.handle, row.reply} == {
        None,
        "",
    }


def test_the_letter_arrives_and_its_row_is_emptied(
    engine: Engine, sending_settings: Settings, relay: Relay, issue_id: int
) -> None:
    erase_in_flight(engine, sending_settings, relay)

    row, report = outcome(engine, issue_id)
    assert len(relay.received_by(ANNE)) == 1
    assert is_empty(row)
    assert row.state is DeliveryState.ACCEPTED
    assert (report.state, report.total) == (IssueState.SENT, 2)
    assert report.states["accepted"] == 2


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (f"451 4.2.1 <{ANNE}> later", DeliveryState.SKIPPED),
        ("drop", DeliveryState.UNKNOWN),
        (f"550 5.1.1 <{ANNE}> who?", DeliveryState.REJECTED),
    ],
)
def test_whatever_the_relay_says_nothing_is_sent_again(
    engine: Engine,
    sending_settings: Settings,
    relay: Relay,
    issue_id: int,
    answer: str,
    state: DeliveryState,
) -> None:
    relay.scripts[ANNE] = Script(dot=[answer])
    erase_in_flight(engine, sending_settings, relay)
    attempts = relay.attempts[ANNE]

    jobs.send_due(engine, sending_settings, stop=threading.Event())

    row, report = outcome(engine, issue_id)
    assert is_empty(row)
    assert (row.state, row.due_at) == (state, None)
    assert relay.attempts[ANNE] == attempts
    assert (report.state, report.total) == (IssueState.SENT, 2)
    assert report.states["accepted"] == 1
