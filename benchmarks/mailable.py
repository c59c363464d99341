"""Who may be mailed among a million people: how long the question takes, and its plan.

Run it with `make bench`, or `python -m benchmarks.mailable 100000` for a quick look.
One in ten people is on another list, one in twenty has left, one in fifty is
suppressed. `--postgres URL` names a server to use; without it one is started as for
the tests.
"""

import argparse
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from benchmarks.importing import server
from newsletter import config, db
from newsletter.config import Settings
from newsletter.deliveries.fanning_out import CHUNK
from newsletter.migrations import ready
from subscribers import lists, segments
from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.models import (
    MailingList,
    Segment,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)

PEOPLE = 1_000_000
BATCH = 20_000
LANGUAGES = ("fr", "nl", "de", "en", None)
PERSON = table_of(Subscriber)


def main() -> None:
    """Measure and print a table, then the plans; fail where a plan uses no index."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="?", type=int, default=PEOPLE)
    parser.add_argument("--postgres", metavar="URL", help="a server to use")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        good = _measure(f"sqlite:///{folder}/mailable.db", folder, wanted.people)
        with server(wanted.postgres, "benchmark_mailable") as url:
            good &= _measure(url, folder, wanted.people)
    sys.exit(not good)


def _measure(url: str, folder: str, people: int) -> bool:
    settings = config.load(
        data_dir=Path(folder),
        database_url=url,
        secret_keys=["a key that is only used by this benchmark"],
    )
    engine = db.make_engine(url)
    try:
        ready.ensure(engine, settings)
        _fill(engine, settings, people)
        with db.reading(engine) as session:
            return _ask(session, people)
    finally:
        engine.dispose()


def _fill(engine: Engine, settings: Settings, people: int) -> None:
    with db.writing(engine) as session:
        first = lists.get(session)
        other = MailingList(**first.model_dump(exclude={"id"}) | {"slug": "other"})
        session.add(other)
        session.flush()
        ids = (first.id or 0, other.id or 0)
    for start in range(0, people, BATCH):
        numbers = range(start + 1, min(start + BATCH, people) + 1)
        with engine.begin() as connection:
            for model, rows in _rows(settings, numbers, ids).items():
                connection.execute(insert(table_of(model)), rows)
    if engine.dialect.name == "postgresql":  # which keeps statistics by itself
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))


def _rows(
    settings: Settings, numbers: range, list_ids: tuple[int, int]
) -> dict[type[Any], list[dict[str, Any]]]:
    now = utcnow()
    addresses = [f"reader.{number}@example.org" for number in numbers]
    hashes = settings.keys.fingerprints(addresses)
    people: list[dict[str, Any]] = [
        {
            "id": number,
            "email": address,
            "email_key": address,
            "email_hash": address_hash,
            "name": "",
            "language": LANGUAGES[number % len(LANGUAGES)],
            "attributes": {},
            "created_at": now,
            "updated_at": now,
        }
        for number, address, address_hash in zip(
            numbers, addresses, hashes, strict=True
        )
    ]
    standings = [_standing(number, list_ids, now) for number in numbers]
    suppressed = [
        {
            "address_hash": row["email_hash"],
            "reason": SuppressionReason.HARD_BOUNCE,
            "evidence": "",
            "created_at": now,
        }
        for row in people
        if row["id"] % 50 == 0
    ]
    return {Subscriber: people, Subscription: standings, Suppression: suppressed}


def _standing(number: int, list_ids: tuple[int, int], now: datetime) -> dict[str, Any]:
    left = number % 20 == 0
    return {
        "subscriber_id": number,
        "list_id": list_ids[number % 10 == 0],
        "handle": f"{number:016d}",
        "state": (
            SubscriptionState.UNSUBSCRIBED if left else SubscriptionState.CONFIRMED
        ),
        "created_at": now,
        "confirmed_at": now,
    }


def _ask(session: Session, people: int) -> bool:
    list_id, now = lists.get(session).id or 0, utcnow()
    dutch = Segment(name="dutch", rule="language=nl")
    everybody = segments.mailable(list_id, now=now)
    first = segments.between(everybody, 1, CHUNK)
    late = segments.between(everybody, people // 2, people // 2 + CHUNK - 1)
    begun = time.perf_counter()
    found = segments.count(session, list_id, now=now)
    print(f"\n{session.get_bind().dialect.name}, {people} people")
    print(f"{sum(found.values())} mailable: {time.perf_counter() - begun:>7.2f} s")
    begun = time.perf_counter()
    segments.count(session, list_id, segment=dutch, now=now)
    print(f"those of a segment: {time.perf_counter() - begun:>9.2f} s")
    good = True
    for name, query in (("first chunk", first), ("chunk half way", late)):
        begun = time.perf_counter()
        rows = len(session.execute(query).all())
        print(f"{name}, {rows} rows: {1000 * (time.perf_counter() - begun):.0f} ms")
        good &= _explain(session, query)
    _explain(session, everybody.with_only_columns(PERSON.c.language))
    return good


def _explain(session: Session, query: Any) -> bool:
    """Print the plan; tell whether it reads no large table from end to end."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    dialect: Any = sqlite if is_sqlite else postgresql
    how = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    statement = text(f"{how} {_literally(query, dialect.dialect())}")
    lines = [str(row[-1]) for row in session.execute(statement)]
    print("\n".join(f"    {line}" for line in lines))
    whole = ("SCAN subscription", "Seq Scan on subscription", "Seq Scan on subscriber")
    return not any(word in line for line in lines for word in whole)


def _literally(query: Any, dialect: Any) -> str:
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


if __name__ == "__main__":
    main()
