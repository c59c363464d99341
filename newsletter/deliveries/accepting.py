"""Write down what the relay took: many rows by one statement, on either database."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Integer,
    String,
    Text,
    Update,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    update,
)
from sqlmodel import Session

from newsletter.deliveries import erased
from newsletter.ledger import DELIVERY, being
from newsletter.models import Delivery, DeliveryState
from subscribers.columns import table_of


class Accepted(NamedTuple):
    """What is written down of a row whose message the relay took."""

    id: int
    attempt: int
    code: int | None
    reply: str


def accept(
    session: Session, taken: Sequence[Accepted], *, sender: str, now: datetime
) -> None:
    """Settle the rows of `taken`, which is nearly everything a sender does.

    A row that was recovered meanwhile is accepted after all if this was its attempt.
    """
    if taken:
        statement = accepting(session.get_bind().dialect.name, now=now)
        session.execute(statement, {"sender": sender, "results": packed(taken)})


def accepting(dialect: str, *, now: datetime | ColumnElement[datetime]) -> Update:
    """Return the statement; it wants the parameters `sender` and `results`."""
    results = _unpacked(dialect)
    held = and_(
        being(DeliveryState.SENDING),
        DELIVERY.claimed_by == bindparam("sender", None, String),
    )
    late = being(DeliveryState.UNKNOWN)
    kept = erased.unless_gone()
    return (
        update(table_of(Delivery))
        .where(
            DELIVERY.id == results["id"],
            DELIVERY.attempt == results["attempt"],
            or_(held, late),
        )
        .values(
            {
                **kept,
                "state": DeliveryState.ACCEPTED.value,
                "claimed_by": None,
                "due_at": None,
                "reply_code": results["code"],
                "reply": erased.unless_gone_else(results["reply"]),
                "reason": "",
                "updated_at": now,
            }
        )
    )


def packed(taken: Sequence[Accepted]) -> str:
    """Return the parameter `results`: all rows in one value, for one step of both.

    A statement that gave up the interpreter's lock for each row would fight for it
    with the sockets.
    """
    return json.dumps(taken)


def _unpacked(dialect: str) -> dict[str, ColumnElement[Any]]:
    """Return the columns of `packed` rows, as a table that a statement joins."""
    results = bindparam("results", None, Text)
    if dialect == "sqlite":
        each = func.json_each(results).table_valued("value")
    else:
        each = func.json_array_elements(cast(results, JSON)).table_valued("value")
    value = each.c.value
    kinds = {"id": BigInteger, "attempt": Integer, "code": Integer, "reply": Text}
    return {
        name: cast(value.op("->>")(literal_column(str(place))), kind)
        for place, (name, kind) in enumerate(kinds.items())
    }
