"""From ten thousand to a million readers: time to freeze, first message, memory.

Run it with `make bench`, or `python -m benchmarks.scale 10000` for that many readers;
several numbers make several lines. Freezing is from an issue that is due, the sample
with its four languages, to one that is being sent, with a row per reader. One process
freezes and sends, as `newsletter serve` does; its peak memory is that of all its life
up to so many messages. Beside the freezing somebody unsubscribes twenty times a
second, from another process: how long they wait is shown too.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from benchmarks import databases, prepared, relays, sides
from benchmarks.relays import ROOT
from benchmarks.sides import Order
from newsletter import db, jobs
from newsletter.models import Issue, IssueState
from subscribers import optout
from subscribers.models import Channel, Subscription

READERS = (10_000, 100_000, 1_000_000)
MESSAGES = 50_000
# Wanted of a million readers.
FREEZING = 15.0  # seconds
FIRST = 2.0  # seconds
MEMORY = 200.0  # megabytes
_RATE = 20  # unsubscribes a second beside it


def main() -> None:
    """Measure and print a table; fail beyond what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", type=int, default=READERS)
    parser.add_argument("--messages", type=int, default=MESSAGES, help="to send")
    databases.add_arguments(parser)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        _child(Order(**json.loads(wanted.child)))
        return
    print(
        f"{'readers':>9} {'':<11}{'frozen':>9}{'first message':>15}{'memory':>9}"
        f"{'unsubscribing beside it: median, p99, max':>44}"
    )
    good = True
    for readers in wanted.readers:
        with (
            tempfile.TemporaryDirectory(dir=wanted.folder) as folder,
            databases.urls(wanted, folder, "scale") as urls,
        ):
            for name, url in urls.items():
                good &= _measure(name, folder, url, readers, wanted.messages)
    print(
        f"wanted: frozen in {FREEZING:.0f} s, the first message within {FIRST:.0f} s, "
        f"under {MEMORY:.0f} MB"
    )
    sys.exit(not good)


def _measure(name: str, folder: str, url: str, readers: int, messages: int) -> bool:
    settings = prepared.settings_for(Path(folder) / name, url)
    with prepared.database(settings, readers) as engine, relays.ours() as sink:
        prepared.schedule(engine)
        data = str(settings.data_dir)
        order = Order(sink.port, messages, url=url, folder=data, stop_after=messages)
        frozen, waits = _started(engine, order)
        counts = sink.counts()
    first = counts["first_at"] - frozen["at"]
    print(
        f"{readers:>9,} {name:<11}{frozen['seconds']:>7.2f} s{first:>13.2f} s"
        f"{frozen['megabytes']:>6.0f} MB{_waits(waits):>44}",
        flush=True,
    )
    return bool(
        frozen["seconds"] < FREEZING and first < FIRST and frozen["megabytes"] < MEMORY
    )


def _started(engine: Engine, order: Order) -> tuple[dict[str, float], list[float]]:
    """Freeze and send in a process of its own; return what it says and the waits."""
    command = [sys.executable, "-m", "benchmarks.scale", "--child"]
    with subprocess.Popen(
        [*command, json.dumps(vars(order))], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it is about to freeze
        ended, waits = threading.Event(), list[float]()
        leaving = threading.Thread(target=_leave, args=(engine, ended, waits))
        leaving.start()
        frozen = json.loads(process.stdout.readline())
        ended.set()
        leaving.join()
        memory = json.loads(process.stdout.readline())
    return {**frozen, **memory}, waits


def _leave(engine: Engine, ended: threading.Event, waits: list[float]) -> None:
    chance = random.Random(7)  # noqa: S311  # the same people every time, no secret
    with db.reading(engine) as session:
        handles = list(session.exec(select(col(Subscription.handle)).limit(5_000)))
    while not ended.wait(1 / _RATE):
        begun = time.perf_counter()
        with db.writing(engine) as session:
            handle = chance.choice(handles)
            optout.unsubscribe(
                session, handle, channel=Channel.ONE_CLICK, language="fr"
            )
        waits.append(time.perf_counter() - begun)


def _waits(waits: Sequence[float]) -> str:
    if not waits:
        return "–"
    ordered = sorted(1000 * wait for wait in waits)
    late = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    middle = ordered[len(ordered) // 2]
    return f"{middle:.0f}, {late:.0f}, {ordered[-1]:.0f} ms ({len(ordered)} times)"


def _child(order: Order) -> None:
    settings = prepared.settings_for(Path(order.folder), order.url, order.port)
    engine = db.make_engine(settings.database)
    with db.reading(engine) as session:
        db.now(session)
    print("{}", flush=True)
    begun = time.monotonic()
    jobs.start_due_issues(engine, settings, holder="benchmark")
    ended = time.monotonic()
    print(json.dumps({"seconds": ended - begun, "at": ended}), flush=True)
    with db.reading(engine) as session:
        issue = session.exec(select(Issue)).one()
    engine.dispose()
    if issue.state is not IssueState.SENDING:
        raise SystemExit(f"the issue could not start: {issue.paused_because}")
    run = sides.ours(order)
    print(json.dumps({"megabytes": run.megabytes}), flush=True)


if __name__ == "__main__":
    main()
