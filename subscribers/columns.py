"""Column types that behave the same on SQLite and PostgreSQL."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Enum, Integer, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

# Constraint names are stated, so that a migration can name what it drops.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING

BigId = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


def states(words: type[StrEnum]) -> Enum:
    """Return a VARCHAR column type that holds the *values* of `words`.

    SQLModel's own choice stores member names and makes a native PostgreSQL
    type, which a later migration can hardly change.
    """
    return Enum(
        words,
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        length=24,
        values_callable=_values,
    )


def _values(words: Any) -> list[str]:
    return [word.value for word in words]


def table_of(model: type[SQLModel]) -> Table:
    """Return a model's Core table: for bulk statements, whose columns are typed."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it
    return table
