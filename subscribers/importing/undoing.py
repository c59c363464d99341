"""Take an import back: whom it brought goes, who acted since stays as they are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, exists, or_, update
from sqlalchemy import select as rows
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, insert, select

from subscribers.columns import table_of
from subscribers.errors import ImportNotFound, ImportNotUndone
from subscribers.importing.restoring import restore
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Import,
    ImportChange,
    Request,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
)

UNDO_WITHIN = timedelta(days=7)
_CHUNK = 500  # people per transaction: no other writer waits longer than a moment
# Through these, somebody speaks for themselves.
_OWN = (
    Channel.FORM,
    Channel.PAGE,
    Channel.ONE_CLICK,
    Channel.MAILTO,
    Channel.COMPLAINT,
)
_STANDING = table_of(Subscription)
_PERSON = table_of(Subscriber)

Forget = Callable[[Session, Sequence[int]], None]


@dataclass(frozen=True)
class Undone:
    """What became of the people of an import that was taken back."""

    import_id: int
    deleted: int  # nothing but the import had brought them
    removed: int  # they were here before, and are off this list again
    restored: int  # of those it changed, who is as before
    stayed: int  # they have acted since: not touched


@dataclass(frozen=True)
class _Origin:
    """The import that is taken back."""

    id: int
    list_id: int
    at: datetime


def undo(engine: Engine, import_id: int, *, forget: Forget, now: datetime) -> Undone:
    """Take an import back within seven days, in chunks; say what became of people.

    `forget` is called with the ids of those who are about to be deleted, in the same
    transaction, to empty what else is known of them. Cut off half way, it can be run
    again. Raises ImportNotFound, or ImportNotUndone with the reason.
    """
    with Session(engine) as session:
        origin = _undoable(session, import_id, now)
    deleted = removed = stayed = 0
    for chunk in _chunks(engine, origin):
        with Session(engine) as session, session.begin():
            people = session.execute(_locked(origin, chunk)).all()
            gone = [each for each in people if not each.acted]
            alone = [each.subscriber_id for each in gone if not each.known_besides]
            others = [each for each in gone if each.known_besides]
            _delete(session, alone, forget)
            _take_off(session, others, origin, now)
            deleted, removed = deleted + len(alone), removed + len(others)
            stayed += len(people) - len(gone)
    restored = _restore_all(engine, origin, now)
    _close(engine, origin, now)
    return Undone(import_id, deleted, removed, restored, stayed)


def _undoable(session: Session, import_id: int, now: datetime) -> _Origin:
    found = session.get(Import, import_id)
    if found is None:
        raise ImportNotFound("There is no import {number}.", number=str(import_id))
    if found.undone_at:
        raise ImportNotUndone(
            "Import {number} was taken back already.", number=str(import_id)
        )
    if now - found.created_at > UNDO_WITHIN:
        raise ImportNotUndone(
            "Import {number} is of {day}; it could be taken back for {days} days.",
            number=str(import_id),
            day=found.created_at.date(),
            days=UNDO_WITHIN.days,
        )
    return _Origin(import_id, found.list_id, found.created_at)


def _chunks(engine: Engine, origin: _Origin) -> Iterator[list[int]]:
    """Yield the subscriptions that the import made, by id."""
    last = 0
    while True:
        query = (
            rows(_STANDING.c.id)
            .where(_STANDING.c.id > last, _STANDING.c.import_id == origin.id)
            .order_by(_STANDING.c.id)
            .limit(_CHUNK)
        )
        with Session(engine) as session:
            chunk = list(session.execute(query).scalars())
        if not chunk:
            return
        last = chunk[-1]
        yield chunk


def _locked(origin: _Origin, chunk: Sequence[int]) -> Any:
    """Return the query for people and how they stand, locked like one who leaves."""
    return (
        rows(
            _STANDING.c.id,
            _STANDING.c.subscriber_id,
            _acted(origin).label("acted"),
            _known_besides(origin).label("known_besides"),
        )
        .join(_PERSON, _PERSON.c.id == _STANDING.c.subscriber_id)
        .where(_STANDING.c.id.in_(chunk))
        .order_by(_STANDING.c.id)
        .with_for_update()
    )


def _acted(origin: _Origin) -> ColumnElement[bool]:
    """Tell who left, paused, complained, agreed or chose something by themselves."""
    return or_(
        _STANDING.c.state != SubscriptionState.CONFIRMED,
        _spoke(origin, _PERSON.c.id),
        and_(
            _PERSON.c.updated_at > _STANDING.c.created_at,
            ~exists().where(
                col(ImportChange.subscriber_id) == _PERSON.c.id,
                col(ImportChange.import_id) != origin.id,
            ),
        ),
    )


def _spoke(origin: _Origin, person: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(
        exists().where(
            col(Consent.subscriber_id) == person,
            col(Consent.list_id) == origin.list_id,
            col(Consent.channel).in_(_OWN),
            col(Consent.at) >= origin.at,
        ),
        exists().where(
            col(Request.subscriber_id) == person, col(Request.done_at) >= origin.at
        ),
        exists().where(col(Suppression.address_hash) == _PERSON.c.email_hash),
    )


def _known_besides(origin: _Origin) -> ColumnElement[bool]:
    other = aliased(Subscription)
    return or_(
        _PERSON.c.created_at < origin.at,
        exists().where(
            col(other.subscriber_id) == _PERSON.c.id, col(other.id) != _STANDING.c.id
        ),
        exists().where(
            col(Consent.subscriber_id) == _PERSON.c.id,
            col(Consent.import_id).is_distinct_from(origin.id),
        ),
    )


def _delete(session: Session, ids: Sequence[int], forget: Forget) -> None:
    if not ids:
        return
    forget(session, ids)
    session.connection().execute(delete(_PERSON).where(_PERSON.c.id.in_(ids)))


def _take_off(
    session: Session, people: Sequence[Row[Any]], origin: _Origin, now: datetime
) -> None:
    """Take people off the list who stay on others, and write down that it was us."""
    if not people:
        return
    ids = [each.id for each in people]
    connection = session.connection()
    connection.execute(delete(_STANDING).where(_STANDING.c.id.in_(ids)))
    connection.execute(
        insert(table_of(Consent)),
        [
            {
                "subscriber_id": each.subscriber_id,
                "list_id": origin.list_id,
                "kind": ConsentKind.WITHDRAWN,
                "channel": Channel.STAFF,
                "evidence": {"undo": origin.id},
                "at": now,
            }
            for each in people
        ],
    )


def _restore_all(engine: Engine, origin: _Origin, now: datetime) -> int:
    restored, last = 0, 0
    while True:
        with Session(engine) as session, session.begin():
            changed = session.exec(
                select(ImportChange)
                .where(
                    col(ImportChange.import_id) == origin.id,
                    col(ImportChange.subscriber_id) > last,
                )
                .order_by(col(ImportChange.subscriber_id))
                .limit(_CHUNK)
            ).all()
            if not changed:
                return restored
            last = changed[-1].subscriber_id
            spoke = _have_spoken(session, origin, changed)
            silent = [each for each in changed if each.subscriber_id not in spoke]
            restored += restore(session, silent, now)


def _have_spoken(
    session: Session, origin: _Origin, changed: Sequence[ImportChange]
) -> set[int]:
    query = rows(_PERSON.c.id).where(
        _PERSON.c.id.in_([each.subscriber_id for each in changed]),
        _spoke(origin, _PERSON.c.id),
    )
    return set(session.execute(query).scalars())


def _close(engine: Engine, origin: _Origin, now: datetime) -> None:
    imports = table_of(Import)
    with Session(engine) as session, session.begin():
        session.connection().execute(
            update(imports)
            .where(imports.c.id == origin.id, imports.c.undone_at.is_(None))
            .values(undone_at=now)
        )
