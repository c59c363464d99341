"""Engines for SQLite and PostgreSQL, and the two ways to open a session."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, func, make_url, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import configure_mappers
from sqlmodel import Session, create_engine

from subscribers.clock import utcnow

# Milliseconds a SQLite writer waits for another one: longer than any batch of ours.
_BUSY_TIMEOUT = 30_000
# … and after how many it looks again, see _take_pen.
_LOOK = 8
_WRITE = "BEGIN IMMEDIATE"


def make_engine(url: str) -> Engine:
    """Return an engine with the pragmas and isolation our promises rest on."""
    # Once for a process, and not amid whatever it does first.
    configure_mappers()
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    return create_engine(
        url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True
    )


def _sqlite(url: str, path: str | None) -> Engine:
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT / 1000},
        # A failed statement is logged; the addresses in it must not be.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    # We say BEGIN ourselves, see _begin.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: a claim must survive power loss before its message may leave.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns into a writer fails at once when another
    # wrote meanwhile; an immediate one waits its turn.
    if connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN")
    else:
        _take_pen(connection.connection.driver_connection)


def _take_pen(driver: Any) -> None:
    """Begin to write on SQLite, which has one writer; raises OperationalError.

    SQLite's own way to wait looks every 25 to 100 ms, and starves beside somebody who
    lays the pen down for a moment only. Told to wait 8 ms, it looks after 1, 3 and 8.
    """
    deadline = time.monotonic() + _BUSY_TIMEOUT / 1000
    driver.execute(f"PRAGMA busy_timeout={_LOOK}")
    try:
        while not _took_pen(driver, last=time.monotonic() > deadline):
            pass
    finally:
        driver.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT}")


def _took_pen(driver: Any, *, last: bool) -> bool:
    try:
        driver.execute(_WRITE)
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise OperationalError(_WRITE, None, error) from error
        return False
    return True


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open the one transaction of a use case; it commits when the block ends."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that only reads, and so never waits for a writer on SQLite."""
    with Session(engine.execution_options(reading=True)) as session:
        yield session


def now(session: Session) -> datetime:
    """Return the database's own clock: the one that every machine shares.

    SQLite lives on this machine, so its clock is ours.
    """
    if session.get_bind().dialect.name == "sqlite":
        return utcnow()
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment
