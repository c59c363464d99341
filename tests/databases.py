"""PostgreSQL databases that are all alike: one that was emptied is as good as new.

To make one from its template takes twenty times as long as to empty it.
"""

from dataclasses import dataclass, field

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal
from sqlalchemy import make_url

from tests.postgres import administer

_LARGE = 8 * 1024**2  # bytes of tables: what was deleted is still read past
_OWN = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
_TABLES = f"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n
    ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {_OWN} ORDER BY 1, 2
"""  # noqa: S608  # our own words
_SIZE = f"""
    SELECT coalesce(sum(pg_relation_size(c.oid)), 0) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND {_OWN}
"""  # noqa: S608  # our own words
# Whatever a migration could change: columns, indexes, rules, functions, triggers.
_SHAPE = f"""
    SELECT md5(string_agg(word, '|' ORDER BY word)) FROM (
        SELECT concat(n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull) word
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OWN} AND a.attnum > 0
        UNION ALL SELECT concat(conname, conrelid::regclass) FROM pg_constraint
        UNION ALL SELECT concat(tgname, tgenabled) FROM pg_trigger
        WHERE NOT tgisinternal
        UNION ALL SELECT concat(proname, md5(prosrc)) FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OWN}
    ) shape
"""  # noqa: S608  # our own words


@dataclass
class Databases:
    """The databases of one test process, each lent to one test at a time."""

    server: str
    template: str
    _free: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self._connected(self.template) as connection:
            self._shape = _shape(connection)
            self._reset = _reset(connection)

    def lend(self, name: str) -> None:
        """Have an empty database of this name, which no earlier test knows."""
        if self._free:
            found = self._free.pop()
            administer(self.server, f"ALTER DATABASE {found} RENAME TO {name}")
            return
        # Copying files is four times as fast as writing them to the log first.
        create = f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY"
        administer(self.server, create)

    def take_back(self, name: str) -> None:
        """Empty a database for the next test; drop it if that is not to be had."""
        try:
            is_like_new = self._empty(name)
        except psycopg.Error:
            is_like_new = False
        if is_like_new:
            self._free.append(name)
        else:
            administer(self.server, f"DROP DATABASE {name} WITH (FORCE)")

    def drop(self) -> None:
        """Drop those that are free."""
        while self._free:
            administer(self.server, f"DROP DATABASE {self._free.pop()} WITH (FORCE)")

    def _empty(self, name: str) -> bool:
        with self._connected(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if _shape(connection) != self._shape or _size(connection) > _LARGE:
                return False
            connection.execute(self._reset)
        return True

    def _connected(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        url = make_url(self.server).set(drivername="postgresql", database=name)
        address = url.render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True)


def _shape(connection: "psycopg.Connection[tuple[object, ...]]") -> object:
    return connection.execute(_SHAPE.encode()).fetchone()


def _size(connection: "psycopg.Connection[tuple[object, ...]]") -> int:
    row = connection.execute(_SIZE.encode()).fetchone()
    return int(str(row[0])) if row else 0


def _reset(connection: "psycopg.Connection[tuple[object, ...]]") -> Composed:
    """Return what makes a database what this one is: the same rows, the same counts."""
    steps: list[Composed | SQL] = [
        SQL("BEGIN"),
        # No foreign key and no trigger minds the order.
        SQL("SET LOCAL session_replication_role = replica"),
    ]
    for where in connection.execute(_TABLES.encode()).fetchall():
        table = SQL(".").join(Identifier(str(part)) for part in where)
        steps.append(SQL("DELETE FROM {}").format(table))
        for row in connection.execute(SQL("SELECT * FROM {}").format(table)):
            values = SQL(", ").join(map(Literal, row))
            steps.append(SQL("INSERT INTO {} VALUES ({})").format(table, values))
    counts = "SELECT schemaname, sequencename, last_value FROM pg_sequences"
    for schema, name, last in connection.execute(counts.encode()).fetchall():
        at = SQL("SELECT setval({}::regclass, {}, {})").format(
            Literal(f'"{schema}"."{name}"'),
            Literal(last or 1),
            Literal(last is not None),
        )
        steps.append(at)
    return SQL("; ").join([*steps, SQL("COMMIT")])
