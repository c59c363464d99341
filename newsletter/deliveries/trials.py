"""A gentle start: the first few of each language, whose outcomes let the others go.

Over all senders together: which rows are the first is kept with the edition, and how
they ended is read from the rows themselves. So nothing is lost with a sender.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session
from sqlmodel import select as select_rows

from newsletter.deliveries.claiming import Claim, Queue, first, take
from newsletter.ledger import DELIVERY
from newsletter.models import DeliveryState, Edition

# Refused for good, of those tried: beyond this a list is not what it should be.
_MOST_REFUSED = 0.08


@dataclass(frozen=True)
class Trial:
    """How the gentle start of one language stands."""

    is_open: bool  # everybody may go
    room: int = 0  # rows that may still be claimed for it
    pending: int = 0  # on their way: they keep the others waiting
    answered: int = 0
    refused: int = 0  # with a 5yz

    @property
    def is_refused(self) -> bool:
        """Whether so many were refused that nobody else should go."""
        done = not (self.is_open or self.room or self.pending)
        return done and self.refused > _MOST_REFUSED * self.answered


def trial(session: Session, queue: Queue, *, size: int, now: datetime) -> Trial:
    """Return how a gentle start stands, and end it when it went well.

    Its edition stays locked until the transaction ends, so that senders claim for it
    one after the other. Only refusals for good count: a relay that asks for patience
    says nothing about the list.
    """
    edition = _edition(session, queue)
    if edition is None or edition.opened_at is not None:
        return Trial(is_open=True)
    rows = session.execute(
        select(DELIVERY.state, DELIVERY.reply_code).where(
            DELIVERY.id.in_(edition.trial)
        )
    ).all()
    tried = [row for row in rows if row.state is not DeliveryState.QUEUED]
    answered = [row for row in tried if row.state is not DeliveryState.SENDING]
    refused = [
        row
        for row in answered
        if row.state is DeliveryState.REJECTED and (row.reply_code or 0) >= 500
    ]
    stands = Trial(
        is_open=False,
        room=max(size - len(tried), 0),
        pending=len(tried) - len(answered),
        answered=len(answered),
        refused=len(refused),
    )
    if stands.room or stands.pending or stands.is_refused:
        return stands
    edition.opened_at = now
    return Trial(is_open=True)


def claim_trial(  # what `claim` wants, of one queue
    session: Session,
    queue: Queue,
    *,
    sender: str,
    limit: int,
    now: datetime,
    relay: str = "",
) -> list[Claim]:
    """Claim rows of a gentle start that has room for them; after `trial`."""
    waiting = first(*queue)
    claims = take(session, [waiting], sender=sender, relay=relay, limit=limit, now=now)
    edition = _edition(session, queue)
    if edition is not None and claims:
        edition.trial = sorted({*edition.trial, *(claim.id for claim in claims)})
    return claims


def _edition(session: Session, queue: Queue) -> Edition | None:
    query = select_rows(Edition).where(
        Edition.issue_id == queue.issue_id, Edition.language == queue.language
    )
    return session.exec(query.with_for_update()).one_or_none()
