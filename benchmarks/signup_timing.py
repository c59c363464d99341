"""Can a stranger tell from the sign-up form who is subscribed? Bytes and time.

Run it with `python -m benchmarks.signup_timing`, or with a number of pairs. A real
server on loopback is asked for a known and an unknown address in turn, in an order
drawn for every pair. The answers must be the same to the byte. For the times, the
difference within each pair gets its sign at random 20,000 times: `p` is how often
chance alone makes a mean difference as large as the one measured. Below 0.01, the
form talks.
"""

import os
import random
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from newsletter import config, db
from newsletter.migrations import ready
from subscribers import importing, lists
from subscribers.importing import Order

PAIRS = 500
_SHUFFLES = 20_000
_WARM_UP = 20
_FORM = "application/x-www-form-urlencoded"


def main() -> None:
    """Measure and print a table."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    with (
        tempfile.TemporaryDirectory() as folder,
        _server(Path(folder), pairs) as url,
        httpx2.Client(base_url=url) as client,
    ):
        bodies, known, unknown = _measure(client, pairs)
    differences = [a - b for a, b in zip(known, unknown, strict=True)]
    print(f"{pairs} alternated pairs on SQLite, one connection, loopback")
    print(f"{'known address, median':<28}{statistics.median(known) * 1e3:>8.3f} ms")
    print(f"{'unknown address, median':<28}{statistics.median(unknown) * 1e3:>8.3f} ms")
    mean = statistics.fmean(differences)
    print(f"{'mean difference':<28}{mean * 1e3:>8.3f} ms")
    print(f"{'different answers':<28}{len(bodies):>8}  (1 is all alike)")
    print(f"{'p':<28}{_p(differences):>8.3f}  (above 0.01: the form does not talk)")


def _measure(
    client: httpx2.Client, pairs: int
) -> tuple[set[bytes], list[float], list[float]]:
    page = client.get("/fr/subscribe").text
    found = re.search(r'name="stamp" value="([^"]+)"', page)
    assert found
    stamp = found[1]
    time.sleep(2.5)  # as long as a person takes to fill the form in
    bodies: set[bytes] = set()
    times: dict[str, list[float]] = {"known": [], "other": []}
    for number in range(_WARM_UP + pairs):
        names = random.sample(["known", "other"], 2)
        for name in names:
            # Every request from a network of its own: the limit is not measured here.
            spent, body = _ask(client, f"{name}{number}@example.org", stamp)
            bodies.add(body)
            if number >= _WARM_UP:
                times[name].append(spent)
    return bodies, times["known"], times["other"]


def _ask(client: httpx2.Client, email: str, stamp: str) -> tuple[float, bytes]:
    network = ".".join(str(byte % 250 + 1) for byte in secrets.token_bytes(4))
    begun = time.perf_counter()
    answer = client.post(
        "/fr/subscribe",
        content=f"email={email}&language=fr&stamp={stamp}",
        headers={"Content-Type": _FORM, "X-Forwarded-For": network},
    )
    spent = time.perf_counter() - begun
    assert answer.status_code == 200, answer.status_code
    return spent, answer.content


def _p(differences: list[float]) -> float:
    """Return the p-value of a paired permutation test of the mean, two-sided."""
    observed = abs(statistics.fmean(differences))
    sizes = [abs(each) for each in differences]
    count = len(sizes)
    total = sum(sizes)
    as_large = 0
    for _ in range(_SHUFFLES):
        signs = random.getrandbits(count)
        positive = sum(size for index, size in enumerate(sizes) if signs >> index & 1)
        as_large += abs(2 * positive - total) / count >= observed
    return (as_large + 1) / (_SHUFFLES + 1)


@contextmanager
def _server(folder: Path, pairs: int) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    settings = config.load(data_dir=folder, base_url=url, check_domains=False)
    _furnish(settings, folder, pairs)
    environment = {
        **os.environ,  # noqa: TID251  # what a child process inherits
        "NEWSLETTER_DATA_DIR": str(folder),
        "NEWSLETTER_BASE_URL": url,
        "NEWSLETTER_CHECK_DOMAINS": "false",
        "NEWSLETTER_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    command = [sys.executable, "-m", "newsletter", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(url)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _furnish(settings: config.Settings, folder: Path, pairs: int) -> None:
    engine = db.make_engine(settings.database)
    try:
        ready.ensure(engine, settings)
        with db.reading(engine) as session:
            list_id = lists.get(session).id or 0
        people = folder / "people.csv"
        rows = [f"known{number}@example.org" for number in range(_WARM_UP + pairs)]
        people.write_text("\n".join(["email", *rows]))
        with people.open("rb") as file:
            order = Order(list_id, consent="for a measurement")
            importing.import_people(engine, settings.keys, file, order)
    finally:
        engine.dispose()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
