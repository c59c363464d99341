"""What is kept of reports about people, for how long, and what erasing leaves."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, func, or_, update
from sqlmodel import Session, col, select

from newsletter.models import Bounce
from subscribers.models import Subscriber

KEPT = timedelta(days=180)


def of_subscriber(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    """Return what came back of a person’s letters, the newest first; ready for JSON."""
    query = select(Bounce).where(col(Bounce.subscriber_id) == subscriber_id)
    return [
        {
            "id": each.id,
            "received_at": each.received_at.isoformat(timespec="seconds"),
            "issue": each.issue_id,
            "source": each.source,
            "kind": each.kind,
            "failure": each.failure,
            "status": each.status,
            "code": each.code,
            "diagnostic": each.diagnostic,
            "effect": each.effect,
            "lifted": bool(each.lifted_by),
            "evidence": each.evidence,
        }
        for each in session.exec(query.order_by(col(Bounce.id).desc()))
    ]


def forget(session: Session, subscriber: Subscriber) -> None:
    """Empty the reports about a person; kinds and languages stay, so counts do too.

    Also of reports that nobody could attribute, if they quote the address.
    """
    theirs = col(Bounce.subscriber_id) == subscriber.id
    quoted = and_(
        col(Bounce.subscriber_id).is_(None),
        or_(
            *(
                func.lower(text).contains(subscriber.email_key, autoescape=True)
                for text in (col(Bounce.evidence), col(Bounce.diagnostic))
            )
        ),
    )
    session.execute(
        update(Bounce)
        .where(or_(theirs, quoted))
        .values(evidence="", diagnostic="", domain="", subscriber_id=None)
        .execution_options(synchronize_session="fetch")
    )


def purge(session: Session, *, now: datetime) -> int:
    """Empty what reports said half a year ago; return how many. Counts stay."""
    said = or_(col(Bounce.evidence) != "", col(Bounce.diagnostic) != "")
    emptied = session.execute(
        update(Bounce)
        .where(col(Bounce.received_at) < now - KEPT, said)
        .values(evidence="", diagnostic="")
        .execution_options(synchronize_session=False)
    )
    assert isinstance(emptied, CursorResult)  # noqa: S101  # an UPDATE always is one
    return emptied.rowcount
