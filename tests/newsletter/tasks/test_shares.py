"""The queue of shares: never more than useful, and none is stuck with the dead."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from newsletter import db, guards, shares, tasks
from newsletter.config import Settings
from newsletter.models import IssueState
from newsletter.tasks import Share
from tests import factories


@pytest.fixture
def database_url(_postgres_url: str) -> str:
    """PostgreSQL alone: SQLite has no queue."""
    return _postgres_url


def live_worker(session: Session, *, silent_for: float = 0) -> int:
    """Register a worker as procrastinate does, with a heartbeat so old."""
    added = session.execute(
        text(
            "INSERT INTO procrastinate.procrastinate_workers (last_heartbeat)"
            " VALUES (clock_timestamp() - :silent) RETURNING id"
        ),
        {"silent": timedelta(seconds=silent_for)},
    )
    return int(added.scalar_one())


def queued(engine: Engine) -> list[tuple[str, str]]:
    with db.reading(engine) as session:
        rows = session.execute(
            text(
                "SELECT lock, status FROM procrastinate.procrastinate_jobs ORDER BY id"
            )
        )
        return [(row.lock, row.status) for row in rows]


def take(session: Session, worker: int) -> None:
    """Take the next share as a worker does."""
    with tasks.schema.apart(session.connection()):
        session.execute(
            text("SELECT procrastinate_fetch_job_v2(NULL, :worker)"),
            {"worker": worker},
        )


def due_issue(engine: Engine, *, readers: int) -> int:
    with db.writing(engine) as session:
        issue = factories.make_issue(session, state=IssueState.SENDING, total=readers)
        for _ in range(readers):
            factories.make_delivery(session, issue=issue)
        return issue.id or 0


@pytest.mark.parametrize(
    ("workers", "readers", "offered"),
    [(1, 40, 1), (3, 40, 3), (3, 9, 2), (3, 1, 1), (0, 40, 0), (3, 0, 0)],
)
def test_there_are_as_many_shares_as_workers_can_use(
    engine: Engine, settings: Settings, workers: int, readers: int, offered: int
) -> None:
    assert settings.connections == 4  # a window is eight rows
    due_issue(engine, readers=readers)
    with db.writing(engine) as session:
        for _ in range(workers):
            live_worker(session)

    shares.hand_out(engine, settings)
    shares.hand_out(engine, settings)

    assert len(queued(engine)) == offered


def test_workers_of_the_past_do_not_count(engine: Engine, settings: Settings) -> None:
    due_issue(engine, readers=1)
    with db.writing(engine) as session:
        live_worker(session, silent_for=31)

    shares.hand_out(engine, settings)

    assert queued(engine) == []


def test_two_clocks_offer_one_share_once(engine: Engine, settings: Settings) -> None:
    due_issue(engine, readers=1)
    with db.writing(engine) as session:
        live_worker(session)
    together = threading.Barrier(6)

    def tick() -> None:
        together.wait()
        shares.hand_out(engine, settings)

    threads = [threading.Thread(target=tick) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(queued(engine)) == 1


def test_a_successor_waits_until_its_share_has_ended(engine: Engine) -> None:
    with db.writing(engine) as session:
        tasks.offer(session, 7, slots=1)
        take(session, live_worker(session))

        tasks.follow(session, Share(7, 0))
        tasks.follow(session, Share(7, 0))
        take(session, live_worker(session))

    assert queued(engine) == [
        ("issue 7 share 0", "doing"),
        ("issue 7 share 0", "todo"),
    ]


def test_an_offer_is_undone_with_its_transaction(engine: Engine) -> None:
    with db.writing(engine) as session:
        tasks.offer(session, 7, slots=2)

        session.rollback()

    assert queued(engine) == []


def test_what_follows_an_offer_finds_our_tables(engine: Engine) -> None:
    with db.writing(engine) as session:
        tasks.offer(session, 7, slots=1)

        assert factories.the_list(session).slug == "newsletter"


@pytest.mark.parametrize(("silent_for", "freed"), [(5, 0), (31, 1)])
def test_the_share_of_a_dead_worker_is_freed(
    engine: Engine, silent_for: float, freed: int
) -> None:
    with db.writing(engine) as session:
        tasks.offer(session, 7, slots=1)
        take(session, live_worker(session, silent_for=silent_for))

        assert tasks.rescue(session) == freed

        assert tasks.offer(session, 7, slots=1) == freed


def test_a_share_whose_worker_was_forgotten_is_freed(engine: Engine) -> None:
    with db.writing(engine) as session:
        tasks.offer(session, 7, slots=1)
        take(session, live_worker(session))
        session.execute(text("DELETE FROM procrastinate.procrastinate_workers"))

        assert tasks.rescue(session) == 1


def test_the_first_share_of_each_issue_comes_first(engine: Engine) -> None:
    with db.writing(engine) as session:
        tasks.offer(session, 7, slots=2)
        tasks.offer(session, 8, slots=2)
        for _ in range(2):
            take(session, live_worker(session))

    taken = [lock for lock, status in queued(engine) if status == "doing"]
    assert taken == ["issue 7 share 0", "issue 8 share 0"]


@pytest.fixture
def unserved(engine: Engine, settings: Settings) -> int:
    """An issue that waited for a worker for over a minute."""
    issue_id = due_issue(engine, readers=1)
    guards.watch(engine, settings, shares=True)
    with db.writing(engine) as session:
        session.execute(
            text("UPDATE instance SET served_at = now() - interval '61 seconds'")
        )
    return issue_id


def test_letters_that_wait_for_a_worker_are_worth_a_word(
    engine: Engine,
    settings: Settings,
    unserved: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    guards.watch(engine, settings, shares=True)

    assert f"letters of issue {unserved} are due and no worker" in caplog.text
    with db.reading(engine) as session:
        assert guards.is_unserved(session, now=db.now(session))


@pytest.mark.usefixtures("unserved")
def test_a_worker_that_lives_is_enough(
    engine: Engine,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with db.writing(engine) as session:
        live_worker(session)

    guards.watch(engine, settings, shares=True)

    assert caplog.text == ""
    with db.reading(engine) as session:
        assert not guards.is_unserved(session, now=db.now(session))
