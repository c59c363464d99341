"""`kill -9` in the middle of a send: nobody is lost."""

import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, deliveries, issues
from newsletter.models import Delivery, DeliveryState, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.relay import Relay

pytestmark = pytest.mark.slow

READERS = 120


def start_sender(
    environment: dict[str, str], relay: Relay, issue_id: int
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "newsletter", "issues", "send", str(issue_id)]
    return subprocess.Popen(
        [*command, "--now", "--wait", "--json"],
        env={**environment, "NEWSLETTER_SMTP_URL": relay.url},
        stdout=subprocess.DEVNULL,
    )


def wait_for(relay: Relay, messages: int) -> None:
    deadline = time.monotonic() + 60
    while len(relay.messages) < messages and time.monotonic() < deadline:
        time.sleep(0.005)


def test_everybody_gets_it_after_a_kill(
    engine: Engine, environment: dict[str, str], relay: Relay
) -> None:
    issue_id = an_issue(engine)
    relay.delay = 0.02
    victim = start_sender(environment, relay, issue_id)
    wait_for(relay, 40)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    held = sending_rows(engine)
    assert len(relay.messages) < READERS

    survivor = start_sender(environment, relay, issue_id)
    assert survivor.wait(60) == 0

    copies = Counter(mail.recipient for mail in relay.messages)
    assert len(copies) == READERS
    twice = {address for address, count in copies.items() if count > 1}
    assert twice <= held
    assert all(
        len({mail.raw for mail in relay.received_by(address)}) == 1 for address in twice
    )
    with db.reading(engine) as session:
        found = deliveries.status(session, issues.get_issue(session, issue_id))
    assert found.states["accepted"] == found.total == READERS
    assert found.state is IssueState.SENT


def test_the_window_of_a_sender_is_small(
    engine: Engine, environment: dict[str, str], relay: Relay
) -> None:
    issue_id = an_issue(engine)
    relay.delay = 0.1  # so that it is amid them, however late the signal comes
    victim = start_sender(environment, relay, issue_id)
    wait_for(relay, 20)
    victim.send_signal(signal.SIGKILL)
    victim.wait()

    held = sending_rows(engine)

    connections = 4
    assert 0 < len(held) <= 4 * connections


def an_issue(engine: Engine) -> int:
    with db.writing(engine) as session:
        for index in range(READERS):
            factories.make_subscriber(session, email=f"reader{index}@example.org")
        issue = factories.make_issue(
            session,
            items=[factories.make_item(session)],
            state=IssueState.SCHEDULED,
            send_at=utcnow() - timedelta(seconds=1),
        )
        return issue.id or 0


def sending_rows(engine: Engine) -> set[str]:
    with db.reading(engine) as session:
        rows = session.exec(
            select(Delivery.address).where(Delivery.state == DeliveryState.SENDING)
        )
        return set(rows)
