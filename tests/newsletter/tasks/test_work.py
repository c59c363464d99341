"""A worker takes one share after the other, and each for a while only."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine

from newsletter import db, tasks
from newsletter.tasks import Share, working


@pytest.fixture
def database_url(_postgres_url: str) -> str:
    """PostgreSQL alone: SQLite has no queue."""
    return _postgres_url


@contextmanager
def worker(engine: Engine, send: working.Send) -> Iterator[threading.Event]:
    """Run a worker in a thread; yields what stops it, and stops it in the end."""
    stop = threading.Event()
    thread = threading.Thread(
        target=tasks.work, args=(engine, send), kwargs={"stop": stop}
    )
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def offer(engine: Engine, *issues: int) -> None:
    with db.writing(engine) as session:
        for issue_id in issues:
            tasks.offer(session, issue_id, slots=1)


def test_it_sends_what_is_offered(engine: Engine) -> None:
    done = threading.Event()
    shares: list[Share] = []

    def send(share: Share, *, stop: threading.Event) -> None:
        shares.append(share)
        if len(shares) == 2 and not stop.is_set():
            done.set()

    with worker(engine, send):
        offer(engine, 7, 8)

        assert done.wait(20)

    assert shares == [Share(7, 0), Share(8, 0)]


def test_a_share_ends_when_its_time_is_over(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "SHARE_FOR", 0.5)
    ended = threading.Event()
    took: list[float] = []

    def send(_share: Share, *, stop: threading.Event) -> None:
        begun = time.monotonic()
        assert stop.wait(20)
        took.append(time.monotonic() - begun)
        ended.set()

    with worker(engine, send):
        offer(engine, 7)

        assert ended.wait(20)

    assert 0.4 < took[0] < 20


def test_a_share_ends_when_the_worker_is_told_to_stop(engine: Engine) -> None:
    began, ended = threading.Event(), threading.Event()

    def send(_share: Share, *, stop: threading.Event) -> None:
        began.set()
        assert stop.wait(20)
        ended.set()

    with worker(engine, send) as stop:
        offer(engine, 7)
        assert began.wait(20)

        stop.set()

        assert ended.wait(5)


def test_a_share_that_fails_does_not_end_the_worker(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def send(share: Share, *, stop: threading.Event) -> None:
        if share.issue_id == 7 and not stop.is_set():
            raise ValueError("the relay speaks Klingon")
        done.set()

    with worker(engine, send):
        offer(engine, 7, 8)

        assert done.wait(20)

    assert "the relay speaks Klingon" in caplog.text


def test_a_worker_that_is_told_before_it_began_ends_at_once(engine: Engine) -> None:
    def send(_share: Share, *, stop: threading.Event) -> None:
        raise AssertionError(stop)

    with worker(engine, send) as stop:
        stop.set()
