"""A temporary table that holds one batch, so that few statements do what many would."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    text,
)

from subscribers.columns import Json

# For SQLite. The indexes on hash and handle are touched all over: with the usual two
# megabytes of cache their pages would be written again and again within one batch,
# and with a checkpoint every thousand pages again after each.
_PRAGMAS = {
    "cache_size": -32_000,  # kilobytes, when negative
    "wal_autocheckpoint": 16_000,  # pages of 4 kB
}

STAGED = Table(
    "import_batch",
    MetaData(),  # of its own: no migration knows it
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("email", String),
    Column("email_key", String),
    Column("email_hash", String),
    Column("name", String),
    Column("language", String),
    Column("second_language", String),
    Column("attributes", Json),  # as JSON text when loaded
    Column("evidence", Json),  # as JSON text when loaded
    Column("handle", String),  # of the subscription, if this batch makes one
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DELETE ROWS",
)
_COLUMNS = ", ".join(column.name for column in STAGED.c)
_MARKS = ", ".join("?" for _ in STAGED.c)


@contextmanager
def prepared(engine: Engine) -> Iterator[Connection]:
    """Open a connection with the empty table, in no transaction; tidy up afterwards."""
    with engine.connect() as connection:
        before = _tune(connection)
        try:
            with connection.begin():
                STAGED.create(connection)
            yield connection
        finally:
            _restore(connection, before)


def load(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Fill the table with these rows alone, in the order of its columns.

    Past SQLAlchemy, whose care for every value costs more than the writing.
    """
    if connection.dialect.name == "postgresql":
        # Each statement here looks up a few thousand keys of a large table. Without
        # statistics of the temporary one, the planner may read the whole of it.
        connection.execute(text("SET LOCAL enable_hashjoin = off"))
        connection.execute(text("SET LOCAL enable_mergejoin = off"))
        _copy(connection, rows)
        return
    connection.execute(delete(STAGED))
    if rows:
        insert = f"INSERT INTO import_batch VALUES ({_MARKS})"  # noqa: S608  # constant
        connection.exec_driver_sql(insert, list(rows))


def leave_out(connection: Connection, places: Sequence[int]) -> None:
    """Take these rows out of the table again."""
    for start in range(0, len(places), 500):
        some = STAGED.c.place.in_(places[start : start + 500])
        connection.execute(delete(STAGED).where(some))


def _copy(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY import_batch ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    finally:
        cursor.close()


def _tune(connection: Connection) -> dict[str, int]:
    """Set what suits bulk work, and return what was set before."""
    if connection.dialect.name != "sqlite":
        return {}
    with connection.begin():
        before = {name: _pragma(connection, name) for name in _PRAGMAS}
        for name, value in _PRAGMAS.items():
            connection.execute(text(f"PRAGMA {name} = {value}"))
    return before


def _pragma(connection: Connection, name: str) -> int:
    value: int = connection.execute(text(f"PRAGMA {name}")).scalar_one()
    return value


def _restore(connection: Connection, before: dict[str, int]) -> None:
    with connection.begin():
        STAGED.drop(connection, checkfirst=False)
        for name, value in before.items():
            connection.execute(text(f"PRAGMA {name} = {value}"))
