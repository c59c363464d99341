"""What Alembic runs: our tables, on the connection that `ready` or `draft` opened."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, BigInteger
from sqlmodel import AutoString, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from newsletter import models, relay_tables  # noqa: F401  # they register their tables


def _write_type(kind: str, value: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types short, with their imports, into a drafted step."""
    if kind != "type":
        return False
    if isinstance(value, AutoString):
        return f"sa.String({value.length or ''})"
    if isinstance(value, UTCDateTime):
        autogen.imports.add("from sqlmodel.sql.sqltypes import UTCDateTime")
        return "UTCDateTime()"
    for shared, name in ((JSON, "Json"), (BigInteger, "BigId")):
        if isinstance(value, shared):
            autogen.imports.add(f"from subscribers.columns import {name}")
            return name
    return False


# SQLite can undo DDL like any statement; Alembic assumes it cannot unless told.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=_write_type,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
