"""A database with readers and an issue, as benchmarks of sending need."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from newsletter import config, db
from newsletter.config import Settings
from newsletter.migrations import ready
from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.models import Subscriber, Subscription, SubscriptionState
from subscribers.tokens import new_handles

HOLDER = "benchmark"
LANGUAGES = ("fr", "nl", "de", "en")
# Two thirds of a Belgian list speak one of two languages.
_SPOKEN = ("fr", "nl", "fr", "nl", "de", "en")
_BATCH = 20_000
_SENTENCE = "L’été revient à Liège : « enfin », dit-elle. "


def settings_for(folder: Path, url: str, port: int = 0, **more: Any) -> Settings:
    """Return settings that send to a sink at `port`, with nothing that slows down.

    DKIM is off, as it is unless keys are given; so are the grace after "Send" and
    the gentle start.
    """
    off = {"grace_seconds", "gentle_start"} & Settings.model_fields.keys()
    wanted = {
        "data_dir": folder,
        "database_url": url,
        "smtp_url": f"smtp://127.0.0.1:{port}?tls=none" if port else "",
        "connections": 10,
        "messages_per_connection": 1_000_000,
        "secret_keys": ["a key that is only used by this benchmark"],
        "check_domains": False,
        **dict.fromkeys(off, 0),
    }
    return config.load(**wanted | more)


@contextmanager
def database(settings: Settings, readers: int) -> Iterator[Engine]:
    """Set up an empty database with so many confirmed readers of four languages."""
    engine = db.make_engine(settings.database)
    try:
        ready.ensure(engine, settings)
        for first in range(1, readers + 1, _BATCH):
            _add_readers(
                engine, settings, range(first, min(first + _BATCH, readers + 1))
            )
        settle(engine)
        yield engine
    finally:
        engine.dispose()


def settle(engine: Engine) -> None:
    """Write out what earlier work left, which the next measure need not pay for."""
    raw = engine.raw_connection()
    try:
        if engine.dialect.name == "sqlite":
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        raw.driver_connection.autocommit = True  # type: ignore[union-attr]  # psycopg's
        for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
            raw.cursor().execute(statement)
    finally:
        raw.close()
        if engine.dialect.name != "sqlite":
            engine.dispose()


def _add_readers(engine: Engine, settings: Settings, numbers: range) -> None:
    now = utcnow()
    addresses = [f"reader.{number}@example.org" for number in numbers]
    hashes = settings.keys.fingerprints(addresses)
    people = [
        {
            "id": number,
            "email": address,
            "email_key": address,
            "email_hash": address_hash,
            "name": f"Zoé Peeters {number}",
            "language": _SPOKEN[number % len(_SPOKEN)],
            "attributes": {},
            "created_at": now,
            "updated_at": now,
        }
        for number, address, address_hash in zip(
            numbers, addresses, hashes, strict=True
        )
    ]
    standings = [
        {
            "subscriber_id": number,
            "list_id": 1,  # of the list that every database begins with
            "handle": handle,
            "state": SubscriptionState.CONFIRMED,
            "created_at": now,
            "confirmed_at": now,
        }
        for number, handle in zip(numbers, new_handles(len(numbers)), strict=True)
    ]
    _add(engine, Subscriber, people)
    _add(engine, Subscription, standings)


def _add(engine: Engine, model: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.execute(insert(table_of(model)), rows)
        return
    # A million rows by INSERT take PostgreSQL minutes.
    table, columns = table_of(model).name, list(rows[0])
    raw = engine.raw_connection()
    try:
        into = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with raw.cursor().copy(into) as copy:
            for row in rows:
                copy.write_row([_plain(row[name]) for name in columns])
        # The sequence knows nothing of ids that were given.
        if "id" in columns:
            top = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) "
            raw.cursor().execute(f"{top} FROM {table}")
        raw.commit()
    finally:
        raw.close()


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict) else value
