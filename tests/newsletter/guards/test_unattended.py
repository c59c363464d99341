"""An issue that nobody could send for hours waits for a person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine

from newsletter import db, guards, issues
from newsletter.config import Settings
from newsletter.models import Issue, IssueState, Sender
from subscribers.clock import utcnow
from tests import factories

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def running_issue(engine: Engine, **columns: Any) -> int:
    """An issue that is being sent, with one letter due."""
    with db.writing(engine) as session:
        issue = factories.make_issue(
            session, state=IssueState.SENDING, total=1, **columns
        )
        factories.make_delivery(session, issue=issue)
        return issue.id or 0


def load(engine: Engine, issue_id: int) -> Issue:
    with db.reading(engine) as session:
        return issues.get_issue(session, issue_id)


def a_sender(engine: Engine, *, silent_for: timedelta) -> None:
    with db.writing(engine) as session:
        heartbeat_at = db.now(session) - silent_for
        session.add(Sender(id="sender", heartbeat_at=heartbeat_at))


def hours_ago(hours: float) -> datetime:
    return utcnow() - timedelta(hours=hours)


def test_after_hours_without_the_program_it_is_paused(
    sqlite_engine: Engine, settings: Settings
) -> None:
    issue_id = running_issue(sqlite_engine)
    with time_machine.travel(NOON, tick=False) as clock:
        guards.watch(sqlite_engine, settings, shares=False)
        clock.move_to(NOON + timedelta(minutes=settings.late_limit + 1))

        guards.watch(sqlite_engine, settings, shares=False)

    found = load(sqlite_engine, issue_id)
    assert found.state is IssueState.PAUSED
    assert "stood still" in found.paused_because


def test_within_the_limit_it_goes_on(sqlite_engine: Engine, settings: Settings) -> None:
    issue_id = running_issue(sqlite_engine)
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            guards.watch(sqlite_engine, settings, shares=False)
            clock.shift(timedelta(minutes=settings.late_limit - 1))

    assert load(sqlite_engine, issue_id).state is IssueState.SENDING


@pytest.mark.parametrize(
    ("away", "state"), [(9, IssueState.SENDING), (11, IssueState.PAUSED)]
)
def test_a_restart_is_not_standing_still_whatever_the_limit(
    sqlite_engine: Engine, settings: Settings, away: int, state: IssueState
) -> None:
    strict = settings.model_copy(update={"late_limit": 0})
    issue_id = running_issue(sqlite_engine)
    with time_machine.travel(NOON, tick=False) as clock:
        guards.watch(sqlite_engine, strict, shares=False)
        clock.shift(timedelta(minutes=away))

        guards.watch(sqlite_engine, strict, shares=False)

    assert load(sqlite_engine, issue_id).state is state


def test_it_is_so_on_both_databases(engine: Engine, settings: Settings) -> None:
    issue_id = running_issue(engine, attended_at=hours_ago(3))

    guards.watch(engine, settings, shares=False)

    assert load(engine, issue_id).state is IssueState.PAUSED


def test_a_sender_that_lives_is_not_interrupted(
    engine: Engine, settings: Settings
) -> None:
    issue_id = running_issue(engine, attended_at=hours_ago(3))
    a_sender(engine, silent_for=timedelta(seconds=5))

    guards.watch(engine, settings, shares=False)

    assert load(engine, issue_id).state is IssueState.SENDING


def test_a_sender_that_died_does_not_count(engine: Engine, settings: Settings) -> None:
    issue_id = running_issue(engine, attended_at=hours_ago(3))
    a_sender(engine, silent_for=timedelta(seconds=40))

    guards.watch(engine, settings, shares=False)

    assert load(engine, issue_id).state is IssueState.PAUSED


def test_once_resumed_it_is_not_paused_again(
    engine: Engine, settings: Settings
) -> None:
    issue_id = running_issue(engine, attended_at=hours_ago(3))
    guards.watch(engine, settings, shares=False)
    with db.writing(engine) as session:
        issues.resume(session, issues.get_issue(session, issue_id), now=utcnow())

    guards.watch(engine, settings, shares=False)

    assert load(engine, issue_id).state is IssueState.SENDING
