"""Change people who are here already, and keep what they were before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy import select as rows
from sqlmodel import Session, col, select

from subscribers.clock import utcnow
from subscribers.columns import table_of
from subscribers.importing.attributes import MOST
from subscribers.importing.rows import Person
from subscribers.inserts import insert_absent
from subscribers.models import (
    ImportChange,
    Subscriber,
    SubscriberTag,
    SubscriptionState,
)

_WINDOW = 1000  # ids in one question: databases bound how many values it may hold
_PERSON = table_of(Subscriber)


class Field(StrEnum):
    """What an update can change of somebody."""

    NAME = "name"
    LANGUAGE = "language"  # and the second one
    TAGS = "tags"
    ATTRIBUTES = "attributes"


EVERYTHING = frozenset(Field)
# The columns of `Subscriber` behind each field; tags have a table of their own.
_COLUMNS = {
    Field.NAME: ("name",),
    Field.LANGUAGE: ("language", "second_language"),
    Field.ATTRIBUTES: ("attributes",),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds about somebody of the file."""

    id: int
    name: str
    language: str | None
    second_language: str | None
    attributes: dict[str, str]
    state: SubscriptionState | None  # on the list of the import


@dataclass(frozen=True)
class Change:
    """What becomes of somebody: whole columns, and tags to add."""

    id: int
    before: dict[str, Any]  # the columns that change
    after: dict[str, Any]
    tags: tuple[str, ...]


def changes(
    session: Session, people: Sequence[tuple[Known, Person]], fields: frozenset[Field]
) -> list[Change]:
    """Return what the file knows better; an empty cell knows nothing."""
    if not fields:
        return []
    held = _held(session, [known.id for known, _ in people], fields)
    found = []
    for known, person in people:
        change = _change(known, person, fields, held)
        if change.after or change.tags:
            found.append(change)
    return found


def write(session: Session, found: Sequence[Change], import_id: int) -> None:
    """Change people, and keep what they were before for as long as it can be undone."""
    if not found:
        return
    # In one order everywhere, so that two imports never wait for each other.
    ordered = sorted(found, key=lambda change: change.id)
    _update(session, [change for change in ordered if change.after])
    tags = [
        {"subscriber_id": change.id, "tag": tag}
        for change in ordered
        for tag in sorted(change.tags)
    ]
    insert_absent(session, SubscriberTag, tags)
    # Whoever was changed before this was cut off keeps what they were then.
    kept = [_entry(change, import_id) for change in ordered]
    insert_absent(session, ImportChange, kept)


def _held(
    session: Session, ids: Sequence[int], fields: frozenset[Field]
) -> set[tuple[int, str]]:
    held: set[tuple[int, str]] = set()
    if Field.TAGS not in fields:
        return held
    for start in range(0, len(ids), _WINDOW):
        query = select(SubscriberTag.subscriber_id, SubscriberTag.tag).where(
            col(SubscriberTag.subscriber_id).in_(ids[start : start + _WINDOW])
        )
        held.update(session.exec(query))
    return held


def _change(
    known: Known, person: Person, fields: frozenset[Field], held: set[tuple[int, str]]
) -> Change:
    told = {
        "name": person.name,
        "language": _more_exact(known.language, person.language),
        "second_language": _more_exact(known.second_language, person.second_language),
        "attributes": _merged(known.attributes, person.attributes),
    }
    after = {
        column: told[column]
        for field in Field
        if field in fields
        for column in _COLUMNS.get(field, ())
        if told[column] and told[column] != getattr(known, column)
    }
    before = {column: getattr(known, column) for column in after}
    wanted = person.tags if Field.TAGS in fields else ()
    tags = tuple(tag for tag in wanted if (known.id, tag) not in held)
    return Change(known.id, before, after, tags)


def _more_exact(here: str | None, told: str | None) -> str | None:
    # "de" says nothing new of somebody who reads "de-BE": so it is read on a list
    # that is written in "de".
    return None if here and told and here.startswith(f"{told}-") else told


def _merged(here: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    # Those that are here keep their place when there is no room for all.
    return dict(list(({**here, **told}).items())[:MOST])


def _update(session: Session, found: Sequence[Change]) -> None:
    """One statement for each set of columns: an unchanged one is not written back."""
    _lock(session, [change.id for change in found])
    kinds: dict[tuple[str, ...], list[Change]] = {}
    for change in found:
        kinds.setdefault(tuple(change.after), []).append(change)
    for columns, alike in sorted(kinds.items()):
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
        session.connection().execute(
            update(_PERSON)
            .where(_PERSON.c.id == bindparam("known"))
            .values(updated_at=utcnow(), **values),
            [
                {"known": change.id}
                | {f"new_{name}": value for name, value in change.after.items()}
                for change in alike
            ],
        )


def _lock(session: Session, ids: Sequence[int]) -> None:
    # In order of id before anything changes, whatever set of columns comes first.
    for start in range(0, len(ids), _WINDOW):
        some = _PERSON.c.id.in_(ids[start : start + _WINDOW])
        query = rows(_PERSON.c.id).where(some).order_by(_PERSON.c.id)
        session.connection().execute(query.with_for_update()).all()


def _entry(change: Change, import_id: int) -> dict[str, Any]:
    # `wrote` lets an undo see whether somebody else has changed it since.
    before = {**change.before, "tags": list(change.tags), "wrote": change.after}
    return {"import_id": import_id, "subscriber_id": change.id, "before": before}
