"""Two processes tick on one database: an issue starts at its minute, and once."""

import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

import httpx2
import pytest
from sqlalchemy import Engine

from newsletter import db, deliveries, issues, scheduler
from newsletter.models import Issue, IssueState
from subscribers.clock import utcnow
from tests import factories, programs
from tests.conftest import Run
from tests.programs import Program
from tests.relay import Relay

pytestmark = pytest.mark.slow

READERS = 30
PATIENCE = 120.0  # seconds, on a busy machine
LATE = timedelta(seconds=30)  # on such a machine; five seconds are promised


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving_twice(
    environment: dict[str, str], relay: Relay
) -> Iterator[tuple[Program, ...]]:
    """Run two processes on one database for the block, which sees both clocks tick."""
    there = {**environment, "NEWSLETTER_SMTP_URL": relay.url}
    ports = free_port(), free_port()
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                programs.running("serve", "--port", str(port), environment=there)
            )
            for port in ports
        ]
        wait_until(lambda: all(map(is_ready, ports)), "the clocks do not tick")
        yield tuple(processes)


def wait_until(holds: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    try:
        answer = httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE)
    except httpx2.TransportError:
        return False
    return answer.status_code == 200


def an_issue(engine: Engine) -> int:
    with db.writing(engine) as session:
        for index in range(READERS):
            factories.make_subscriber(session, email=f"reader{index}@example.org")
        issue = factories.make_issue(session, items=[factories.make_item(session)])
        return issue.id or 0


def wait_until_sent(engine: Engine, issue_id: int) -> tuple[Issue, deliveries.Report]:
    wait_until(
        lambda: found(engine, issue_id)[0].state is IssueState.SENT, "it does not leave"
    )
    return found(engine, issue_id)


def found(engine: Engine, issue_id: int) -> tuple[Issue, deliveries.Report]:
    with db.reading(engine) as session:
        issue = issues.get_issue(session, issue_id)
        return issue, deliveries.status(session, issue)


def test_a_scheduled_issue_starts_at_its_moment_and_once(
    engine: Engine, environment: dict[str, str], relay: Relay, run: Run
) -> None:
    issue_id = an_issue(engine)
    with serving_twice(environment, relay) as processes:
        at = (utcnow() + timedelta(seconds=4)).replace(microsecond=0)
        scheduled = run("issues", "schedule", str(issue_id), "--at", at.isoformat())
        issue, report = wait_until_sent(engine, issue_id)
        ends = [stop(process) for process in processes]

    assert scheduled.exit_code == 0, scheduled.output
    assert timedelta(0) <= started(issue) - at < LATE
    copies = Counter(mail.recipient for mail in relay.messages)
    assert len(copies) == READERS
    assert set(copies.values()) == {1}
    assert report.states["accepted"] == report.total == READERS
    assert ends == [0, 0]


def started(issue: Issue) -> datetime:
    assert issue.started_at is not None
    return issue.started_at


def stop(process: Program) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait()


def test_the_clock_asks_so_often_that_five_seconds_are_kept() -> None:
    # It is the machine that decides in the test above.
    assert scheduler.START_EVERY + scheduler.SEND_EVERY < 5
