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

from sqlalchemy import Engine, Integer, String, bindparam
from sqlalchemy.sql.dml import Update

from newsletter.deliveries.accepting import Accepted, accepting, packed
from newsletter.deliveries.claiming import Claim, Queue, claiming, first, held
from newsletter.errors import LedgerUnavailable
from newsletter.ledger import DELIVERY

_MOMENT = DELIVERY.updated_at.type
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

    def __init__(self, engine: Engine, *, sender: str, relay: str = "") -> None:
        """Compile the statements; the first turn opens the connection."""
        self._engine, self._names = engine, {"sender": sender, "relay": relay}
        self._connection: Any = None
        dialect = engine.dialect
        now = bindparam("now", None, _MOMENT)
        queue = first(
            bindparam("issue_id", None, Integer), bindparam("language", None, String)
        )
        many = bindparam("many", None, Integer)
        accept = accepting(dialect.name, now=now)
        claim = claiming(queue, many=many, now=now)
        self._is_sqlite = dialect.name == "sqlite"
        if not self._is_sqlite:
            claim = claim.add_cte(accept.returning(DELIVERY.id).cte("accepted"))
        self._accept, self._claim = _Prepared(engine, accept), _Prepared(engine, claim)
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
        return [claim for row in rows for claim in self._held(row)], len(rows)

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
            pooled = self._engine.raw_connection()
            self._connection = pooled.driver_connection
            pooled.detach()  # the pool must not get back what we change
            if not self._is_sqlite:
                self._connection.autocommit = True
                self._connection.prepare_threshold = 1
                for setting in _PLANNING:
                    self._connection.execute(f"SET {setting}")
        return self._connection

    def _held(self, row: Any) -> list[Claim]:
        claims = held(row)
        if self._read_moment is not None:
            claims = [
                c._replace(dated_at=self._read_moment(c.dated_at)) for c in claims
            ]
        return claims


class _Prepared:
    """A statement as the driver takes it, with its constants bound."""

    def __init__(self, engine: Engine, statement: Update) -> None:
        dialect = engine.dialect
        for bind in statement.compile(dialect=dialect).binds.values():
            # Written out, they need not be passed with every turn.
            bind.literal_execute = bind.key not in _NAMES
        compiled = statement.compile(
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        self._sql = str(compiled)
        self._order = compiled.positiontup
        self._constants: dict[str, Any] = {}
        self._converters: dict[str, Callable[[Any], Any]] = {}
        for name, bind in compiled.binds.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.literal_execute:
                continue
            if name not in _NAMES:
                value = bind.effective_value
                self._constants[name] = convert(value) if convert else value
            elif convert:
                self._converters[name] = convert

    def __call__(self, cursor: Any, values: Mapping[str, Any]) -> Any:
        values = {**values, **self._constants}
        for name, convert in self._converters.items():
            values[name] = convert(values[name])
        if self._order is None:
            return cursor.execute(self._sql, values)
        return cursor.execute(self._sql, [values[name] for name in self._order])


def _reader_of_moments(engine: Engine) -> Callable[[Any], datetime] | None:
    """Return what turns the driver's moments into ours, if anything need be done.

    A window shares few moments, so each is read once.
    """
    dialect = engine.dialect
    process = _MOMENT.dialect_impl(dialect).result_processor(dialect, None)
    if process is None:
        return None
    return cast("Callable[[Any], datetime]", lru_cache(maxsize=64)(process))
