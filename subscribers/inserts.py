"""Insert rows that may be there already, in the same way on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_absent(
    session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]]
) -> None:
    """Insert the rows that break no unique constraint; leave out the others.

    Values must be complete: defaults of the model are not applied. Two writers
    with the same rows must bring them in the same order, or PostgreSQL may find
    them waiting for each other.
    """
    if not rows:
        return
    session.connection().execute(_unless_there(session, model), list(rows))


def insert_new(session: Session, model: type[SQLModel], row: dict[str, Any]) -> bool:
    """Insert one row; False if it is there already, whoever brought it.

    Of two writers with the same row the second waits for the first to end.
    """
    statement = _unless_there(session, model).values(**row)
    key = model.__table__.primary_key.columns  # type: ignore[attr-defined]  # set by SQLModel
    return session.connection().execute(statement.returning(*key)).first() is not None


def _unless_there(session: Session, model: type[SQLModel]) -> Insert:
    table: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
