"""A list of very many people with a hundred issues, for measuring pages."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, text
from sqlmodel import Session, col, select

from newsletter import config, db
from newsletter.config import Settings
from newsletter.migrations import ready
from newsletter.models import Issue, IssueState
from subscribers import lists
from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.models import (
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)

_BATCH = 20_000
_ISSUES = 100
_LANGUAGES = ("fr", "fr", "fr", "nl", "nl", "nl", "de", "en", "en", None)
_NAMES = ("Anne", "Bart", "Cris", "Élodie", "Joost")
_DOMAINS = ("example.org", "mail.example.net", "example.com")

Rows = list[dict[str, Any]]


def settings_for(url: str, folder: Path) -> Settings:
    """Return settings on a database of a measurement."""
    return config.load(
        data_dir=folder,
        database_url=url,
        secret_keys=["a key that is only used by this benchmark"],
        check_domains=False,
        check_links=False,
    )


def fill(engine: Engine, settings: Settings, people: int) -> None:
    """Migrate a database and fill it; one that is filled already is left alone.

    One in twenty has left, in two hundred waits, in three hundred pauses, in fifty is
    suppressed; one in ten has a tag. The last issue went to everybody.
    """
    ready.ensure(engine, settings)
    with db.reading(engine) as session:
        if session.exec(select(Subscriber.id).limit(1)).first():
            return
    with db.writing(engine) as session:
        list_id = lists.get(session).id or 0
        last = _issues(session, list_id)
    for start in range(0, people, _BATCH):
        numbers = range(start + 1, min(start + _BATCH, people) + 1)
        with engine.begin() as connection:
            for model, rows in _rows(settings, numbers, list_id).items():
                connection.execute(insert(table_of(model)), rows)
    with engine.begin() as connection:
        connection.execute(_LETTERS, {"issue": last, "now": _stored(engine, utcnow())})
        _mend_keys(connection)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
            c.execute(text("VACUUM ANALYZE"))


_LETTERS = text(
    "INSERT INTO delivery (issue_id, subscriber_id, handle, language, address,"
    " address_hash, name, since_on, state, attempt, unknowns, relay, reply, reason,"
    " updated_at) SELECT :issue, s.id, b.handle, coalesce(s.language, 'fr'), s.email,"
    " s.email_hash, s.name, '', 'accepted', 1, 0, 'main', '', '', :now"
    " FROM subscriber s JOIN subscription b ON b.subscriber_id = s.id"
    " WHERE b.state = 'confirmed'"
)


def _stored(engine: Engine, at: datetime) -> Any:
    return at.replace(tzinfo=None).isoformat(" ") if _is_sqlite(engine) else at


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _mend_keys(connection: Connection) -> None:
    """Let PostgreSQL number the next person after those that brought their numbers."""
    if connection.dialect.name == "postgresql":
        for table in ("subscriber", "subscription"):
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608  # constant
                    f" (SELECT max(id) FROM {table}))"
                )
            )


def _issues(session: Session, list_id: int) -> int:
    now = utcnow()
    for number in range(1, _ISSUES + 1):
        session.add(
            Issue(
                list_id=list_id,
                number=number,
                title=f"Issue {number}",
                slug=f"issue-{number}",
                timezone="Europe/Brussels",
                state=IssueState.SENT if number < _ISSUES else IssueState.DRAFT,
                started_at=now - timedelta(days=7 * (_ISSUES - number)),
                total=0,
            )
        )
    session.flush()
    last = select(Issue.id).where(Issue.state == IssueState.SENT)
    return session.exec(last.order_by(col(Issue.number).desc())).first() or 0


def _rows(settings: Settings, numbers: range, list_id: int) -> dict[Any, Rows]:
    begun = utcnow() - timedelta(days=1000)
    moments = [begun + timedelta(seconds=80 * number) for number in numbers]
    addresses = [
        f"{_NAMES[n % 5].lower().replace('é', 'e')}.{n}@{_DOMAINS[n % 3]}"
        for n in numbers
    ]
    hashes = settings.keys.fingerprints(addresses)
    people: Rows = [
        {
            "id": number,
            "email": address,
            "email_key": address,
            "email_hash": address_hash,
            "name": f"{_NAMES[number % 5]} Numéro {number}",
            "language": _LANGUAGES[number % len(_LANGUAGES)],
            "attributes": {},
            "created_at": at,
            "updated_at": at,
        }
        for number, address, address_hash, at in zip(
            numbers, addresses, hashes, moments, strict=True
        )
    ]
    found: dict[Any, Rows] = {
        Subscriber: people,
        Subscription: [
            _standing(n, list_id, at) for n, at in zip(numbers, moments, strict=True)
        ],
        SubscriberTag: [
            {"subscriber_id": n, "tag": f"tag {n % 70 // 10}"}
            for n in numbers
            if n % 10 == 0
        ],
        Suppression: list(_suppressed(people)),
    }
    return {model: rows for model, rows in found.items() if rows}


def _suppressed(people: Rows) -> Iterator[dict[str, Any]]:
    for row in people:
        if row["id"] % 50 == 0:
            yield {
                "address_hash": row["email_hash"],
                "reason": SuppressionReason.HARD_BOUNCE,
                "evidence": "",
                "created_at": row["created_at"],
            }


def _standing(number: int, list_id: int, at: datetime) -> dict[str, Any]:
    state = SubscriptionState.CONFIRMED
    if number % 20 == 0:
        state = SubscriptionState.UNSUBSCRIBED
    elif number % 200 == 1:
        state = SubscriptionState.UNCONFIRMED
    elif number % 300 == 2:
        state = SubscriptionState.PAUSED
    pauses, left = state == SubscriptionState.PAUSED, number % 20 == 0
    return {
        "subscriber_id": number,
        "list_id": list_id,
        "handle": f"{number:016d}",
        "state": state,
        "paused_until": utcnow() + timedelta(days=60) if pauses else None,
        "created_at": at,
        "confirmed_at": at,
        "unsubscribed_at": at if left else None,
    }
