"""Write one batch of people: who is new, who is here already, who stays out."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    CursorResult,
    Insert,
    Select,
    Table,
    and_,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.importing import changing, staging
from subscribers.importing.changing import Field, Known
from subscribers.importing.rows import Person
from subscribers.importing.staging import STAGED
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
from subscribers.tokens import new_handles

_PERSON = table_of(Subscriber)
_STANDING = table_of(Subscription)
_CONSENT = table_of(Consent)
_SUPPRESSION = table_of(Suppression)

_Rows = tuple[list[str], Select[Any]]  # the columns to fill, and with what


class Newcomer(NamedTuple):
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
    fields: frozenset[Field]  # what is changed of known people; none: nothing


@dataclass(frozen=True)
class Verdicts:
    """How many rows of a batch went which way; `out` says why some stayed out."""

    new: int
    updated: int
    unchanged: int
    out: Counter[str]


@dataclass(frozen=True)
class _Sorted:
    fresh: list[int]  # places in the batch
    here: list[int]
    out: Counter[str]


def store(connection: Connection, batch: Sequence[Newcomer], terms: Terms) -> Verdicts:
    """Give every row its verdict and, unless this is a trial run, act on it.

    The connection is one of `staging.prepared`, in a transaction. Safe to run beside
    another import of the same people, and again after a crash: a row that is there
    already is never written twice.
    """
    staging.load(connection, _staged(batch, terms))
    known, suppressed = _found(connection, terms.list_id)
    rows = _sort(batch, known, suppressed)
    with Session(connection) as session:
        changes = changing.changes(
            session, _to_compare(batch, rows.here, known), terms.fields
        )
        new = len(rows.fresh)
        if terms.import_id is not None:
            new = _write_new(session, batch, rows.fresh, terms, terms.import_id)
            changing.write(session, changes, terms.import_id)
        session.flush()
    unchanged = len(rows.here) + len(rows.fresh) - new - len(changes)
    return Verdicts(new, len(changes), unchanged, rows.out)


def _staged(batch: Sequence[Newcomer], terms: Terms) -> list[tuple[Any, ...]]:
    # As json.dumps would write it, a million times.
    file = json.dumps({"file": terms.file_hash})[:-1]
    handles = new_handles(len(batch))
    return [
        (
            place,
            person.address.email,
            person.address.key,
            address_hash,
            person.name,
            person.language,
            person.second_language,
            _json(person.attributes) if person.attributes else "{}",
            f'{file}, "row": {person.row}}}',
            handles[place],
        )
        for place, (person, address_hash, _) in enumerate(batch)
    ]


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(dict(value), ensure_ascii=False)


def _found(
    connection: Connection, list_id: int
) -> tuple[dict[int, Known], dict[int, str]]:
    """Return what the database holds about the batch, by place: people, objections."""
    query = (
        select(
            STAGED.c.place,
            _PERSON.c.id,
            _PERSON.c.name,
            _PERSON.c.language,
            _PERSON.c.second_language,
            _PERSON.c.attributes,
            _STANDING.c.state,
            _SUPPRESSION.c.reason,
        )
        .select_from(STAGED)
        .outerjoin(_PERSON, _PERSON.c.email_key == STAGED.c.email_key)
        .outerjoin(
            _STANDING,
            and_(
                _STANDING.c.subscriber_id == _PERSON.c.id,
                _STANDING.c.list_id == list_id,
            ),
        )
        .outerjoin(_SUPPRESSION, _SUPPRESSION.c.address_hash == STAGED.c.email_hash)
        .where(or_(_PERSON.c.id.is_not(None), _SUPPRESSION.c.id.is_not(None)))
    )
    known, suppressed = {}, {}
    for place, *held, reason in connection.execute(query):
        if held[0] is not None:
            known[place] = Known(*held)
        if reason is not None:
            suppressed[place] = reason.value
    return known, suppressed


def _sort(
    batch: Sequence[Newcomer], known: dict[int, Known], suppressed: dict[int, str]
) -> _Sorted:
    rows = _Sorted([], [], Counter())
    for place, each in enumerate(batch):
        here = known.get(place)
        state = here.state if here else None
        if place in suppressed:
            rows.out[suppressed[place]] += 1
        elif state is SubscriptionState.UNSUBSCRIBED:
            rows.out["unsubscribed"] += 1
        elif each.person.left and state is None:
            rows.out["left elsewhere"] += 1
        elif each.repeated or state is not None:
            rows.here.append(place)
        else:
            rows.fresh.append(place)
    return rows


def _to_compare(
    batch: Sequence[Newcomer], here: Sequence[int], known: dict[int, Known]
) -> list[tuple[Known, Person]]:
    return [
        (known[place], batch[place].person)
        for place in here
        if not batch[place].repeated
    ]


def _write_new(
    session: Session,
    batch: Sequence[Newcomer],
    fresh: Sequence[int],
    terms: Terms,
    import_id: int,
) -> int:
    """Insert people, subscriptions and consents; return how many are ours."""
    if not fresh:
        return 0
    connection, now = session.connection(), utcnow()
    if len(fresh) < len(batch):
        staging.leave_out(connection, sorted(set(range(len(batch))) - set(fresh)))
    _absent(connection, _PERSON, _subscribers(now))
    standings = _subscriptions(terms.list_id, import_id, now)
    new = _absent(connection, _STANDING, standings)
    connection.execute(_consents(terms, import_id, now))
    tagged = [place for place in fresh if batch[place].person.tags]
    if tagged:
        insert_absent(session, SubscriberTag, _tags(connection, batch, tagged))
    return new


# In one order everywhere, so that two imports never wait for each other.


def _subscribers(now: datetime) -> _Rows:
    values = {
        "email": STAGED.c.email,
        "email_key": STAGED.c.email_key,
        "email_hash": STAGED.c.email_hash,
        "name": STAGED.c.name,
        "language": STAGED.c.language,
        "second_language": STAGED.c.second_language,
        "attributes": STAGED.c.attributes,
        "created_at": literal(now, _PERSON.c.created_at.type),
        "updated_at": literal(now, _PERSON.c.updated_at.type),
    }
    return list(values), select(*values.values()).order_by(STAGED.c.email_key)


def _subscriptions(list_id: int, import_id: int, now: datetime) -> _Rows:
    moment = literal(now, _STANDING.c.created_at.type)
    state = literal(SubscriptionState.CONFIRMED, _STANDING.c.state.type)
    values = {
        "subscriber_id": _PERSON.c.id,
        "list_id": literal(list_id),
        "handle": STAGED.c.handle,
        "state": state,
        "import_id": literal(import_id),
        "created_at": moment,
        "confirmed_at": moment,
    }
    rows = (
        select(*values.values())
        .select_from(STAGED)
        .join(_PERSON, _PERSON.c.email_key == STAGED.c.email_key)
        .order_by(_PERSON.c.id)
    )
    return list(values), rows


def _consents(terms: Terms, import_id: int, now: datetime) -> Insert:
    """One for each subscription that this batch made: its handle is there."""
    values = {
        "subscriber_id": _STANDING.c.subscriber_id,
        "list_id": literal(terms.list_id),
        "kind": literal(ConsentKind.GRANTED, _CONSENT.c.kind.type),
        "channel": literal(Channel.IMPORT, _CONSENT.c.channel.type),
        "words": literal(terms.consent),
        "words_hash": literal(terms.consent_hash),
        "form": literal(""),
        "message_id": literal(""),
        "import_id": literal(import_id),
        "evidence": STAGED.c.evidence,
        "at": literal(now, _CONSENT.c.at.type),
    }
    rows = _made(*values.values()).order_by(STAGED.c.place)
    return _CONSENT.insert().from_select(list(values), rows)


def _made(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(STAGED)
        .join(_STANDING, _STANDING.c.handle == STAGED.c.handle)
    )


def _tags(
    connection: Connection, batch: Sequence[Newcomer], tagged: Sequence[int]
) -> list[dict[str, Any]]:
    made = connection.execute(_made(STAGED.c.place, _STANDING.c.subscriber_id))
    ids: dict[int, int] = {row[0]: row[1] for row in made}
    owners = [(ids[place], batch[place].person) for place in tagged if place in ids]
    return [
        {"subscriber_id": subscriber_id, "tag": tag}
        for subscriber_id, person in sorted(owners, key=lambda pair: pair[0])
        for tag in sorted(person.tags)
    ]


def _absent(connection: Connection, table: Table, rows: _Rows) -> int:
    """Insert what is not there yet; return how many went in."""
    if connection.dialect.name == "postgresql":
        insert: Any = postgresql.insert(table)
    else:
        insert = sqlite.insert(table)
    names, query = rows
    added = connection.execute(
        # SQLite reads "ON CONFLICT" as part of a FROM that no WHERE ends.
        insert.from_select(names, query.where(true())).on_conflict_do_nothing(),
        # SQLAlchemy forgets the count of an INSERT unless it is told to keep it.
        execution_options={"preserve_rowcount": True},
    )
    assert isinstance(added, CursorResult)  # noqa: S101  # an INSERT always is one
    return added.rowcount
