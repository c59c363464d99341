"""A database with readers and an issue, as benchmarks of sending need."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, insert
from sqlmodel import col, select

from newsletter import config, db, demo, editions, jobs
from newsletter.config import Settings
from newsletter.messages import Reader
from newsletter.migrations import ready
from newsletter.models import Delivery, Edition, Issue, IssueState
from newsletter.rendering.markers import Markers
from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.models import Subscriber, Subscription, SubscriptionState
from subscribers.tokens import new_handles

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
    """Set up an empty database with the sample, and so many more confirmed readers.

    Its issue is the sample's, in four languages; `start` begins it.
    """
    engine = db.make_engine(settings.database)
    try:
        ready.ensure(engine, settings)
        demo.prepare(engine, settings)
        drop_draft(engine)
        with db.reading(engine) as session:
            there = session.scalar(select(func.max(col(Subscriber.id)))) or 0
        for first in range(there + 1, there + readers + 1, _BATCH):
            last = min(first + _BATCH - 1, there + readers)
            _add_readers(engine, settings, range(first, last + 1))
        settle(engine)
        yield engine
    finally:
        engine.dispose()


def drop_draft(engine: Engine) -> None:
    """Leave the sample's first issue alone in the database: the draft is for staff."""
    with db.writing(engine) as session:
        first = session.scalar(select(func.min(col(Issue.id))))
        session.execute(delete(table_of(Issue)).where(col(Issue.id) != first))


def schedule(engine: Engine) -> int:
    """Empty the ledger and schedule the issue for now; return its id."""
    with db.writing(engine) as session:
        session.execute(delete(table_of(Delivery)))
        issue = session.exec(select(Issue)).one()
        issue.state, issue.send_at, issue.total = IssueState.SCHEDULED, utcnow(), None
    settle(engine)
    return issue.id or 0


def start(engine: Engine, settings: Settings, size: int | None = None) -> int:
    """Start the issue afresh, with messages of `size` bytes; return how many."""
    issue_id = schedule(engine)
    jobs.start_due_issues(engine, settings, holder="benchmark")
    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        if issue.state is not IssueState.SENDING or issue.total is None:
            raise SystemExit(f"the issue could not start: {issue.paused_because}")
        for edition in session.exec(select(Edition)) if size else ():
            _resize(edition, settings, size or 0)
    settle(engine)
    return issue.total


def _resize(edition: Edition, settings: Settings, size: int) -> None:
    """Replace the words of a frozen edition so that a message has `size` bytes."""
    markers = Markers(edition.envelope["nonce"])
    others = [markers.read_in(tag) for tag in edition.envelope["languages"]]
    links = [markers.unsubscribe, markers.preferences, *others]
    foot = "".join(f'<p><a href="{link}">…</a></p>\n' for link in links)
    foot += f"<p>{markers.address}, {markers.since}</p>\n"
    edition.text = f"{_SENTENCE}\n" * (size // 400) + "\n".join(links)

    def length(filling: str) -> int:
        edition.html = f"<html><body>\n{filling}{foot}</body></html>\n"
        reader = Reader(7, "reader.70000@example.org", "h" * 16, "2026-11-25", utcnow())
        return len(editions.compiled(edition, settings.keys).build(reader))

    one = f'<td style="padding:0 24px;color:#1c2b33">{_SENTENCE * 3}</td>\n'
    each = (length(one * 20) - length("")) // 20
    paragraphs = (size - length("")) // each - 1
    missing = size - length(one * paragraphs)
    length(one * paragraphs + "<p>" + ("x" * 70 + "\n") * (missing // 72) + "</p>\n")


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
