"""Messages a second to a relay that is far away, pipelined and in lockstep.

Run it with `make bench`, or `python -m benchmarks.latency --seconds 3` for a quick
look. The sink answers so many milliseconds after what it answers came in, over
loopback, so one round trip takes that long. The ideal is one round trip a message:
connections divided by latency. The rate is that of the sink between its first and its
last message; the ledger is SQLite.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from sqlalchemy import Engine

from benchmarks import prepared, relays, sides
from benchmarks.databases import DISK
from benchmarks.sides import Order
from benchmarks.sink import Manner
from newsletter.config import Settings

LATENCIES = (0, 5, 20, 50)  # milliseconds
READERS = 20_000
CONNECTIONS = 10
SECONDS = 6.0
WANTED = 0.9  # of the ideal, at 20 ms
_FASTEST = 5_000  # messages a second without latency: how many to send in the time


def main() -> None:
    """Measure and print a table; fail below what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="each")
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--milliseconds", nargs="+", type=int, default=LATENCIES)
    parser.add_argument("--folder", default=DISK)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
        settings = prepared.settings_for(Path(folder), "")
        with prepared.database(settings, wanted.readers) as engine:
            good = _measure(engine, settings, wanted)
    sys.exit(not good)


def _measure(engine: Engine, settings: Settings, wanted: argparse.Namespace) -> bool:
    good = True
    print(f"{'latency':<10}{'ideal /s':>10}{'pipelined /s':>18}{'lockstep /s':>18}")
    for latency in wanted.milliseconds:
        rates = []
        for pipelining in (True, False):
            prepared.start(engine, settings)
            manner = Manner(pipelining=pipelining, latency=latency / 1000)
            rates.append(_rate(settings, manner, wanted.seconds))
        ratio = _row(latency, rates)
        good &= latency != 20 or ratio >= WANTED
    print(f"wanted: {WANTED:.0%} of the ideal at 20 ms, pipelined")
    return good


def _rate(settings: Settings, manner: Manner, seconds: float) -> float:
    ideal = CONNECTIONS / manner.latency if manner.latency else _FASTEST
    # Lockstep takes four round trips.
    enough = int(ideal * seconds / (1 if manner.pipelining else 4))
    with relays.ours(manner) as sink:
        order = Order(
            sink.port,
            messages=enough,
            connections=CONNECTIONS,
            url=settings.database,
            folder=str(settings.data_dir),
            stop_after=enough,
        )
        sides.child("ours", order)
        counts = sink.counts()
    # The first of every connection arrive together.
    took: float = counts["last_at"] - counts["first_at"]
    return float(counts["messages"] - CONNECTIONS) / took


def _row(latency: int, rates: list[float]) -> float:
    """Print a line; return the part of the ideal that was reached."""
    ideal = CONNECTIONS * 1000 / latency if latency else 0.0
    shown = [
        f"{rate:,.0f} ({rate / ideal:.0%})" if ideal else f"{rate:,.0f}"
        for rate in rates
    ]
    best = f"{ideal:,.0f}" if ideal else "–"
    print(f"{latency:>3} ms    {best:>10}{shown[0]:>18}{shown[1]:>18}", flush=True)
    return rates[0] / ideal if ideal else 1.0


if __name__ == "__main__":
    main()
