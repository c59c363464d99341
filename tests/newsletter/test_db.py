import statistics
import threading
import time
from itertools import count

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from newsletter import db

ONE = text("UPDATE instance SET ticked_at = NULL")


def test_a_writer_waits_for_the_one_before_it(engine: Engine) -> None:
    done: list[str] = []

    def second() -> None:
        with db.writing(engine) as session:
            session.execute(ONE)
            done.append("second")

    with db.writing(engine) as session:
        session.execute(ONE)
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.1)
        done.append("first")
    waiting.join(10)

    assert done == ["first", "second"]


def test_a_writer_gets_in_beside_one_that_hardly_rests(sqlite_engine: Engine) -> None:
    stop = threading.Event()
    turns = count()

    def busy() -> None:
        while not stop.is_set():
            with db.writing(sqlite_engine) as session:
                session.execute(ONE)
                next(turns)
                time.sleep(0.1)
            time.sleep(0.006)

    other = threading.Thread(target=busy)
    other.start()
    waited = []
    for _ in range(15):
        before = next(turns)
        with db.writing(sqlite_engine) as session:
            session.execute(ONE)
            waited.append(next(turns) - before - 1)
        time.sleep(0.03)  # until the other has it again
    stop.set()
    other.join(10)

    # In turns of the other. SQLite's own way to wait looks too rarely: several a time.
    assert statistics.mean(waited) < 1.5


def test_waiting_ends_with_the_error_of_any_statement(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_BUSY_TIMEOUT", 20)

    with db.writing(sqlite_engine) as session:
        session.execute(ONE)
        with pytest.raises(OperationalError, match="database is locked"):
            write(sqlite_engine)


def write(engine: Engine) -> None:
    with db.writing(engine) as session:
        session.execute(ONE)
