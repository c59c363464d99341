"""Messages a second with one, two and four workers over a long line to the relay.

Run it with `make bench`, or `python -m benchmarks.workers 500` for that many readers
per worker. Each worker is a process with a data folder of its own and four
connections to a sink that answers 50 ms late; the ledger is on PostgreSQL
(`--postgres URL` names a server, else one is started). The rate is that of the
middle eighty per cent of the letters, so that neither start nor end counts. The
gentle start is off.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, func, insert, make_url, text
from sqlmodel import Session, select

from benchmarks import relays
from benchmarks.sink import Manner
from newsletter import config, db
from newsletter.config import Settings
from newsletter.migrations import ready
from newsletter.models import Delivery, DeliveryState, IssueState
from subscribers import lists
from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.models import Subscriber, Subscription, SubscriptionState
from subscribers.tokens import new_handle
from tests import factories, postgres

READERS = 1_000  # per worker
LATENCY = 0.05  # seconds, a round trip
CONNECTIONS = 4
WANTED = {1: 1.0, 2: 1.9, 4: 3.6}
PATIENCE = 300  # seconds that one round may take


def main() -> None:
    """Measure and print a table with the ratios."""
    options = _options()
    rates: dict[int, float] = {}
    print(f"{LATENCY * 1000:.0f} ms a round trip, {CONNECTIONS} connections a worker,")
    print(f"{options.readers} readers a worker, PostgreSQL ledger")
    late = Manner(latency=LATENCY)
    with relays.ours(late) as sink, _server(options.postgres) as url:
        for workers in WANTED:
            rates[workers] = _round(url, sink.port, workers, options.readers * workers)
            ratio = rates[workers] / rates[1]
            print(
                f"{workers} workers {rates[workers]:>8.0f} /s   "
                f"{ratio:.2f} of one (wanted {WANTED[workers]})",
                flush=True,
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="?", type=int, default=READERS)
    parser.add_argument("--postgres", metavar="URL", default="")
    return parser.parse_args()


@contextmanager
def _server(url: str) -> Iterator[str]:
    if url:
        yield url
        return
    with postgres.server() as started:
        yield started


def _round(server: str, port: int, workers: int, readers: int) -> float:
    name = f"workers_{os.getpid()}"
    postgres.administer(server, f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    engine = db.make_engine(url)
    try:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
            settings = _settings(Path(folder), url, port, workers)
            ready.upgrade(engine, settings)
            with db.writing(engine) as session:
                _people(session, settings, readers)
            for number in range(workers):
                running.enter_context(_worker(settings, Path(folder) / str(number)))
            _until(lambda: _living(engine) == workers)
            with db.writing(engine) as session:
                _issue(session)
            return _rate(engine, readers)
    finally:
        engine.dispose()
        postgres.administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _settings(folder: Path, url: str, port: int, workers: int) -> Settings:
    # The relay's connections are shared among all senders.
    return config.load(
        data_dir=folder,
        database_url=url,
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        secret_keys=["a key that is only used by this benchmark"],
        connections=CONNECTIONS * workers,
        gentle_start=0,
        messages_per_connection=100_000,
    )


@contextmanager
def _worker(settings: Settings, folder: Path) -> Iterator[None]:
    given = {
        "NEWSLETTER_DATA_DIR": str(folder),
        "NEWSLETTER_DATABASE_URL": settings.database_url,
        "NEWSLETTER_SMTP_URL": settings.smtp_url,
        "NEWSLETTER_SECRET_KEYS": settings.secret_keys[0],
        "NEWSLETTER_CONNECTIONS": str(settings.connections),
        "NEWSLETTER_GENTLE_START": "0",
        "NEWSLETTER_MESSAGES_PER_CONNECTION": str(settings.messages_per_connection),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "worker"],
        env={**os.environ, **given},  # noqa: TID251  # for a child
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _people(session: Session, settings: Settings, readers: int) -> None:
    list_id = lists.get(session).id
    addresses = [f"reader{number}@example.org" for number in range(readers)]
    people = insert(table_of(Subscriber)).returning(table_of(Subscriber).c.id)
    rows = [
        {
            "email": address,
            "email_key": address,
            "email_hash": settings.keys.fingerprint(address),
            "name": "",
            "language": "fr",
            "created_at": utcnow(),
            "updated_at": utcnow(),
        }
        for address in addresses
    ]
    standing = [
        {
            "subscriber_id": person,
            "list_id": list_id,
            "handle": new_handle(),
            "state": SubscriptionState.CONFIRMED,
            "created_at": utcnow(),
            "confirmed_at": utcnow(),
        }
        for person in session.execute(people, rows).scalars()
    ]
    session.execute(insert(table_of(Subscription)), standing)


def _issue(session: Session) -> None:
    items = [factories.make_item(session) for _ in range(6)]
    factories.make_issue(
        session,
        items=items,
        languages=["fr"],
        state=IssueState.SCHEDULED,
        send_at=utcnow(),
    )


def _rate(engine: Engine, readers: int) -> float:
    """Return the letters a second between the first and the last tenth of them."""
    first, last = readers // 10, readers - readers // 10
    _until(lambda: _accepted(engine) >= first)
    begun, at_first = time.perf_counter(), _accepted(engine)
    _until(lambda: _accepted(engine) >= last)
    seconds, at_last = time.perf_counter() - begun, _accepted(engine)
    _until(lambda: _accepted(engine) == readers)
    return (at_last - at_first) / seconds


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"nothing came of it in {PATIENCE} s")
        time.sleep(0.05)


def _accepted(engine: Engine) -> int:
    query = select(func.count()).where(Delivery.state == DeliveryState.ACCEPTED)
    with db.reading(engine) as session:
        return session.exec(query).one()


def _living(engine: Engine) -> int:
    query = text("SELECT count(*) FROM procrastinate.procrastinate_workers")
    with db.reading(engine) as session:
        return int(session.execute(query).scalar_one())


if __name__ == "__main__":
    main()
