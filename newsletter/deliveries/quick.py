"""Turns at the ledger that an event loop takes by itself, while nothing is in the way.

A thread would fight with the sockets for the interpreter, which costs more than the
turn. So on PostgreSQL the loop watches the connection as it watches its sockets; on
SQLite it writes at once if nobody else does, and leaves the turn to a thread if
somebody does.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Engine

from newsletter.deliveries.accepting import Accepted, packed
from newsletter.deliveries.claiming import Claim, Queue
from newsletter.deliveries.turns import Turns, opened, prepared
from newsletter.errors import LedgerUnavailable
from newsletter.models import DeliveryState

_SENDING = DeliveryState.SENDING.value.encode()
_NAME = re.compile(r"%\((\w+)\)s")

Taken = tuple[list[Claim], int]  # claims, and how many rows were looked at
Then = Callable[[Taken | None, Exception | None], None]


class QuickTurns(Protocol):
    """What takes a turn without blocking for long."""

    @property
    def ends_at_once(self) -> bool:
        """Whether a turn has ended when `take` returns, so that none overlaps it."""

    def take(
        self,
        taken: Sequence[Accepted],
        *,
        queue: Queue,
        many: int,
        now: datetime,
        then: Then,
    ) -> bool:
        """Begin a turn and call `then` with its end; False: it must wait elsewhere.

        The end is what `Turns.take` returns, or LedgerUnavailable; it may come before
        this returns.
        """

    def close(self) -> None:
        """Close the connection, whatever state it is in."""


def quick_turns(engine: Engine, *, sender: str, relay: str) -> QuickTurns:
    """Return the way that suits the database."""
    if engine.dialect.name == "sqlite":
        return _AtOnce(engine, sender=sender, relay=relay)
    return _Watched(engine, sender=sender, relay=relay)


class _AtOnce:
    """SQLite: done before anybody else could have begun."""

    ends_at_once = True

    def __init__(self, engine: Engine, *, sender: str, relay: str) -> None:
        self._turns = Turns(engine, sender=sender, relay=relay, patience=0)

    def take(
        self,
        taken: Sequence[Accepted],
        *,
        queue: Queue,
        many: int,
        now: datetime,
        then: Then,
    ) -> bool:
        try:
            found = self._turns.take(taken, queue=queue, many=many, now=now)
        except LedgerUnavailable:
            # Another writer, nearly always: the thread has the patience to wait.
            return False
        then(found, None)
        return True

    def close(self) -> None:
        self._turns.close()


class _Watched:
    """PostgreSQL: the statement is sent, and the loop tells when it is answered."""

    ends_at_once = False

    def __init__(self, engine: Engine, *, sender: str, relay: str) -> None:
        self._engine = engine
        self._sender, self._relay = sender.encode(), relay.encode()
        self._names: list[str] = []
        _, claim = prepared(engine.dialect)
        sql = _NAME.sub(self._number, claim.sql.replace("%%", "%"))
        self._sql = sql.encode()
        self._constants = {
            name: None if value is None else str(value).encode()
            for name, value in claim.constants.items()
        }
        self._connection: Any = None
        self._socket = -1  # its number, which a line that broke does not tell any more
        self._then: Then | None = None
        self._rows: list[list[bytes]] = []

    def _number(self, match: re.Match[str]) -> str:
        """Return $n for the name of a parameter, as the server wants it."""
        if match[1] not in self._names:
            self._names.append(match[1])
        return f"${self._names.index(match[1]) + 1}"

    def take(
        self,
        taken: Sequence[Accepted],
        *,
        queue: Queue,
        many: int,
        now: datetime,
        then: Then,
    ) -> bool:
        values = {
            **self._constants,
            "sender": self._sender,
            "relay": self._relay,
            "now": now.isoformat().encode(),
            "results": packed(taken).encode(),
            "issue_id": b"%d" % queue.issue_id,
            "language": queue.language.encode(),
            "many": b"%d" % many,
        }
        try:
            if self._connection is None:
                self._open()
            self._then, self._rows = then, []
            self._connection.pgconn.send_query_prepared(
                b"turn", [values[name] for name in self._names]
            )
        except self._engine.dialect.loaded_dbapi.Error:
            self.close()
            return False
        return True

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            connection.close()

    def _open(self) -> None:
        self._connection = opened(self._engine)
        pgconn = self._connection.pgconn
        pgconn.prepare(b"turn", self._sql)
        self._socket = pgconn.socket
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def _read(self) -> None:
        """Take what has arrived; the end of the statement is the end of the turn."""
        pgconn = self._connection.pgconn
        try:
            pgconn.consume_input()
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    self._finish(None)
                    return
                self._collect(result)
        except self._engine.dialect.loaded_dbapi.Error as error:
            self.close()
            self._finish(LedgerUnavailable(str(error)))

    def _collect(self, result: Any) -> None:
        if result.error_message:
            message = result.error_message.decode("utf-8", "replace")
            raise self._engine.dialect.loaded_dbapi.OperationalError(message)
        get = result.get_value
        self._rows += [
            [get(row, column) for column in range(9)] for row in range(result.ntuples)
        ]

    def _finish(self, error: Exception | None) -> None:
        then, self._then = self._then, None
        if then is None:
            return
        if error is not None:
            then(None, error)
            return
        claims = [_claim(row) for row in self._rows if row[8] == _SENDING]
        then((claims, len(self._rows)), None)


def _claim(row: list[bytes]) -> Claim:
    key, issue_id, attempt, language, address, handle, since_on, dated_at, _ = row
    return Claim(
        int(key),
        int(issue_id),
        int(attempt),
        language.decode(),
        address.decode(),
        handle.decode(),
        since_on.decode(),
        _moment(dated_at),
    )


@lru_cache(maxsize=64)
def _moment(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode()).astimezone(UTC)
