"""What the ledger keeps of somebody erased: a state that counts, and no person."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, case, update
from sqlmodel import Session

from newsletter.ledger import DELIVERY
from newsletter.models import Delivery, DeliveryState
from subscribers.columns import table_of

# A relay's reply may quote the address: "550 5.1.1 <anne@example.org>: unknown".
PERSONAL = ("address", "address_hash", "name", "handle", "since_on", "reply")
GONE: ColumnElement[bool] = DELIVERY.subscriber_id.is_(None)


def unless_gone() -> dict[str, ColumnElement[str]]:
    """Return the values of an UPDATE that empties rows whose reader was erased."""
    return {name: case((GONE, ""), else_=DELIVERY[name]) for name in PERSONAL}


def unless_gone_else(value: ColumnElement[str]) -> ColumnElement[str]:
    """Return a new value for a personal column, empty if the reader was erased."""
    return case((GONE, ""), else_=value)


def empty(session: Session, ids: Collection[int], *, now: datetime) -> None:
    """Empty those of the rows whose reader was erased while their letter was out.

    What would be tried again is skipped: there is no address to send it to. Rows
    that somebody still holds wait for their outcome.
    """
    again = DELIVERY.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED))
    session.execute(
        update(table_of(Delivery))
        .where(DELIVERY.id.in_(ids), GONE, DELIVERY.state != DeliveryState.SENDING)
        .values(
            **dict.fromkeys(PERSONAL, ""),
            state=case((again, DeliveryState.SKIPPED.value), else_=DELIVERY.state),
            due_at=None,
            updated_at=now,
        )
    )
