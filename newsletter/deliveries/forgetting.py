"""Empty the ledger of a person who is deleted; the counts of the issues stay."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session

from newsletter.models import Delivery, DeliveryState
from subscribers.columns import table_of

_DELIVERY = table_of(Delivery)
_WINDOW = 500  # ids in one statement: databases bound how many values it may hold


def forget(session: Session, subscriber_ids: Sequence[int]) -> None:
    """Take address, name and links out of these people's rows; keep their states.

    A row that is being sent keeps them until its outcome is recorded: another
    attempt must produce the same bytes.
    """
    for start in range(0, len(subscriber_ids), _WINDOW):
        some = subscriber_ids[start : start + _WINDOW]
        session.connection().execute(
            update(_DELIVERY)
            .where(
                _DELIVERY.c.subscriber_id.in_(some),
                _DELIVERY.c.state != DeliveryState.SENDING,
            )
            .values(
                subscriber_id=None,
                address="",
                address_hash="",
                name="",
                handle="",
                since_on="",
            )
        )
