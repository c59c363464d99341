import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func
from sqlmodel import select

from newsletter import db, deliveries, editions, issues, jobs
from newsletter.config import Settings
from newsletter.deliveries import fanning_out
from newsletter.models import Delivery, Edition, Issue, IssueState
from subscribers.clock import utcnow
from tests import factories


def due_issue(engine: Engine, *, ago: timedelta, readers: int = 3) -> int:
    with db.writing(engine) as session:
        for _ in range(readers):
            factories.make_subscriber(session)
        issue = factories.make_issue(
            session,
            items=[factories.make_item(session)],
            state=IssueState.SCHEDULED,
            send_at=utcnow() - ago,
        )
        return issue.id or 0


def load(engine: Engine, issue_id: int) -> Issue:
    with db.reading(engine) as session:
        return issues.get_issue(session, issue_id)


def ledger_size(engine: Engine) -> int:
    with db.reading(engine) as session:
        return session.exec(select(func.count()).select_from(Delivery)).one()


def test_an_issue_starts_when_its_moment_has_come(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))

    started = jobs.start_due_issues(engine, settings, holder="a")

    assert started == [issue_id]
    assert load(engine, issue_id).state is IssueState.SENDING
    assert load(engine, issue_id).total == ledger_size(engine) == 3


def test_an_issue_does_not_start_before_its_moment(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(minutes=-1))

    jobs.start_due_issues(engine, settings, holder="a")

    assert load(engine, issue_id).state is IssueState.SCHEDULED


@pytest.mark.parametrize("processes", [2, 6])
def test_only_one_process_starts_a_due_issue(
    engine: Engine, settings: Settings, processes: int
) -> None:
    due_issue(engine, ago=timedelta(seconds=1))
    together = threading.Barrier(processes)
    started: list[int] = []

    def tick(holder: str) -> None:
        together.wait()
        started.extend(jobs.start_due_issues(engine, settings, holder=holder))

    threads = [
        threading.Thread(target=tick, args=(str(number),))
        for number in range(processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(started) == 1
    assert ledger_size(engine) == 3


def test_a_start_says_how_late_it_was(engine: Engine, settings: Settings) -> None:
    issue_id = due_issue(engine, ago=timedelta(minutes=90))

    jobs.start_due_issues(engine, settings, holder="a")

    late_by = load(engine, issue_id).late_by
    assert late_by is not None
    assert 5400 <= late_by < 5460


def test_a_start_missed_by_hours_waits_for_a_person(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(hours=3))

    jobs.start_due_issues(engine, settings, holder="a")

    found = load(engine, issue_id)
    assert found.state is IssueState.PAUSED
    assert "missed its time" in found.paused_because
    assert ledger_size(engine) == 0


def test_a_missed_issue_starts_when_somebody_resumes_it(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(hours=3))
    jobs.start_due_issues(engine, settings, holder="a")
    with db.writing(engine) as session:
        issues.resume(session, issues.get_issue(session, issue_id), now=utcnow())

    jobs.start_due_issues(engine, settings, holder="a")

    assert load(engine, issue_id).state is IssueState.SENDING


def test_an_interrupted_start_is_finished_by_another(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        # As a process leaves it that died after taking the issue.
        issue = issues.get_issue(session, issue_id)
        issue.state, issue.started_at = IssueState.STARTING, utcnow()
        issue.lease_by, issue.lease_until = "dead", utcnow() - timedelta(seconds=1)

    jobs.start_due_issues(engine, settings, holder="b")

    assert load(engine, issue_id).state is IssueState.SENDING
    assert ledger_size(engine) == 3


def test_a_start_under_lease_is_left_alone(engine: Engine, settings: Settings) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        issue = issues.get_issue(session, issue_id)
        issue.state, issue.started_at = IssueState.STARTING, utcnow()
        issue.lease_by, issue.lease_until = "a", utcnow() + timedelta(seconds=30)

    started = jobs.start_due_issues(engine, settings, holder="b")

    assert started == []


def test_a_start_that_cannot_succeed_waits_with_the_reason(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        for edition in session.exec(select(Edition)):
            edition.subject = ""

    jobs.start_due_issues(engine, settings, holder="a")

    found = load(engine, issue_id)
    assert found.state is IssueState.PAUSED
    assert "subject" in found.paused_because


def test_a_start_interrupted_half_way_adds_nobody_twice(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanning_out, "CHUNK", 2)
    issue_id = due_issue(engine, ago=timedelta(seconds=1), readers=5)
    with db.writing(engine) as session:
        issue = issues.take_due(session, holder="dead", now=utcnow())[0]
        editions.freeze(session, issue, settings, now=utcnow())
        deliveries.fan_out(session, issue, languages=["fr", "nl"], now=utcnow())
        issue.lease_until = utcnow() - timedelta(seconds=1)
    assert ledger_size(engine) == 2

    jobs.start_due_issues(engine, settings, holder="b")

    assert ledger_size(engine) == 5
    assert load(engine, issue_id).total == 5


def test_a_process_that_lost_its_lease_changes_nothing(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    jobs.start_due_issues(engine, settings, holder="a")
    nonces = frozen_nonces(engine)

    jobs.start_issue(engine, settings, issue_id, holder="woke up late")

    assert frozen_nonces(engine) == nonces
    assert ledger_size(engine) == 3


def frozen_nonces(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return [
            e.envelope["nonce"] for e in session.exec(select(Edition)) if e.envelope
        ]
