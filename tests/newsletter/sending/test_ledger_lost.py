"""The database goes away, or is busy, while letters are on their way."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text

from newsletter import db, jobs, sending
from newsletter.config import Settings
from newsletter.models import IssueState
from tests.newsletter.sending.sent import an_issue, break_lines, report
from tests.relay import Relay

READERS = 60


@pytest.fixture
def direct(settings: Settings, relay: Relay) -> Settings:
    relay.delay = 0.03
    return settings.model_copy(update={"smtp_url": relay.url, "gentle_start": 0})


@contextmanager
def disturbed(engine: Engine, relay: Relay) -> Iterator[None]:
    """Disturb whoever uses the database once a quarter has left, until the end."""
    over = threading.Event()

    def disturb() -> None:
        while len(relay.messages) < READERS // 4 and not over.wait(0.01):
            pass
        for _ in range(3):
            _hold(engine) if engine.dialect.name == "sqlite" else break_lines(engine)
            if over.wait(0.3):
                return

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _hold(engine: Engine) -> None:
    """Hold the pen for a while, as a large import does."""
    with db.writing(engine) as session:
        session.execute(text("UPDATE instance SET ticked_at = ticked_at"))
        time.sleep(0.4)


def test_everybody_gets_it_once_whatever_the_database_does(
    engine: Engine, direct: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, READERS)

    jobs.start_due_issues(engine, direct, holder="test")

    with disturbed(engine, relay):
        sending.send(engine, direct, stop=threading.Event())

    jobs.close_issues(engine)
    copies = Counter(mail.recipient for mail in relay.messages)
    found = report(engine, issue_id)
    assert len(copies) == READERS
    assert set(copies.values()) == {1}
    assert found.states["accepted"] == READERS
    assert found.state is IssueState.SENT
