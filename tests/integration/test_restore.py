"""A real backup, made before an issue left and put back after: nobody gets it twice."""

import shutil
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from newsletter import db, guards, issues, jobs
from newsletter.config import Settings
from newsletter.models import IssueState
from newsletter.scheduler import Clock
from subscribers.clock import utcnow
from tests import factories
from tests.postgres import administer
from tests.relay import Relay

READERS = 5


class Backup:
    """A copy of the test's database, of either kind, while nobody uses it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._url = engine.url.render_as_string(hide_password=False)
        self._name = str(engine.url.database)
        engine.dispose()
        if self._is_file():
            shutil.copy(self._name, f"{self._name}.backup")
        else:
            self._copy(self._name, f"{self._name}_backup")

    def restore(self) -> None:
        self._engine.dispose()
        if self._is_file():
            for rest in Path(self._name).parent.glob(f"{Path(self._name).name}-*"):
                rest.unlink()
            shutil.move(f"{self._name}.backup", self._name)
        else:
            self._administer(f"DROP DATABASE {self._name}")
            self._copy(f"{self._name}_backup", self._name)
            self._administer(f"DROP DATABASE {self._name}_backup")

    def _is_file(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _copy(self, this: str, to: str) -> None:
        self._administer(f"CREATE DATABASE {to} TEMPLATE {this}")

    def _administer(self, statement: str) -> None:
        server = make_url(self._url).set(database="postgres")
        administer(server.render_as_string(hide_password=False), statement)


def sending_issue(engine: Engine, settings: Settings) -> int:
    with db.writing(engine) as session:
        for _ in range(READERS):
            factories.make_subscriber(session)
        made = factories.make_issue(
            session,
            items=[factories.make_item(session)],
            state=IssueState.SCHEDULED,
            send_at=utcnow() - timedelta(seconds=5),
        )
    jobs.start_due_issues(engine, settings, holder="test")
    return made.id or 0


def state_of(engine: Engine, issue_id: int) -> IssueState:
    with db.reading(engine) as session:
        return issues.get_issue(session, issue_id).state


@pytest.mark.slow
def test_what_left_after_the_backup_does_not_leave_again(
    engine: Engine, settings: Settings, relay: Relay
) -> None:
    sending = settings.model_copy(update={"smtp_url": relay.url})
    issue_id = sending_issue(engine, sending)
    guards.watch(engine, sending, shares=False)
    backup = Backup(engine)
    guards.watch(engine, sending, shares=False)
    jobs.send_due(engine, sending, stop=threading.Event())
    assert state_of(engine, issue_id) is IssueState.SENT
    backup.restore()

    clock = Clock(engine, sending, shares=False)
    clock.start()
    at_once = state_of(engine, issue_id)
    time.sleep(2.5)  # two ticks in which it could send
    clock.stop()

    assert at_once is IssueState.PAUSED
    copies = Counter(mail.recipient for mail in relay.messages)
    assert set(copies.values()) == {1}
    assert len(copies) == READERS
