import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, func, update
from sqlmodel import Session, select

from newsletter import checks, db, deliveries, editions, issues, jobs, staff
from newsletter.config import Settings
from newsletter.deliveries import fanning_out
from newsletter.models import (
    Action,
    AuditEntry,
    Delivery,
    Edition,
    Issue,
    IssueItem,
    IssueState,
    Item,
    ItemType,
    Notice,
    Role,
)
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


def past_event(session: Session, issue_id: int) -> None:
    """Let the item of an issue be an event that is over: an admin may let it pass."""
    place = session.exec(select(IssueItem).where(IssueItem.issue_id == issue_id)).one()
    item = session.get_one(Item, place.item_id)
    item.type, item.starts_at = ItemType.EVENT, utcnow() - timedelta(days=2)


def test_what_must_be_fixed_by_then_keeps_it_from_leaving(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        past_event(session, issue_id)
        for language in ("fr", "de"):
            address = f"{language}@example.org"
            staff.add(
                session, address, role=Role.EDITOR, password="a sound password",
                languages=[language],
            )  # fmt: skip

    jobs.start_due_issues(engine, settings, holder="a")

    found = load(engine, issue_id)
    assert (found.state, found.send_at, found.started_at) == (
        IssueState.DRAFT,
        None,
        None,
    )
    assert ledger_size(engine) == 0
    with db.reading(engine) as session:
        told = {n.language: n.facts["items"][0] for n in session.exec(select(Notice))}
        action = session.exec(select(AuditEntry)).one().action
    assert action is Action.TOOK_BACK
    assert "sera passé" in told["fr"]
    assert "vorbei" in told["de"]


def test_what_somebody_let_through_leaves(engine: Engine, settings: Settings) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        past_event(session, issue_id)
        checks.require_ready(
            session,
            issues.get_issue(session, issue_id),
            settings=settings,
            now=utcnow(),
            override=checks.Override("A report.", "anne"),
        )

    jobs.start_due_issues(engine, settings, holder="a")

    assert load(engine, issue_id).state is IssueState.SENDING


def test_of_two_processes_one_holds_it_back_and_tells_once(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        past_event(session, issue_id)
        staff.add(
            session, "lea@example.org", role=Role.EDITOR, password="a sound password"
        )
        [issue] = issues.take_due(session, holder="both", now=utcnow())
        assert issue.id == issue_id
    together = threading.Barrier(2)

    def start() -> None:
        together.wait()
        jobs.start_issue(engine, settings, issue_id, holder="both")

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert load(engine, issue_id).state is IssueState.DRAFT
    with db.reading(engine) as session:
        assert len(session.exec(select(Notice)).all()) == 1


def test_a_start_that_has_listed_readers_is_not_held_back(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        issue = issues.take_due(session, holder="dead", now=utcnow())[0]
        editions.freeze(session, issue, settings, now=utcnow())
        issue.lease_until = utcnow() - timedelta(seconds=1)
        past_event(session, issue_id)

    jobs.start_due_issues(engine, settings, holder="b")

    assert load(engine, issue_id).state is IssueState.SENDING


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_start_interrupted_half_way_adds_everybody_once(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    monkeypatch.setattr(fanning_out, "CHUNK", 2)
    issue_id = due_issue(engine, ago=timedelta(seconds=1), readers=5)
    with db.writing(engine) as session:
        issue = issues.take_due(session, holder="dead", now=utcnow())[0]
        editions.freeze(session, issue, settings, now=utcnow())
        # Chunks are added side by side, so that any one may be the first.
        chunk = deliveries.unlisted(session, issue)[done]
        deliveries.fan_out(session, issue, chunk, languages=["fr"], now=utcnow())
        issue.lease_until = utcnow() - timedelta(seconds=1)
    assert ledger_size(engine) in {1, 2}

    jobs.start_due_issues(engine, settings, holder="b")

    assert ledger_size(engine) == 5
    assert load(engine, issue_id).total == 5


@pytest.mark.parametrize("chunks_a_round", [1, 50])
def test_a_lost_lease_ends_a_start_half_way(
    engine: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    chunks_a_round: int,
) -> None:
    monkeypatch.setattr(fanning_out, "CHUNK", 1)
    monkeypatch.setattr(jobs, "_ROUND", chunks_a_round)
    issue_id = due_issue(engine, ago=timedelta(seconds=1), readers=9)

    with lease_lost_after_a_chunk(engine, settings.database):
        jobs.start_due_issues(engine, settings, holder="a")

    assert load(engine, issue_id).state is IssueState.STARTING
    assert load(engine, issue_id).lease_by == "another"
    assert 1 <= ledger_size(engine) < 9


@contextmanager
def lease_lost_after_a_chunk(engine: Engine, url: str) -> Iterator[None]:
    """Let another process take the lease as soon as rows are committed."""
    other = db.make_engine(url)
    first = threading.Lock()

    def lose(*_connection: object) -> None:
        if ledger_size(other) and first.acquire(blocking=False):
            with db.writing(other) as session:
                session.execute(update(Issue).values(lease_by="another"))

    event.listen(engine, "checkin", lose)
    yield
    event.remove(engine, "checkin", lose)
    other.dispose()


def test_only_the_holder_of_a_lease_has_it(engine: Engine) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        issues.take_due(session, holder="a", now=utcnow())

    with db.writing(engine) as session:
        mine = issues.still_leased(session, issue_id, holder="a")
        other = issues.still_leased(session, issue_id, holder="b")

    assert mine is not None
    assert other is None


def test_a_lease_is_not_taken_over_beside_a_chunk(
    engine: Engine, settings: Settings
) -> None:
    issue_id = due_issue(engine, ago=timedelta(seconds=1))
    with db.writing(engine) as session:
        issue = issues.take_due(session, holder="a", now=utcnow())[0]
        issue.lease_until = utcnow() - timedelta(seconds=1)
    other = threading.Thread(
        target=jobs.start_due_issues, args=(engine, settings), kwargs={"holder": "b"}
    )

    with db.writing(engine) as session:
        assert issues.still_leased(session, issue_id, holder="a")
        other.start()
        other.join(0.5)
        waiting = other.is_alive()
    other.join(30)

    assert waiting
    assert load(engine, issue_id).state is IssueState.SENDING


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
