"""A worker: takes shares from the queue, one at a time, until it is told to stop."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import psycopg
from sqlalchemy import Engine

from newsletter.tasks.schema import NAME
from newsletter.tasks.shares import HEARTBEAT_EVERY, QUEUE, STALLED_AFTER, TASK, Share

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.worker import Worker

logger = logging.getLogger(__name__)

# Seconds one share may take: after that it is another issue's turn.
SHARE_FOR = 30.0
_GLANCE = 0.1  # seconds between two looks at whether to stop
_BREATH = 5.0  # seconds to wait when the queue cannot be used


class Send(Protocol):
    """Sends rows of one share's issue until none is due or `stop` is set."""

    def __call__(self, share: Share, /, *, stop: threading.Event) -> None: ...


def work(engine: Engine, send: Send, *, stop: threading.Event) -> None:
    """Call `send` for one share after the other; return once `stop` is set.

    `send` gets an event and ends soon after it is set: the share has had its time,
    or this worker stops. procrastinate gives up a worker that loses its database;
    this one begins again.
    """
    # The worker alone needs it, and it is not light.
    from procrastinate.exceptions import ConnectorException

    while not stop.is_set():
        try:
            _work(engine, send, stop)
        except (ConnectorException, psycopg.Error):
            logger.exception("the queue cannot be used, trying again")
        stop.wait(_BREATH)


def _work(engine: Engine, send: Send, stop: threading.Event) -> None:
    app = _app(engine, send, stop)
    # procrastinate's worker is asynchronous; a share runs in a thread of its own.
    with asyncio.Runner() as runner:
        runner.run(app.connector.open_async())
        try:
            worker = _worker(app)
            with _told(worker.stop, stop):
                # procrastinate gives no type here.
                runner.run(worker.run())  # type: ignore[no-untyped-call]
        finally:
            runner.run(app.close_async())


def _app(engine: Engine, send: Send, stop: threading.Event) -> "App":
    from procrastinate import App, PsycopgConnector

    # One to listen, the others for heartbeat and shares.
    app = App(
        connector=PsycopgConnector(kwargs=_address(engine), min_size=2, max_size=4)
    )

    @app.task(name=TASK, queue=QUEUE)
    def send_share(issue_id: int, slot: int) -> None:
        enough = threading.Event()
        with _told(enough.set, stop, after=SHARE_FOR):
            send(Share(issue_id, slot), stop=enough)

    return app


def _worker(app: "App") -> "Worker":
    from procrastinate.worker import Worker

    return Worker(
        app,
        queues=[QUEUE],
        # A share keeps every connection of this process busy: a second one beside it
        # would only share the same core. More processes are the way to more.
        concurrency=1,
        # What a share did is in the ledger. Failures are logged.
        delete_jobs="always",
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT_EVERY,
        stalled_worker_timeout=STALLED_AFTER.total_seconds(),
    )


def _address(engine: Engine) -> dict[str, Any]:
    """Return what psycopg needs to open a connection among procrastinate's tables."""
    _, address = engine.dialect.create_connect_args(engine.url)
    options = f"{address.get('options', '')} -c search_path={NAME}"
    return {**address, "options": options.strip()}


@contextmanager
def _told(
    what: Callable[[], None], stop: threading.Event, *, after: float | None = None
) -> Iterator[None]:
    """Call `what` once `stop` is set or `after` seconds are over, during the block."""
    over = threading.Event()
    until = time.monotonic() + after if after is not None else float("inf")

    def look() -> None:
        while not over.wait(_GLANCE):
            # Told again and again: a worker that only starts forgets the first time.
            if stop.is_set() or time.monotonic() > until:
                what()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
