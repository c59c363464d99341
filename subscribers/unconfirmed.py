"""Forget what was asked and never confirmed."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlmodel import Session

from subscribers.columns import table_of
from subscribers.models import (
    Consent,
    Request,
    Subscriber,
    Subscription,
    SubscriptionState,
)

# The page and the mail promise this much.
KEPT_FOR = timedelta(days=7)
# Limits look back thirty days; then a request has no use left.
REQUESTS_FOR = timedelta(days=31)
# Networks serve the limit of one hour.
NETWORKS_FOR = timedelta(days=1)


def purge(session: Session, *, now: datetime, limit: int) -> int:
    """Delete up to `limit` subscriptions never confirmed; return how many they were.

    Whoever stands nowhere else is deleted with theirs.

    Old requests go too, and the networks they came from after a day.
    """
    _forget_requests(session, now)
    standing = table_of(Subscription).c
    stale = (
        select(standing.id, standing.subscriber_id)
        .where(
            standing.state == SubscriptionState.UNCONFIRMED,
            standing.created_at < now - KEPT_FOR,
        )
        .limit(limit)
    )
    rows = session.execute(stale).all()
    gone = standing.id.in_([row[0] for row in rows])
    session.execute(delete(table_of(Subscription)).where(gone))
    _delete_strangers(session, {row[1] for row in rows})
    return len(rows)


def _forget_requests(session: Session, now: datetime) -> None:
    request = table_of(Request)
    session.execute(delete(request).where(request.c.asked_at < now - REQUESTS_FOR))
    session.execute(
        update(request)
        .where(request.c.network.is_not(None), request.c.asked_at < now - NETWORKS_FOR)
        .values(network=None)
    )


def _delete_strangers(session: Session, ids: set[int]) -> None:
    """Delete the people among these who stand nowhere and never agreed to anything."""
    person = table_of(Subscriber).c
    standing, consent = table_of(Subscription).c, table_of(Consent).c
    query = select(person.id).where(
        person.id.in_(ids),
        ~exists().where(standing.subscriber_id == person.id),
        ~exists().where(consent.subscriber_id == person.id),
    )
    strangers = list(session.scalars(query))
    session.execute(delete(table_of(Subscriber)).where(person.id.in_(strangers)))
