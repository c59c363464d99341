"""Messages a second and processor time per message, beside C and beside aiosmtplib.

Run it with `make bench`, or `python -m benchmarks.throughput 20000` for that many
readers. In turn, over the same number of connections to the same sink: Postfix's
`smtp-source -d`, which keeps no ledger and sends everybody the same bytes;
aiosmtplib's `sendmail` over kept connections, without a ledger; our sender with the
ledger on SQLite and on PostgreSQL. Claims are durable on the disk of `--folder`;
DKIM, grace and gentle start are off. Preparing is not charged.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, func
from sqlmodel import col, select

from benchmarks import databases, prepared, relays, sides
from benchmarks.sides import Order, Run
from newsletter import db
from newsletter.config import Settings
from newsletter.models import Delivery, DeliveryState
from subscribers.clock import utcnow

READERS = 20_000
ROUNDS = 5
CONNECTIONS = 10
SIZES = {"20KB": 20_000, "60KB": 60_000, "sample": None}
# aiosmtplib takes several times as long, and its figure settles sooner.
_SENDMAIL = 5_000


@dataclass(frozen=True)
class Ledger:
    """A database with readers, ready to start its issue."""

    name: str
    engine: Engine
    settings: Settings


def main() -> None:
    """Measure and print a table for each size."""
    wanted = _arguments()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder, ExitStack() as open_:
        print(_machine(Path(folder)))
        urls = open_.enter_context(databases.urls(wanted, folder, "throughput"))
        ledgers = [
            open_.enter_context(_ledger(name, Path(folder) / name, url, wanted.readers))
            for name, url in urls.items()
        ]
        print(f"{CONNECTIONS} connections, sink: {wanted.sink}")
        for name in wanted.sizes:
            _compare(name, ledgers, wanted.sink, wanted.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="?", type=int, default=READERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sink", choices=["ours", "postfix"], default=relays.default())
    parser.add_argument("--sizes", nargs="+", choices=[*SIZES], default=[*SIZES])
    databases.add_arguments(parser)
    return parser.parse_args()


@contextmanager
def _ledger(name: str, folder: Path, url: str, readers: int) -> Iterator[Ledger]:
    settings = prepared.settings_for(folder, url)
    with prepared.database(settings, readers) as engine:
        yield Ledger(name, engine, settings)


def _compare(name: str, ledgers: Sequence[Ledger], sink: str, rounds: int) -> None:
    size, most = _watched(ledgers, SIZES[name])
    runs: dict[str, list[Run]] = {}
    for number in range(rounds):
        order = _sides(ledgers, SIZES[name], size)
        turn = number % len(order)
        for side, run in (*order[turn:], *order[:turn]):
            with relays.running(sink) as relay:
                runs.setdefault(side, []).append(run(relay.port))
    print(f"\n{name}: {size:,} bytes, {rounds} rounds: median (least to most)")
    print(f"{'':<24}{'messages/s':>22}{'CPU, µs a message':>26}")
    for side, _ in _sides(ledgers, SIZES[name], size):
        _row(side, runs[side])
    _ratios(runs)
    print("most rows in `sending`: " + ", ".join(f"{k} {v}" for k, v in most.items()))


def _sides(
    ledgers: Sequence[Ledger], wanted: int | None, size: int
) -> list[tuple[str, Callable[[int], Run]]]:
    sent = [(ledger.name, partial(_ours, ledger, wanted)) for ledger in ledgers]
    readers = _readers(ledgers[0])
    peers: list[tuple[str, Callable[[int], Run]]] = []
    if relays.tool("smtp-source"):
        peers.append(("smtp-source -d", partial(_source, readers, size)))
    few = min(readers, _SENDMAIL)
    return [*peers, ("aiosmtplib sendmail", partial(_sendmail, few, size)), *sent]


def _source(messages: int, size: int, port: int) -> Run:
    return sides.smtp_source(Order(port, messages, CONNECTIONS, size))


def _sendmail(messages: int, size: int, port: int) -> Run:
    return sides.child("sendmail", Order(port, messages, CONNECTIONS, size))


def _ours(ledger: Ledger, wanted: int | None, port: int) -> Run:
    many = prepared.start(ledger.engine, ledger.settings, wanted)
    run = sides.child("ours", _order(ledger, many, port))
    accepted = _count(ledger.engine, DeliveryState.ACCEPTED)
    if accepted != many:
        raise SystemExit(f"only {accepted} of {many} were accepted")
    return run


def _order(ledger: Ledger, many: int, port: int) -> Order:
    url, folder = ledger.settings.database, str(ledger.settings.data_dir)
    return Order(port, many, CONNECTIONS, url=url, folder=folder)


def _watched(
    ledgers: Sequence[Ledger], wanted: int | None
) -> tuple[int, dict[str, int]]:
    """Send once untimed: the size as it comes in, and the most rows held at once."""
    size, most = 0, {}
    for ledger in ledgers:
        many = prepared.start(ledger.engine, ledger.settings, wanted)
        seen, ended = [0], threading.Event()
        watching = threading.Thread(target=_watch, args=(ledger.engine, seen, ended))
        with relays.ours() as sink:
            watching.start()
            sides.child("ours", _order(ledger, many, sink.port))
            counts = sink.counts()
        ended.set()
        watching.join()
        size = counts["bytes"] // counts["messages"]
        most[ledger.name] = max(seen)
    return size, most


def _watch(engine: Engine, seen: list[int], ended: threading.Event) -> None:
    while not ended.wait(0.003):
        seen.append(_count(engine, DeliveryState.SENDING))


def _count(engine: Engine, state: DeliveryState) -> int:
    query = select(func.count()).where(col(Delivery.state) == state)
    with db.reading(engine) as session:
        return session.exec(query).one()


def _readers(ledger: Ledger) -> int:
    with db.reading(ledger.engine) as session:
        return session.exec(select(func.count()).select_from(Delivery)).one()


def _row(side: str, runs: Sequence[Run]) -> None:
    rates, cpus = [run.rate for run in runs], [run.cpu for run in runs]
    print(f"{side:<24}{_spread(rates):>22}{_spread(cpus):>26}", flush=True)


def _spread(figures: Sequence[float]) -> str:
    middle = statistics.median(figures)
    return f"{middle:,.0f} ({min(figures):,.0f}–{max(figures):,.0f})"


def _ratios(runs: dict[str, list[Run]]) -> None:
    middle = {
        side: (
            statistics.median(run.rate for run in each),
            statistics.median(run.cpu for run in each),
        )
        for side, each in runs.items()
    }
    source, sendmail = middle.get("smtp-source -d"), middle["aiosmtplib sendmail"]
    for side in [name for name in ("SQLite", "PostgreSQL") if name in middle]:
        rate, cpu = middle[side]
        said = f"{side}: {sendmail[1] / cpu:.1f} × sendmail's messages per CPU second"
        if source:
            said += f", smtp-source's rate × {rate / source[0]:.2f}"
            said += f", its CPU × {cpu / source[1]:.2f}"
        print(said)


def _machine(folder: Path) -> str:
    """Say on what, when and on which disk this was measured."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(": ")[2] for line in lines if "model name" in line]
    return (
        f"{utcnow():%Y-%m-%d %H:%M} UTC, {os.cpu_count()} × "
        f"{names[0] if names else platform.processor()}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}, "
        f"one fsync {_fsync(folder / 'fsync') * 1000:.2f} ms, {' '.join(sys.argv[1:])}"
    )


def _fsync(file: Path) -> float:
    """Return the median of 200 small writes made durable, in seconds."""
    took = []
    with file.open("wb", buffering=0) as out:
        for _ in range(200):
            out.write(b"x" * 4096)
            begun = time.perf_counter()
            os.fsync(out.fileno())
            took.append(time.perf_counter() - begun)
    return statistics.median(took)


if __name__ == "__main__":
    main()
