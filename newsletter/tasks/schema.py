"""procrastinate's tables, in a PostgreSQL schema of their own.

So Alembic, which looks at our schema, never meets them. The comment of theirs names
the last step that was applied: procrastinate keeps no such record itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

from sqlalchemy import Connection, func, literal, select, text

NAME = "procrastinate"
# The last step of the version the locks pin. Kept here so that a command need not
# import procrastinate, a quarter of a second, to learn that nothing is missing.
NEWEST = "03.04.00_50_post_add_retry_failed_job_procedure"


def is_outdated(connection: Connection) -> bool:
    """Whether `upgrade` has something to do; never on SQLite."""
    if connection.dialect.name != "postgresql":
        return False
    return (_reached(connection) or "") < NEWEST


def upgrade(connection: Connection) -> None:
    """Make the tables, or apply the steps that are missing, in the caller's hands.

    Call it alone in the database: it takes no lock. On SQLite there is no queue.
    """
    if connection.dialect.name != "postgresql":
        return
    reached, steps = _reached(connection), _steps()
    missing = [step for step in steps if reached is not None and step > reached]
    if reached is None:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {NAME}"))
    with apart(connection) as driver:
        if reached is None:
            driver.execute(_read("schema.sql"))
        for step in missing:
            driver.execute(_read(f"migrations/{step}.sql"))
    if reached is None or missing:
        # Names of files in a package: nothing in them to quote.
        connection.execute(text(f"COMMENT ON SCHEMA {NAME} IS '{steps[-1]}'"))


@contextmanager
def apart(connection: Connection) -> Iterator[Any]:
    """Let plain names mean procrastinate's tables; yields the driver's connection.

    Its functions name their tables so. When the block fails, so does the
    transaction, and the search path comes back with it.
    """
    before = connection.scalar(select(func.current_setting("search_path")))
    _search(connection, NAME)
    yield connection.connection.driver_connection
    _search(connection, before or "")


def _search(connection: Connection, path: str) -> None:
    # True: until the transaction ends, at the latest.
    setting = func.set_config("search_path", path, literal(True))  # noqa: FBT003  # SQL
    connection.execute(select(setting))


def _reached(connection: Connection) -> str | None:
    comment: str | None = connection.scalar(
        text(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace"
            " WHERE nspname = :name"
        ),
        {"name": NAME},
    )
    return comment


def _steps() -> list[str]:
    folder = resources.files("procrastinate.sql") / "migrations"
    names = (entry.name for entry in folder.iterdir())
    return sorted(name.removesuffix(".sql") for name in names if name.endswith(".sql"))


def _read(name: str) -> str:
    return (resources.files("procrastinate.sql") / name).read_text(encoding="utf-8")
