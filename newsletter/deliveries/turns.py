"""A sender's turn at the ledger: what was taken is written down, more is claimed.

Both in one durable transaction, and with the driver's own calls: a sender takes
hundreds of turns a second, and what a session does besides costs more than the rows.
The statements are those of `accepting` and `claiming`, compiled once.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Dialect, Engine, Integer, String, bindparam
from sqlalchemy.sql.dml import Update

from newsletter.deliveries.accepting import Accepted, accepting, packed
from newsletter.deliveries.claiming import Claim, Queue, claiming, first
from newsletter.errors import LedgerUnavailable
from newsletter.ledger import DELIVERY
from newsletter.models import DeliveryState

_MOMENT = DELIVERY.updated_at.type
_SENDING = DeliveryState.SENDING.value
# What differs from turn to turn, or from sender to sender.
_NAMES = frozenset(
    ("sender", "relay", "now", "issue_id", "language", "many", "results")
)


# To plan a claim takes longer than to make one, and its plan is always the same:
# along an index, row by row. What PostgreSQL knows of a ledger that was filled a
# second ago would say otherwise, and a prepared plan stays.
_PLANNING = (
    "plan_cache_mode = force_generic_plan",
    "enable_seqscan = off",
    "enable_bitmapscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    "jit = off",
)


class Turns:
    """One sender's connection to the ledger; opened anew after it was lost."""

    def __init__(
        self,
        engine: Engine,
        *,
        sender: str,
        relay: str = "",
        patience: int | None = None,
    ) -> None:
        """Compile the statements; the first turn opens the connection.

        `patience` is how many milliseconds to wait for another writer on SQLite.
        """
        self._engine, self._names = engine, {"sender": sender, "relay": relay}
        self._patience = patience
        self._connection: Any = None
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._accept, self._claim = prepared(engine.dialect)
        self._read_moment = _reader_of_moments(engine)

    def take(
        self,
        taken: Sequence[Accepted],
        *,
        queue: Queue | None,
        many: int,
        now: datetime,
    ) -> tuple[list[Claim], int]:
        """Settle the rows of `taken`, claim up to `many` of a queue; both or neither.

        Returns the claims and how many rows were looked at: those of readers who are
        not mailable any more are set aside as skipped. Raises LedgerUnavailable, after
        which either may have happened: `take` settles the same rows again without
        harm, and `let_go` returns claims that nobody heard of.
        """
        try:
            rows = self._run(taken, queue, many, now)
        except self._failures as error:
            self.close()
            raise LedgerUnavailable(str(error)) from error
        return self._held(rows), len(rows)

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(self._failures):
                connection.close()

    @property
    def _failures(self) -> type[Exception]:
        failure: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        return failure

    def _run(
        self, taken: Sequence[Accepted], queue: Queue | None, many: int, now: datetime
    ) -> list[Any]:
        cursor = self._opened().cursor()
        wanted = queue or Queue(0, "")
        values = {
            **self._names,
            "now": now,
            "results": packed(taken),
            "issue_id": wanted.issue_id,
            "language": wanted.language,
            "many": many if queue else 0,
        }
        if not self._is_sqlite:
            # One statement does both, and is a transaction by itself.
            return list(self._claim(cursor, values).fetchall())
        # SQLite cannot; and what only turns into a writer later may fail at once.
        cursor.execute("BEGIN IMMEDIATE")
        if taken:
            self._accept(cursor, values)
        rows = self._claim(cursor, values).fetchall() if values["many"] else []
        cursor.execute("COMMIT")
        return rows

    def _opened(self) -> Any:
        if self._connection is None:
            self._connection = opened(self._engine)
            if self._is_sqlite and self._patience is not None:
                self._connection.execute(f"PRAGMA busy_timeout={self._patience}")
        return self._connection

    def _held(self, rows: list[Any]) -> list[Claim]:
        """Return the claims among the rows: the others were set aside."""
        read = self._read_moment
        return [
            Claim._make((*row[:7], read(row[7]) if read else row[7]))
            for row in rows
            if row[8] == _SENDING
        ]


@lru_cache(maxsize=4)
def prepared(dialect: Dialect) -> tuple["Prepared", "Prepared"]:
    """Return what settles and what claims, wanting the parameters of `_NAMES`.

    On PostgreSQL the second does both: one statement is a transaction by itself.
    """
    accept, claim = _statements(dialect)
    return Prepared(dialect, accept), Prepared(dialect, claim)


def _statements(dialect: Dialect) -> tuple[Update, Update]:
    now = bindparam("now", None, _MOMENT)
    queue = first(
        bindparam("issue_id", None, Integer), bindparam("language", None, String)
    )
    accept = accepting(dialect.name, now=now)
    claim = claiming(queue, many=bindparam("many", None, Integer), now=now)
    if dialect.name == "sqlite":
        return accept, claim
    return accept, claim.add_cte(accept.returning(DELIVERY.id).cte("accepted"))


def opened(engine: Engine) -> Any:
    """Return a driver's connection that belongs to nobody else."""
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    pooled.detach()  # the pool must not get back what we change
    if engine.dialect.name != "sqlite":
        assert connection is not None  # noqa: S101  # it was just opened
        connection.autocommit = True
        connection.prepare_threshold = 1
        for setting in _PLANNING:
            connection.execute(f"SET {setting}")
    return connection


class Prepared:
    """A statement as the driver takes it, with its constants bound."""

    def __init__(self, dialect: Dialect, statement: Update) -> None:
        for bind in statement.compile(dialect=dialect).binds.values():
            # Written out, they need not be passed with every turn.
            bind.literal_execute = bind.key not in _NAMES
        compiled = statement.compile(
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        self.sql = str(compiled)
        self._order = compiled.positiontup
        self.constants: dict[str, Any] = {}
        self._converters: dict[str, Callable[[Any], Any]] = {}
        for name, bind in compiled.binds.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.literal_execute:
                continue
            if name not in _NAMES:
                value = bind.effective_value
                self.constants[name] = convert(value) if convert else value
            elif convert:
                self._converters[name] = convert

    def __call__(self, cursor: Any, values: Mapping[str, Any]) -> Any:
        values = {**values, **self.constants}
        for name, convert in self._converters.items():
            values[name] = convert(values[name])
        if self._order is None:
            return cursor.execute(self.sql, values)
        return cursor.execute(self.sql, [values[name] for name in self._order])


def _reader_of_moments(engine: Engine) -> Callable[[Any], datetime] | None:
    """Return what turns the driver's moments into ours, if anything need be done.

    A window shares few moments, so each is read once.
    """
    dialect = engine.dialect
    process = _MOMENT.dialect_impl(dialect).result_processor(dialect, None)
    if process is None:
        return None
    return cast("Callable[[Any], datetime]", lru_cache(maxsize=64)(process))
