"""Write one batch of people: who is new, who is here already, who stays out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, bindparam, insert, update
from sqlmodel import Session, SQLModel, col, select

from subscribers.clock import utcnow
from subscribers.importing.rows import Person
from subscribers.inserts import insert_absent
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
    Suppression,
)
from subscribers.tokens import new_handle


@dataclass(frozen=True)
class Newcomer:
    """A person of the file with the keyed hash of their address."""

    person: Person
    address_hash: str
    repeated: bool  # the address stood in an earlier row


@dataclass(frozen=True)
class Terms:
    """What holds for every row of one import."""

    list_id: int
    import_id: int | None  # None: a trial run
    consent: str
    consent_hash: str
    file_hash: str
    update: bool


@dataclass(frozen=True)
class Verdicts:
    """How many rows of a batch went which way; `out` says why some stayed out."""

    new: int
    updated: int
    unchanged: int
    out: Counter[str]


@dataclass(frozen=True)
class _Known:
    """What the database holds about an address of the batch."""

    id: int
    name: str
    language: str | None
    state: SubscriptionState | None  # on this list


@dataclass(frozen=True)
class _Change:
    """What somebody becomes; `tags` are those to add."""

    id: int
    name: str
    language: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True)
class _Sorted:
    fresh: list[Newcomer]
    here: list[Newcomer]
    out: Counter[str]


def store(session: Session, batch: Sequence[Newcomer], terms: Terms) -> Verdicts:
    """Give every row its verdict and, unless this is a trial run, act on it.

    Safe to run beside another import of the same people, and again after a crash:
    a row that is there already is never written twice.
    """
    known = _known(session, batch, terms.list_id)
    suppressed = _suppressed(session, batch)
    rows = _sort(batch, known, suppressed)
    changes = _changes(session, rows.here, known) if terms.update else []
    new = len(rows.fresh)
    if terms.import_id is not None:
        new = _write_new(session, rows.fresh, terms, terms.import_id)
        _write_changes(session, changes)
    unchanged = len(rows.here) + len(rows.fresh) - new - len(changes)
    return Verdicts(new, len(changes), unchanged, rows.out)


def _known(
    session: Session, batch: Sequence[Newcomer], list_id: int
) -> dict[str, _Known]:
    on_list = and_(
        col(Subscription.subscriber_id) == col(Subscriber.id),
        col(Subscription.list_id) == list_id,
    )
    query = (
        select(  # type: ignore[call-overload]  # typed up to four columns
            col(Subscriber.email_key),
            col(Subscriber.id),
            col(Subscriber.name),
            col(Subscriber.language),
            col(Subscription.state),
        )
        .join(Subscription, on_list, isouter=True)
        .where(col(Subscriber.email_key).in_([n.person.address.key for n in batch]))
    )
    return {row[0]: _Known(*row[1:]) for row in session.exec(query)}


def _suppressed(session: Session, batch: Sequence[Newcomer]) -> dict[str, str]:
    query = select(Suppression.address_hash, Suppression.reason).where(
        col(Suppression.address_hash).in_([each.address_hash for each in batch])
    )
    return {row[0]: str(row[1]) for row in session.exec(query)}


def _sort(
    batch: Sequence[Newcomer], known: dict[str, _Known], suppressed: dict[str, str]
) -> _Sorted:
    rows = _Sorted([], [], Counter())
    for each in batch:
        here = known.get(each.person.address.key)
        state = here.state if here else None
        if each.address_hash in suppressed:
            rows.out[suppressed[each.address_hash]] += 1
        elif state is SubscriptionState.UNSUBSCRIBED:
            rows.out["unsubscribed"] += 1
        elif each.person.left and state is None:
            rows.out["left elsewhere"] += 1
        elif each.repeated or state is not None:
            rows.here.append(each)
        else:
            rows.fresh.append(each)
    return rows


def _write_new(
    session: Session, fresh: Sequence[Newcomer], terms: Terms, import_id: int
) -> int:
    """Insert people, subscriptions and consents; return how many are ours."""
    if not fresh:
        return 0
    now = utcnow()
    # In one order everywhere, so that two imports never wait for each other.
    ordered = sorted(fresh, key=lambda each: each.person.address.key)
    insert_absent(session, Subscriber, [_subscriber(each, now) for each in ordered])
    ids = _ids(session, ordered)
    insert_absent(session, Subscription, _subscriptions(ids, terms, import_id, now))
    ours = _ours(session, ids, import_id)
    rows = [(ids[each.person.address.key], each.person) for each in ordered]
    added = [(id_, person) for id_, person in rows if id_ in ours]
    if added:
        session.connection().execute(
            insert(_table(Consent)),
            [_consent(id_, person.row, terms, import_id, now) for id_, person in added],
        )
    insert_absent(session, SubscriberTag, _tags(added))
    return len(added)


def _subscriber(each: Newcomer, now: datetime) -> dict[str, Any]:
    person = each.person
    return {
        "email": person.address.email,
        "email_key": person.address.key,
        "email_hash": each.address_hash,
        "name": person.name,
        "language": person.language,
        "created_at": now,
        "updated_at": now,
    }


def _ids(session: Session, people: Sequence[Newcomer]) -> dict[str, int]:
    keys = [each.person.address.key for each in people]
    query = select(Subscriber.email_key, Subscriber.id).where(
        col(Subscriber.email_key).in_(keys)
    )
    return {row[0]: row[1] for row in session.exec(query) if row[1]}


def _subscriptions(
    ids: dict[str, int], terms: Terms, import_id: int, now: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "subscriber_id": subscriber_id,
            "list_id": terms.list_id,
            "handle": new_handle(),
            "state": SubscriptionState.CONFIRMED,
            "import_id": import_id,
            "created_at": now,
            "confirmed_at": now,
        }
        for subscriber_id in sorted(ids.values())
    ]


def _ours(session: Session, ids: dict[str, int], import_id: int) -> set[int]:
    """Return whose subscription this import made, and no other process."""
    query = select(Subscription.subscriber_id).where(
        col(Subscription.subscriber_id).in_(list(ids.values())),
        col(Subscription.import_id) == import_id,
    )
    return set(session.exec(query))


def _consent(
    subscriber_id: int, row: int, terms: Terms, import_id: int, now: datetime
) -> dict[str, Any]:
    return {
        "subscriber_id": subscriber_id,
        "list_id": terms.list_id,
        "kind": ConsentKind.GRANTED,
        "channel": Channel.IMPORT,
        "words": terms.consent,
        "words_hash": terms.consent_hash,
        "import_id": import_id,
        "evidence": {"file": terms.file_hash, "row": row},
        "at": now,
    }


def _tags(people: Sequence[tuple[int, Person]]) -> list[dict[str, Any]]:
    return [
        {"subscriber_id": subscriber_id, "tag": tag}
        for subscriber_id, person in sorted(people, key=lambda pair: pair[0])
        for tag in sorted(person.tags)
    ]


def _changes(
    session: Session, here: Sequence[Newcomer], known: dict[str, _Known]
) -> list[_Change]:
    """Return what the file knows better; an empty cell knows nothing."""
    first = [each.person for each in here if not each.repeated]
    ids = [known[person.address.key].id for person in first]
    held: set[tuple[int, str]] = set(
        session.exec(
            select(SubscriberTag.subscriber_id, SubscriberTag.tag).where(
                col(SubscriberTag.subscriber_id).in_(ids)
            )
        )
    )
    found = []
    for person in first:
        before = known[person.address.key]
        name = person.name or before.name
        language = person.language or before.language
        tags = tuple(tag for tag in person.tags if (before.id, tag) not in held)
        if (name, language) != (before.name, before.language) or tags:
            found.append(_Change(before.id, name, language, tags))
    return found


def _write_changes(session: Session, changes: Sequence[_Change]) -> None:
    if not changes:
        return
    now = utcnow()
    ordered = sorted(changes, key=lambda change: change.id)
    session.connection().execute(
        update(_table(Subscriber))
        .where(_table(Subscriber).c.id == bindparam("known"))
        .values(
            name=bindparam("new_name"),
            language=bindparam("new_language"),
            updated_at=bindparam("now"),
        ),
        [
            {
                "known": change.id,
                "new_name": change.name,
                "new_language": change.language,
                "now": now,
            }
            for change in ordered
        ],
    )
    tags = [
        {"subscriber_id": change.id, "tag": tag}
        for change in ordered
        for tag in sorted(change.tags)
    ]
    insert_absent(session, SubscriberTag, tags)


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel
    return table
