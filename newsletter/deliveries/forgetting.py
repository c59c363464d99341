"""Empty the ledger of people who are erased; what was counted stays counted."""

from collections.abc import Sequence

from sqlalchemy import case, update
from sqlmodel import Session

from newsletter.deliveries.erased import PERSONAL
from newsletter.ledger import DELIVERY
from newsletter.models import Delivery, DeliveryState
from subscribers.columns import table_of

_WINDOW = 1_000  # ids in one statement: databases bound how many values it may hold


def forget(session: Session, subscriber_ids: Sequence[int]) -> None:
    """Empty every row of these people; states and languages stay, so reports do too.

    A row in `sending` keeps its address until its outcome, but loses its subscriber
    here as well: so the row stays locked until the people are gone, and the sender
    that writes its outcome down meanwhile waits and then empties it.
    """
    for start in range(0, len(subscriber_ids), _WINDOW):
        window = subscriber_ids[start : start + _WINDOW]
        out = DELIVERY.state == DeliveryState.SENDING
        unknown = DELIVERY.state == DeliveryState.UNKNOWN
        values = {name: case((out, DELIVERY[name]), else_="") for name in PERSONAL}
        session.execute(
            update(table_of(Delivery))
            .where(DELIVERY.subscriber_id.in_(window))
            .values(
                **values,
                subscriber_id=None,
                # Nothing is sent to nobody: an unknown row no longer waits for that.
                due_at=case((unknown, None), else_=DELIVERY.due_at),
            )
        )
