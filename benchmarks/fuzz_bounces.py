"""Break messages that came back, at random, and read them: nothing may be raised.

Run it with `python -m benchmarks.fuzz_bounces --seconds 1800` after a change to
`newsletter.bounces`. A message that raises, or takes longer than 100 ms of the
processor, is kept in `--folder`; `--seed` breaks the same ones the same way again.
"""

import argparse
import statistics
import sys
import tempfile
import time
import traceback
from pathlib import Path

from newsletter import bounces
from tests.newsletter.bounces.mutations import mutated

LONGEST = 0.1  # seconds of the processor


def main() -> None:
    """Read the options, break and read messages until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1_800)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()

    took: list[float] = []
    bad = 0
    ends = time.monotonic() + options.seconds
    for number, raw in enumerate(mutated(options.seed)):
        if time.monotonic() > ends:
            break
        seconds, raised = _read(raw)
        took.append(seconds)
        if raised or seconds > LONGEST:
            bad += 1
            kept = options.folder / f"fuzz-bounces-{options.seed}-{number}.eml"
            kept.write_bytes(raw)
            print(f"{kept}: {seconds * 1000:.0f} ms\n{raised}")
    _tell(options.seed, took, bad)
    sys.exit(bool(bad))


def _read(raw: bytes) -> tuple[float, str]:
    """Return how long a message took, and what it raised."""
    began, raised = time.process_time(), ""
    try:
        bounces.read(raw)
    except Exception:  # noqa: BLE001  # any at all is what is looked for
        raised = traceback.format_exc()
    return time.process_time() - began, raised


def _tell(seed: int, took: list[float], bad: int) -> None:
    milliseconds = [seconds * 1000 for seconds in took]
    print(f"seed {seed}: {len(took):,} messages, {bad} raised or took too long")
    print(
        f"median {statistics.median(milliseconds):.2f} ms, most {max(milliseconds):.1f}"
    )


if __name__ == "__main__":
    main()
