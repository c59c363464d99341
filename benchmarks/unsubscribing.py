"""One-click unsubscribing while a large issue is being sent: how long answers take.

Run it with `make bench`, or `python -m benchmarks.unsubscribing 5000` for that many
readers. `newsletter serve` starts and sends the issue to a sink without latency, and
meanwhile readers drawn at random leave as RFC 8058 lets mail services do it: one POST
on a connection of its own, at a steady rate. A late answer does not delay the next
POST, and its time counts from the moment the POST was due. Afterwards the sink is
asked what those got who had not been claimed when they were told that they had left.
"""

import argparse
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine
from sqlmodel import col, select

from benchmarks import databases, prepared, relays
from benchmarks.relays import ROOT, Sink
from benchmarks.sink import Manner
from newsletter import config, db
from newsletter.config import Settings
from newsletter.models import Delivery, Issue, IssueState
from subscribers.clock import utcnow
from subscribers.models import Subscriber, Subscription
from subscribers.tokens import Purpose

READERS = 50_000
RATE = 20  # POSTs a second
SECONDS = 60.0  # at most; it ends with the sending
WANTED = 100.0  # milliseconds, 99th percentile
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_OFF = {"grace_seconds": "0", "gentle_start": "0"}


@dataclass(frozen=True)
class Left:
    """Somebody who was told that they had left."""

    handle: str
    seconds: float  # until the answer
    at: datetime


def main() -> None:
    """Measure and print a table; fail beyond what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="?", type=int, default=READERS)
    parser.add_argument("--rate", type=float, default=RATE, help="POSTs a second")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="at most")
    databases.add_arguments(parser)
    wanted = parser.parse_args()
    print(
        f"{'':<12}{'median':>8}{'p95':>8}{'p99':>8}{'max':>8}{'POSTs':>7}"
        f"{'sent meanwhile':>16}{'left in time':>14}{'mailed all the same':>21}"
    )
    with (
        tempfile.TemporaryDirectory(dir=wanted.folder) as folder,
        databases.urls(wanted, folder, "unsubscribing") as urls,
    ):
        results = [
            _measure(name, Path(folder), url, wanted) for name, url in urls.items()
        ]
    print(f"wanted: p99 under {WANTED:.0f} ms, nobody mailed all the same")
    sys.exit(not all(results))


def _measure(name: str, folder: Path, url: str, wanted: argparse.Namespace) -> bool:
    with relays.ours(Manner(keep=True)) as sink:
        settings = prepared.settings_for(folder / name, url, sink.port)
        quiet = prepared.settings_for(folder / name, url)
        with prepared.database(quiet, wanted.readers) as engine:
            prepared.schedule(engine)
            handles = _handles(engine)
            with _serving(settings, folder / f"{name}.log") as port:
                _wait_until_sending(engine)
                left = _leave(settings, port, handles, engine, wanted)
                sent = sink.counts()["messages"]
            return _row(name, left, sent, *_wronged(engine, sink, left))


def _handles(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        handles = list(session.exec(select(Subscription.handle)))
    random.Random(7).shuffle(handles)  # noqa: S311  # the same every time, no secret
    return handles


@contextmanager
def _serving(settings: Settings, log: Path) -> Iterator[int]:
    """Run `newsletter serve` on these settings; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", "serve", "--port", str(port)],
            cwd=ROOT,
            env=_environment(settings),
            stdout=out,
            stderr=out,
        )
        try:
            yield port
        finally:
            process.terminate()
            process.wait(60)


def _environment(settings: Settings) -> dict[str, str]:
    values = {"secret_keys": ",".join(settings.secret_keys), **_OFF}
    for name in ("data_dir", "database_url", "smtp_url", "connections"):
        values[name] = str(getattr(settings, name))
    inherited = dict(os.environ)  # noqa: TID251  # what a child process inherits
    return inherited | {config.PREFIX + k.upper(): v for k, v in values.items()}


def _wait_until_sending(engine: Engine) -> None:
    deadline = time.monotonic() + 60
    while _state(engine) is not IssueState.SENDING:
        if time.monotonic() > deadline:
            raise SystemExit(f"the issue did not start: it is {_state(engine)}")
        time.sleep(0.01)


def _state(engine: Engine) -> IssueState:
    with db.reading(engine) as session:
        return session.exec(select(Issue)).one().state


def _leave(
    settings: Settings,
    port: int,
    handles: Sequence[str],
    engine: Engine,
    wanted: argparse.Namespace,
) -> list[Left]:
    """Let people leave until the issue is sent or the time is over."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        asked = []
        for number, handle in enumerate(handles):
            due = begun + number / wanted.rate
            time.sleep(max(0.0, due - time.perf_counter()))
            if due > begun + wanted.seconds or _state(engine) is not IssueState.SENDING:
                break
            asked.append(pool.submit(_post, settings, port, handle, due))
        return [each.result() for each in asked]


def _post(settings: Settings, port: int, handle: str, due: float) -> Left:
    path = f"/u/{settings.keys.sign(Purpose.UNSUBSCRIBE, handle)}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    host = urlsplit(settings.base_url).netloc
    connection.request(
        "POST", path, "List-Unsubscribe=One-Click", {**_FORM, "Host": host}
    )
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - due
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"a POST was answered {answer.status}")
    return Left(handle, took, utcnow())


def _wronged(engine: Engine, sink: Sink, left: Sequence[Left]) -> tuple[int, int]:
    """Count those who had not been claimed when they left, and whom of them it hit."""
    got = sink.counts()["recipients"]
    query = (
        select(Delivery.dated_at, Subscriber.email)
        .join(Subscriber, col(Subscriber.id) == col(Delivery.subscriber_id))
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
    )
    in_time = mailed = 0
    with db.reading(engine) as session:
        for each in left:
            claimed_at, email = session.exec(
                query.where(col(Subscription.handle) == each.handle)
            ).one()
            if claimed_at is None or claimed_at > each.at:
                in_time += 1
                mailed += got.get(email, 0)
    return in_time, mailed


def _row(name: str, left: Sequence[Left], sent: int, in_time: int, mailed: int) -> bool:
    times = [1000 * each.seconds for each in left]
    if len(times) < 2:
        raise SystemExit("the issue was sent before anybody could leave")
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    print(
        f"{name:<12}{cuts[49]:>5.0f} ms{cuts[94]:>5.0f} ms{cuts[98]:>5.0f} ms"
        f"{max(times):>5.0f} ms{len(times):>7}{sent:>16,}{in_time:>14}{mailed:>21}",
        flush=True,
    )
    return cuts[98] < WANTED and not mailed


if __name__ == "__main__":
    main()
