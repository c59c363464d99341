"""Reserving slots: what it costs, and whether four senders together keep a limit.

Run it with `make bench`, or `python -m benchmarks.slots 5` for five seconds a row.
Each sender has a thread and an engine of its own, reserves 16 slots at a time, waits
for each and notes when it left; a slot more than 50 ms late is dropped. `--postgres
URL` names a server to use; without it one is started as for the tests.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.importing import server
from newsletter import config, db, relays
from newsletter.migrations import ready
from newsletter.relays import TOLERANCE, Profile

SECONDS = 10
SENDERS = 4
LIMIT = 100  # a second
WINDOW = 16


@dataclass
class Seen:
    """What one sender noted."""

    left: list[datetime] = field(default_factory=list)
    took: list[float] = field(default_factory=list)  # seconds to reserve
    late: int = 0


def main() -> None:
    """Print a row a database; fail where a second saw more than the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", nargs="?", type=int, default=SECONDS)
    parser.add_argument("--postgres", metavar="URL", help="a server to use")
    wanted = parser.parse_args()
    print(
        f"{SENDERS} senders, {LIMIT} a second, {wanted.seconds} s, {WINDOW} at a time"
    )
    with tempfile.TemporaryDirectory() as folder:
        good = _measure(f"sqlite:///{folder}/slots.db", folder, wanted.seconds)
        with server(wanted.postgres, "benchmark_slots") as url:
            good &= _measure(url, folder, wanted.seconds)
    sys.exit(not good)


def _measure(url: str, folder: str, seconds: int) -> bool:
    settings = config.load(
        data_dir=Path(folder),
        database_url=url,
        secret_keys=["a key that is only used by this benchmark"],
    )
    engine = db.make_engine(url)
    ready.ensure(engine, settings)
    engine.dispose()
    seen = [Seen() for _ in range(SENDERS)]
    threads = [
        threading.Thread(target=_send, args=(url, each, seconds)) for each in seen
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _tell(url.partition(":")[0], seen)


def _send(url: str, seen: Seen, seconds: int) -> None:
    engine = db.make_engine(url)
    profile = Profile("main", None, 10, 50, per_second=LIMIT, per_day=10**6)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        with db.writing(engine) as session:
            now = db.now(session)
            slots = relays.reserve(session, profile, want=WINDOW, now=now)
        seen.took.append(time.monotonic() - begun)
        if slots.again_at:
            _wait(slots.again_at - now, begun)
        for moment in slots.moments:
            if _wait(moment - now, begun) > TOLERANCE:
                seen.late += 1
            else:
                seen.left.append(now + timedelta(seconds=time.monotonic() - begun))
    engine.dispose()


def _wait(until: timedelta, begun: float) -> timedelta:
    """Wait until so long after `begun`; return how late it became."""
    time.sleep(max(begun + until.total_seconds() - time.monotonic(), 0))
    return timedelta(seconds=time.monotonic() - begun) - until


def _tell(name: str, seen: list[Seen]) -> bool:
    left = sorted(moment for each in seen for moment in each.left)
    took = [seconds * 1000 for each in seen for seconds in each.took]
    slowest = statistics.quantiles(took, n=20)[-1]
    most = max(Counter(moment.replace(microsecond=0) for moment in left).values())
    rate = len(left) / (left[-1] - left[0]).total_seconds()
    good = most <= LIMIT
    print(
        f"{name:20} {rate:6.1f} a second, at most {most} in a calendar second, "
        f"{sum(each.late for each in seen)} dropped; reserving takes "
        f"{statistics.median(took):.1f} ms (95 %: {slowest:.1f})"
        f"{'' if good else '  ✕'}"
    )
    return good


if __name__ == "__main__":
    main()
