"""What is done beside the pages: by one process alone, and forgotten in time."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, errands
from newsletter.config import Settings
from newsletter.errands import queueing
from newsletter.models import (
    AuditEntry,
    Errand,
    ErrandKind,
    ErrandState,
    Role,
    Staff,
)
from subscribers.clock import utcnow
from subscribers.models import Subscriber
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
