"""Insert rows that may be there already, in the same way on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
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
    table: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel
    if session.get_bind().dialect.name == "postgresql":
        statement = postgresql.insert(table).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(table).on_conflict_do_nothing()  # type: ignore[assignment]  # no common base offers it
    session.connection().execute(statement, list(rows))
