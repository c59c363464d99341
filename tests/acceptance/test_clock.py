"""Two processes tick on one database: an issue starts at its minute, and once."""

import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta

import httpx2
import pytest
from sqlalchemy import Engine

from newsletter import db, deliveries, issues
from newsletter.models import Issue, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.conftest import Run
from tests.relay import Relay

pytestmark = pytest.mark.slow

READERS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(environment: dict[str, str], relay: Relay) -> subprocess.Popen[bytes]:
    """Start a process and come back once its clock ticks."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "serve", "--port", str(port)],
        env={**environment, "NEWSLETTER_SMTP_URL": relay.url},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not is_ready(port):
        time.sleep(0.2)
    return process


def is_ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def an_issue(engine: Engine) -> int:
    with db.writing(engine) as session:
        for index in range(READERS):
            factories.make_subscriber(session, email=f"reader{index}@example.org")
        issue = factories.make_issue(session, items=[factories.make_item(session)])
        return issue.id or 0


def wait_until_sent(engine: Engine, issue_id: int) -> tuple[Issue, deliveries.Report]:
    deadline = time.monotonic() + 60
    while True:
        with db.reading(engine) as session:
            issue = issues.get_issue(session, issue_id)
            report = deliveries.status(session, issue)
        if issue.state is IssueState.SENT or time.monotonic() > deadline:
            return issue, report
        time.sleep(0.2)


def test_a_scheduled_issue_starts_at_its_moment_and_once(
    engine: Engine, environment: dict[str, str], relay: Relay, run: Run
) -> None:
    issue_id = an_issue(engine)
    processes = [serve(environment, relay), serve(environment, relay)]
    try:
        at = (utcnow() + timedelta(seconds=4)).replace(microsecond=0)
        scheduled = run("issues", "schedule", str(issue_id), "--at", at.isoformat())
        issue, report = wait_until_sent(engine, issue_id)
    finally:
        ends = [stop(process) for process in processes]

    assert scheduled.exit_code == 0, scheduled.output
    assert timedelta(0) <= started(issue) - at < timedelta(seconds=5)
    copies = Counter(mail.recipient for mail in relay.messages)
    assert len(copies) == READERS
    assert set(copies.values()) == {1}
    assert report.states["accepted"] == report.total == READERS
    assert ends == [0, 0]


def started(issue: Issue) -> datetime:
    assert issue.started_at is not None
    return issue.started_at


def stop(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    return process.wait(30)
