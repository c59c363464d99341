"""An import of a million people, against the barest loop over the same file.

Run it with `make bench`, or `python -m benchmarks.importing 100000` for a quick look.
The bare loop reads with csv, checks each address with email-validator and writes
three columns into one table in one transaction: no verdicts, no consent, no handle,
nobody kept out. Each side runs in a process of its own, in turn, on each database.
`--postgres URL` names a server to use; without it one is started as for the tests.
"""

import argparse
import csv
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import make_url

from newsletter import config, db
from newsletter.migrations import ready
from subscribers import importing, lists
from tests import postgres

ROWS = 1_000_000
MOST = 2.5  # times the bare loop
MOST_MEMORY = 200  # megabytes of our process
DATABASE = "benchmark_importing"
DOMAINS = ("gmail.com", "outlook.be", "skynet.be", "telenet.be", "orange.fr", "gmx.de")
TABLE = "CREATE TABLE bare (email TEXT, name TEXT, language TEXT)"


def main() -> None:
    """Measure and print a table with the ratios."""
    wanted = _arguments()
    if wanted.side:
        print(json.dumps(_side(wanted.side, wanted.file, wanted.url)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        _generate(file, wanted.rows)
        print(f"{wanted.rows} rows, {file.stat().st_size / 1e6:.0f} MB")
        print(f"{'':<12}{'bare loop':>12}{'import':>12}{'ratio':>8}{'memory':>10}")
        good = _compare("SQLite", file, f"sqlite:///{folder}/import.db")
        with server(wanted.postgres, DATABASE) as url:
            good &= _compare("PostgreSQL", file, url)
    print(f"wanted: at most {MOST} times the bare loop, under {MOST_MEMORY} MB")
    sys.exit(not good)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    parser.add_argument("--postgres", metavar="URL", help="a server to use")
    for hidden in ("--side", "--file", "--url"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    return parser.parse_args()


def _generate(file: Path, rows: int) -> None:
    """Write people as many lists have them: few providers, most with a language."""
    chance = random.Random(7)  # noqa: S311  # the same file every time, no secret
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["email", "name", "language"])
        for number in range(rows):
            domain = chance.choice(DOMAINS)
            if chance.random() < 0.1:
                domain = f"asbl-{number % 20_000}.example"
            language = chance.choice(("fr", "nl", "de", "en", "Français", ""))
            writer.writerow(
                [f"reader.{number}@{domain}", f"Zoé Peeters {number}", language]
            )


@contextmanager
def server(given: str | None, name: str, *, durable: bool = False) -> Iterator[str]:
    """Make an empty database on the server given, or on one of our own; drop it."""
    own = nullcontext(given) if given else postgres.server(durable=durable)
    with own as url:
        postgres.administer(url, f"DROP DATABASE IF EXISTS {name}")
        postgres.administer(url, f"CREATE DATABASE {name}")
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
        postgres.administer(url, f"DROP DATABASE {name} WITH (FORCE)")


def _compare(name: str, file: Path, url: str) -> bool:
    bare, ours = _child("bare", file, url), _child("ours", file, url)
    ratio = ours["seconds"] / bare["seconds"]
    print(
        f"{name:<12}{bare['seconds']:>10.1f} s{ours['seconds']:>10.1f} s"
        f"{ratio:>8.2f}{ours['megabytes']:>7.0f} MB",
        flush=True,
    )
    return ratio <= MOST and ours["megabytes"] < MOST_MEMORY


def _child(side: str, file: Path, url: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.importing", "--side", side]
    done = subprocess.run(
        [*command, "--file", file, "--url", url], check=True, stdout=subprocess.PIPE
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _side(side: str, file: str, url: str) -> dict[str, float]:
    seconds = _bare(file, url) if side == "bare" else _ours(file, url)
    # Linux counts kilobytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {"seconds": seconds, "megabytes": peak}


def _bare(file: str, url: str) -> float:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        connection: Any = sqlite3.connect(f"{parsed.database}.bare")
        insert = "INSERT INTO bare VALUES (?, ?, ?)"
    else:
        plain = parsed.set(drivername="postgresql")
        connection = psycopg.connect(plain.render_as_string(hide_password=False))
        insert = "INSERT INTO bare VALUES (%s, %s, %s)"
    begun = time.perf_counter()
    with connection:
        cursor = connection.cursor()
        cursor.execute(TABLE)
        cursor.executemany(insert, _valid(file))
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def _valid(file: str) -> Iterator[tuple[str, str, str]]:
    with Path(file).open(newline="", encoding="utf-8") as text:
        rows = csv.reader(text)
        next(rows)
        for email, name, language in rows:
            try:
                found = validate_email(email, check_deliverability=False)
            except EmailNotValidError:
                continue
            yield found.normalized, name, language


def _ours(file: str, url: str) -> float:
    with tempfile.TemporaryDirectory() as data:
        settings = config.load(
            data_dir=Path(data),
            database_url=url,
            secret_keys=["a key that is only used by this benchmark"],
        )
        engine = db.make_engine(settings.database)
        ready.ensure(engine, settings)
        with db.reading(engine) as session:
            list_id = lists.get(session).id or 0
        order = importing.Order(list_id, "They signed the paper list.", "people.csv")
        with Path(file).open("rb") as stream:
            begun = time.perf_counter()
            report = importing.import_people(engine, settings.keys, stream, order)
            seconds = time.perf_counter() - begun
        engine.dispose()
    if report.new != report.rows:
        raise SystemExit(f"only {report.new} of {report.rows} people came in")
    return seconds


if __name__ == "__main__":
    main()
