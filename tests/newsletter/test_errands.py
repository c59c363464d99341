"""What is done beside the pages: by one process alone, and forgotten in time."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, errands, jobs
from newsletter.config import Settings
from newsletter.errands import bringing, queueing
from newsletter.models import (
    AuditEntry,
    Errand,
    ErrandChange,
    ErrandKind,
    ErrandState,
    Role,
    Staff,
)
from subscribers.clock import utcnow
from subscribers.importing import running
from subscribers.models import Import, Subscriber
from tests import factories


def asked(session: Session, kind: ErrandKind, ids: Sequence[int], **facts: Any) -> int:
    """Let a member of staff ask for something about these people."""
    person = Staff(
        email="lea@example.org",
        email_key="lea@example.org",
        role=Role.EDITOR,
        password_hash="-",  # nobody logs in with it
    )
    session.add(person)
    session.flush()
    list_id = factories.the_list(session).id or 0
    errand = errands.ask(session, person, kind, list_id=list_id, ids=list(ids), **facts)
    return errand.id or 0


@pytest.fixture
def change(engine: Engine) -> int:
    """An errand that makes three readers of French readers of Dutch."""
    with db.writing(engine) as session:
        ids = [factories.make_subscriber(session).id or 0 for _ in range(3)]
        return asked(session, ErrandKind.CHANGE, ids, change="language", value="nl")


def test_of_two_workers_one_does_an_errand(
    engine: Engine, settings: Settings, change: int
) -> None:
    together = Barrier(2)

    def work(_: int) -> None:
        together.wait()
        errands.run(engine, settings, change)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, range(2)))

    with db.reading(engine) as session:
        assert session.get_one(Errand, change).result == {"changed": 3}
        assert len(session.exec(select(AuditEntry)).all()) == 1
        assert set(session.exec(select(Subscriber.language))) == {"nl"}


def test_an_errand_of_a_process_that_died_is_done_again_and_taken_back_whole(
    engine: Engine, settings: Settings, change: int
) -> None:
    errands.run(engine, settings, change)
    with db.writing(engine) as session:
        errand = session.get_one(Errand, change)
        errand.state, errand.beat_at = (
            ErrandState.RUNNING,
            utcnow() - timedelta(hours=1),
        )

    errands.run(engine, settings, change)
    with db.writing(engine) as session:
        errands.ask_again(
            session, session.get_one(Errand, change), ErrandKind.TAKE_BACK
        )
    errands.run(engine, settings, change)

    with db.reading(engine) as session:
        assert set(session.exec(select(Subscriber.language))) == {"fr"}


def test_an_import_of_a_process_that_died_stays_one_import(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = errands.staged(settings)
    people = [f"reader-{number}@example.org" for number in range(25)]
    path.write_text("\n".join(["email", *people]))
    facts = {"file": path.name, "filename": "people.csv", "consent": "On paper."}
    with db.writing(engine) as session:
        errand_id = asked(session, ErrandKind.IMPORT, [], **facts)
    with monkeypatch.context() as dying:
        dying.setattr(running, "_BATCH", 10)
        dying.setattr(bringing, "_BEAT_EVERY", 0)
        dying.setattr(queueing, "beat", _die)
        with pytest.raises(KeyboardInterrupt):
            errands.run(engine, settings, errand_id)
    with db.writing(engine) as session:
        errand = session.get_one(Errand, errand_id)
        begun, errand.beat_at = errand.import_id, utcnow() - timedelta(hours=1)

    errands.run(engine, settings, errand_id)

    with db.reading(engine) as session:
        (entry,) = session.exec(select(Import)).all()
        assert entry.id == begun == session.get_one(Errand, errand_id).import_id
        assert (entry.counts["rows"], entry.counts["new"]) == (25, 25)
        assert len(session.exec(select(Subscriber)).all()) == 25


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_one_that_lives_is_left_alone(engine: Engine, change: int) -> None:
    first = queueing.take(engine, change)

    assert first is not None
    assert queueing.take(engine, change) is None


def test_files_of_yesterday_and_errands_of_last_week_are_forgotten(
    engine: Engine, settings: Settings, change: int
) -> None:
    old, new = errands.staged(settings), errands.staged(settings)
    for path in (old, new):
        path.write_bytes(b"dora@example.org")
    yesterday = utcnow().timestamp() - 90_000
    os.utime(old, (yesterday, yesterday))
    errands.run(engine, settings, change)

    with db.writing(engine) as session:
        errands.purge(session, settings, now=utcnow() + timedelta(days=9))

    assert (old.exists(), new.exists()) == (False, True)
    with db.reading(engine) as session:
        assert session.exec(select(Errand)).all() == []


def test_what_cannot_be_done_says_why(engine: Engine, settings: Settings) -> None:
    with db.writing(engine) as session:
        errand_id = asked(session, ErrandKind.TRIAL, [], file="../secret.key")

    errands.run(engine, settings, errand_id)

    with db.reading(engine) as session:
        failed = session.get_one(Errand, errand_id)
        assert failed.state is ErrandState.FAILED
        assert "not here any more" in failed.error


WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("later", "kept"), [(WEEK, 3), (WEEK + timedelta(seconds=1), 0)]
)
def test_what_people_were_like_is_forgotten_once_it_cannot_come_back(
    engine: Engine, settings: Settings, change: int, later: timedelta, kept: int
) -> None:
    moment = datetime(2026, 3, 1, 9, tzinfo=UTC)
    errands.run(engine, settings, change)
    with db.writing(engine) as session:
        session.get_one(Errand, change).ended_at = moment

    with (
        time_machine.travel(moment + later, tick=False),
        db.writing(engine) as session,
    ):
        errands.purge_changes(session, now=utcnow(), limit=2)
        errands.purge_changes(session, now=utcnow(), limit=2)
        undoable = errands.is_undoable(session.get_one(Errand, change), now=utcnow())

    assert undoable is (kept > 0)
    assert changes_of(engine, change) == kept


@pytest.mark.parametrize("state", [ErrandState.QUEUED, ErrandState.RUNNING])
def test_what_is_being_taken_back_is_not_forgotten_meanwhile(
    engine: Engine, settings: Settings, change: int, state: ErrandState
) -> None:
    errands.run(engine, settings, change)
    with db.writing(engine) as session:
        errand = session.get_one(Errand, change)
        errand.state, errand.ended_at = state, utcnow() - 2 * WEEK

    with db.writing(engine) as session:
        assert errands.purge_changes(session, now=utcnow(), limit=10) == 0

    assert changes_of(engine, change) == 3


def test_the_clock_forgets_them_chunk_by_chunk(
    engine: Engine, settings: Settings, change: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_CHANGES", 2)
    errands.run(engine, settings, change)
    with db.writing(engine) as session:
        session.get_one(Errand, change).ended_at = utcnow() - WEEK - timedelta(hours=1)

    jobs.purge(engine, settings)

    assert changes_of(engine, change) == 0
    with db.reading(engine) as session:
        assert session.get_one(Errand, change).result == {"changed": 3}


def changes_of(engine: Engine, errand_id: int) -> int:
    """Return of how many people it is kept what they were like."""
    with db.reading(engine) as session:
        mine = ErrandChange.errand_id == errand_id
        return len(session.exec(select(ErrandChange).where(mine)).all())
