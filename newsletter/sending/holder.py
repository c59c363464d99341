"""Who holds claims, and how others know that a holder is gone.

A holder writes a heartbeat and keeps a lock file. Its rows may be recovered when the
heartbeat is 30 s old, or at once when its lock file can be taken: the kernel lets go
of it at the very moment the process dies. Process ids are never trusted.
"""

import fcntl
import logging
import secrets
import socket
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, delete
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from newsletter import db
from newsletter.ledger import being
from newsletter.models import Delivery, DeliveryState, Sender

logger = logging.getLogger(__name__)

HEARTBEAT_EVERY = 5.0  # seconds
# A holder that could not write its heartbeat for so long must stop by itself…
FENCED_AFTER = 20.0
# …before others may take its rows.
DEAD_AFTER = timedelta(seconds=30)


class Holder:
    """This process, as the owner of claims. Use it as a context manager."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self.id = secrets.token_hex(8)
        self._engine = engine
        self._path = _locks(data_dir) / self.id
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> "Holder":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._path.open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        with db.writing(self._engine) as session:
            now = db.now(session)
            session.add(
                Sender(
                    id=self.id,
                    host=socket.gethostname(),
                    heartbeat_at=now,
                    started_at=now,
                )
            )
        return self

    def __exit__(self, *_exception: object) -> None:
        try:
            # Rows that a failure left behind keep their holder's name and its lock
            # file, now free: so they are recovered at once.
            with db.writing(self._engine) as session:
                is_clear = not _holds_rows(session, self.id)
                if is_clear:
                    session.execute(delete(Sender).where(col(Sender.id) == self.id))
            if is_clear:
                self._path.unlink(missing_ok=True)
        except DBAPIError as error:
            # What was sent is written down. The next to look finds the lock free.
            logger.warning("a sender could not sign off: %s", error)
        finally:
            if self._lock is not None:
                self._lock.close()

    def beat(self) -> bool:
        """Say that this process lives; blocks while the database is busy.

        False when others have given it up already: its claims are not its own.
        """
        with db.writing(self._engine) as session:
            row = session.get(Sender, self.id)
            if row is None:
                return False
            row.heartbeat_at = db.now(session)
            return True


def dead_senders(session: Session, *, data_dir: Path, now: datetime) -> list[str]:
    """Return the ids of senders whose rows may be recovered."""
    senders = session.exec(select(Sender)).all()
    return [
        sender.id
        for sender in senders
        if sender.heartbeat_at < now - DEAD_AFTER
        or _lock_is_free(_locks(data_dir) / sender.id)
    ]


def _locks(data_dir: Path) -> Path:
    return data_dir / "senders"


def _lock_is_free(path: Path) -> bool:
    """Whether the holder's lock can be taken; a file elsewhere tells us nothing."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False  # a sender on another machine, or one that ended in order
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        path.unlink(missing_ok=True)
        return True


def _holds_rows(session: Session, sender_id: str) -> bool:
    query = select(Delivery.id).where(
        col(Delivery.claimed_by) == sender_id,
        being(DeliveryState.SENDING),
    )
    return session.exec(query.limit(1)).first() is not None
