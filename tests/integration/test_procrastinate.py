"""Several workers share an issue, as processes with data folders of their own."""

import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from newsletter import db, deliveries, issues, scheduler
from newsletter.models import Delivery, DeliveryState, IssueState, Sender
from newsletter.sending import holder
from newsletter.tasks import shares
from subscribers.clock import utcnow
from tests import factories, programs
from tests.programs import Program
from tests.relay import Relay

pytestmark = pytest.mark.slow

READERS = 160
PATIENCE = 120.0  # seconds, on a busy machine
Start = Callable[[str], Program]


@pytest.fixture
def database_url(_postgres_url: str) -> str:
    """PostgreSQL alone: SQLite has no queue."""
    return _postgres_url


@pytest.fixture
def start(environment: dict[str, str], relay: Relay, tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a worker on a machine of that name."""
    with ExitStack() as running:

        def worker(machine: str) -> Program:
            own = {"NEWSLETTER_DATA_DIR": str(tmp_path / machine)}
            there = {**environment, **own, **_relay(relay)}
            process = running.enter_context(
                programs.running("worker", environment=there)
            )
            assert process.stdout.readline() == "The worker runs.\n"
            return process

        yield worker


def _relay(relay: Relay) -> dict[str, str]:
    return {"NEWSLETTER_SMTP_URL": relay.url, "NEWSLETTER_CONNECTIONS": "2"}


def a_due_issue(engine: Engine) -> int:
    with db.writing(engine) as session:
        for _ in range(READERS):
            factories.make_subscriber(session)
        issue = factories.make_issue(
            session,
            items=[factories.make_item(session)],
            state=IssueState.SCHEDULED,
            send_at=utcnow(),
        )
        return issue.id or 0


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def is_sent(engine: Engine, issue_id: int) -> bool:
    with db.reading(engine) as session:
        return issues.get_issue(session, issue_id).state is IssueState.SENT


def states(engine: Engine, issue_id: int) -> dict[str, int]:
    with db.reading(engine) as session:
        report = deliveries.status(session, issues.get_issue(session, issue_id))
        return {state: count for state, count in report.states.items() if count}


def holders(engine: Engine) -> dict[str, list[str]]:
    """Return the addresses that each sender holds at this moment."""
    query = select(Delivery).where(Delivery.state == DeliveryState.SENDING)
    found: dict[str, list[str]] = {}
    with db.reading(engine) as session:
        for row in session.exec(query):
            found.setdefault(row.claimed_by or "", []).append(row.address)
    return found


def live_workers(engine: Engine) -> int:
    with db.reading(engine) as session:
        query = text("SELECT count(*) FROM procrastinate.procrastinate_workers")
        return int(session.execute(query).scalar_one())


def test_two_workers_share_an_issue_and_nobody_gets_it_twice(
    engine: Engine, relay: Relay, start: Start
) -> None:
    relay.delay = 0.05
    for machine in ("a", "b"):
        start(machine)
    wait_until(lambda: live_workers(engine) == 2)

    issue_id = a_due_issue(engine)

    wait_until(lambda: len(holders(engine)) == 2)
    wait_until(lambda: is_sent(engine, issue_id))
    copies = Counter(mail.recipient for mail in relay.messages)
    assert len(copies) == READERS
    assert set(copies.values()) == {1}


def test_what_a_killed_worker_held_is_sent_by_the_other_once_it_is_silent_for_long(
    engine: Engine, relay: Relay, start: Start
) -> None:
    relay.delay = 0.1
    victim = start("a")
    start("b")
    wait_until(lambda: live_workers(engine) == 2)
    issue_id = a_due_issue(engine)
    wait_until(lambda: len(holders(engine)) == 2)

    victim.kill()
    victim.wait()
    held = holders(engine)
    dead = who_is_silent(engine)
    make_older(engine, dead, by=timedelta(seconds=25))

    wait_until(lambda: is_sent(engine, issue_id))
    copies = Counter(mail.recipient for mail in relay.messages)
    twice = {address for address, count in copies.items() if count > 1}
    assert len(copies) == READERS
    assert twice <= set(held[dead])
    assert states(engine, issue_id) == {"accepted": READERS}


def who_is_silent(engine: Engine) -> str:
    """Return the sender that is left once every other has given a sign of life."""
    last = signs_of_life(engine)

    def silent() -> list[str]:
        present = signs_of_life(engine)
        return [each for each, at in last.items() if present.get(each) == at]

    wait_until(lambda: len(silent()) == 1)
    (found,) = silent()
    return found


def signs_of_life(engine: Engine) -> dict[str, datetime]:
    with db.reading(engine) as session:
        return {each.id: each.heartbeat_at for each in session.exec(select(Sender))}


def make_older(engine: Engine, sender: str, *, by: timedelta) -> None:
    """Let the last sign of life of a sender, and of the first worker, be older."""
    first = text(
        "UPDATE procrastinate.procrastinate_workers"
        " SET last_heartbeat = last_heartbeat - :by WHERE id ="
        " (SELECT min(id) FROM procrastinate.procrastinate_workers)"
    )
    with db.writing(engine) as session:
        session.get_one(Sender, sender).heartbeat_at -= by
        session.execute(first, {"by": by})


def test_silence_and_the_rounds_that_notice_it_come_to_less_than_a_minute() -> None:
    silence = max(holder.DEAD_AFTER, shares.STALLED_AFTER)

    assert silence + timedelta(seconds=2 * scheduler.RECOVER_EVERY) < timedelta(
        minutes=1
    )


def test_a_worker_that_is_told_to_stop_gives_back_what_has_not_left(
    engine: Engine, relay: Relay, start: Start
) -> None:
    relay.delay = 0.3
    worker = start("a")
    wait_until(lambda: live_workers(engine) == 1)
    issue_id = a_due_issue(engine)
    wait_until(lambda: len(relay.messages) >= 4)

    worker.send_signal(signal.SIGTERM)
    _, complaints = worker.communicate()

    assert worker.returncode == 0
    assert "Traceback" not in complaints
    arrived = len(relay.messages)
    assert arrived < READERS
    left = READERS - arrived
    assert states(engine, issue_id) == {"accepted": arrived, "queued": left}
    assert live_workers(engine) == 0
    with db.reading(engine) as session:
        assert session.exec(select(Sender)).all() == []


def test_serving_leaves_the_sending_to_workers(
    engine: Engine, relay: Relay, environment: dict[str, str], start: Start
) -> None:
    port = _free_port()
    issue_id = a_due_issue(engine)
    serving = {**environment, **_relay(relay), "NEWSLETTER_WORKERS": "true"}
    with programs.running("serve", "--port", str(port), environment=serving):
        wait_until(lambda: "queued" in states(engine, issue_id))
        time.sleep(3)  # three ticks in which it could have sent
        assert states(engine, issue_id) == {"queued": READERS}
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
            assert answer.read() == b'{"database":true,"clock":true,"workers":true}'

        start("a")

        wait_until(lambda: is_sent(engine, issue_id))
    assert len(relay.messages) == READERS


def test_a_worker_begins_again_when_it_loses_its_database(
    engine: Engine, relay: Relay, start: Start
) -> None:
    start("a")
    wait_until(lambda: live_workers(engine) == 1)
    with db.writing(engine) as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    issue_id = a_due_issue(engine)

    wait_until(lambda: is_sent(engine, issue_id))
    assert len(relay.messages) == READERS


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port
