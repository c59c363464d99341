"""Messages a second with the ledger, against aiosmtplib's `sendmail` without one.

Run it with `make bench`, or `python -m benchmarks.throughput 2000` for that many
readers. Both sides use the same sink, the same number of connections, a connection
kept open, and messages of the same size; they run in turn, three rounds, and the
medians are printed. CPU is that of the sending process alone.
"""

import asyncio
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib
from sqlalchemy import Engine, insert
from sqlmodel import Session, select

from benchmarks import sink
from newsletter import config, db, deliveries, issues, jobs, sending
from newsletter.config import Settings
from newsletter.issues.composing import Plan
from newsletter.migrations import ready
from newsletter.models import Delivery, Edition, Issue, IssueState, Item, ItemText
from newsletter.models import ItemType as Type
from subscribers import lists
from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.models import Subscriber, Subscription, SubscriptionState
from subscribers.tokens import new_handle

READERS = 2_000
ROUNDS = 3
CONNECTIONS = 10


@dataclass(frozen=True)
class Run:
    """One round of one side."""

    rate: float  # messages a second
    cpu: float  # microseconds of the sending process, per message


def main() -> None:
    """Measure and print a table with the ratio."""
    readers = int(sys.argv[1]) if len(sys.argv) > 1 else READERS
    ours: list[Run] = []
    theirs: list[Run] = []
    size = 0
    with sink.running() as port, tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            settings = _settings(Path(folder) / str(number), port)
            engine = db.make_engine(settings.database)
            try:
                size = _prepare(engine, settings, readers)
                theirs.append(asyncio.run(_peer(port, readers, size)))
                ours.append(_send(engine, settings, readers))
            finally:
                engine.dispose()
    print(f"{readers} messages of {size / 1000:.0f} KB, {CONNECTIONS} connections,")
    print(f"median of {ROUNDS} rounds, SQLite ledger")
    _row("aiosmtplib sendmail, no ledger", theirs)
    _row("newsletter, with the ledger", ours)
    rates = [a.rate / b.rate for a, b in zip(ours, theirs, strict=True)]
    cpus = [a.cpu / b.cpu for a, b in zip(ours, theirs, strict=True)]
    print(
        f"ratio of rates {statistics.median(rates):.2f}, "
        f"of CPU {statistics.median(cpus):.2f}"
    )


def _row(name: str, runs: list[Run]) -> None:
    rate = statistics.median(run.rate for run in runs)
    cpu = statistics.median(run.cpu for run in runs)
    print(f"{name:<34}{rate:>8.0f} /s {cpu:>8.0f} µs CPU a message")


def _settings(folder: Path, port: int) -> Settings:
    return config.load(
        data_dir=folder,
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        connections=CONNECTIONS,
        messages_per_connection=10_000,
        secret_keys=["a key that is only used by this benchmark"],
    )


def _prepare(engine: Engine, settings: Settings, readers: int) -> int:
    """Fan an issue out to so many readers; return the size of one message."""
    ready.upgrade(engine, settings)
    with db.writing(engine) as session:
        _people(session, settings, readers)
        issue = _issue(session)
    jobs.start_due_issues(engine, settings, holder="benchmark")
    with db.reading(engine) as session:
        stored = issues.get_issue(session, issue)
        if stored.state is not IssueState.SENDING:
            raise SystemExit(f"the issue could not start: {stored.paused_because}")
        row = session.exec(select(Delivery)).first()
        edition = session.exec(select(Edition)).first()
        assert row is not None
        assert edition is not None
        return edition.size + len(edition.text.encode())


def _people(session: Session, settings: Settings, readers: int) -> None:
    list_id = lists.get(session).id
    addresses = [f"reader{number}@example.org" for number in range(readers)]
    session.execute(
        insert(table_of(Subscriber)),
        [
            {
                "email": address,
                "email_key": address,
                "email_hash": settings.keys.fingerprint(address),
                "name": "",
                "language": "fr",
                "created_at": utcnow(),
                "updated_at": utcnow(),
            }
            for address in addresses
        ],
    )
    ids = session.exec(select(Subscriber.id)).all()
    session.execute(
        insert(table_of(Subscription)),
        [
            {
                "subscriber_id": person,
                "list_id": list_id,
                "handle": new_handle(),
                "state": SubscriptionState.CONFIRMED,
                "created_at": utcnow(),
                "confirmed_at": utcnow(),
            }
            for person in ids
        ],
    )


def _issue(session: Session) -> int:
    items = []
    for number in range(6):
        item = Item(type=Type.STORY, language="fr", url=f"https://example.org/{number}")
        session.add(item)
        session.flush()
        words = "<p>" + "Une phrase de la rédaction. " * 20 + "</p>"
        text = ItemText(item_id=item.id or 0, language="fr", title=f"Titre {number}")
        text.body, text.ready = words, True
        session.add(text)
        items.append(item.id or 0)
    plan = Plan("Benchmark", items=items, languages=["fr"])
    issue = issues.create(session, lists.get(session), plan)
    edition = session.exec(select(Edition)).one()
    edition.subject = "Une lettre"
    issue.state, issue.send_at = IssueState.SCHEDULED, utcnow()
    session.flush()
    return issue.id or 0


async def _peer(port: int, messages: int, size: int) -> Run:
    head = b"From: news@example.org\r\nTo: a@example.org\r\nSubject: x\r\n\r\n"
    raw = head + (b"x" * 74 + b"\r\n") * (size // 76)
    left = iter(range(messages))

    async def worker() -> None:
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1",
            port=port,
            start_tls=False,
            local_hostname="localhost",
        ) as client:
            for _ in left:
                await client.sendmail("news@example.org", ["a@example.org"], raw)

    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
    return _run(begun, cpu, messages)


def _send(engine: Engine, settings: Settings, readers: int) -> Run:
    begun, cpu = time.perf_counter(), time.process_time()
    sending.send(engine, settings, stop=threading.Event())
    measured = _run(begun, cpu, readers)
    with db.reading(engine) as session:
        issue = session.exec(select(Issue)).one()
        accepted = deliveries.status(session, issue).states["accepted"]
    if accepted != readers:
        raise SystemExit(f"only {accepted} of {readers} were accepted")
    return measured


def _run(begun: float, cpu: float, messages: int) -> Run:
    seconds = time.perf_counter() - begun
    return Run(messages / seconds, (time.process_time() - cpu) * 1e6 / messages)


if __name__ == "__main__":
    main()
