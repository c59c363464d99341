"""What one person may ask for, across people, ledger and notices."""

import logging
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, delete, select

from newsletter import bounces, deliveries
from newsletter.models import Notice
from subscribers import people, privacy
from subscribers.models import Subscriber
from subscribers.tokens import KeyRing

logger = logging.getLogger(__name__)


def gather(session: Session, person: Subscriber | str) -> dict[str, Any]:
    """Return all that is kept of a person, or of an address (GDPR art. 15 and 20).

    The keys of `privacy.gather`, and three more: `deliveries`, the letters they were
    sent (issue, title, language, state, attempt, reply_code, reply, updated_at),
    `bounces`, what came back of these with its evidence, and `notices`, the mails that
    answered them (kind, language, state, created_at, reply_code, reply). Ready for
    JSON. Raises SubscriberNotFound for an address.
    """
    found = people.get(session, person) if isinstance(person, str) else person
    return {
        **privacy.gather(session, found),
        "deliveries": deliveries.of_subscriber(session, found.id or 0),
        "bounces": bounces.of_subscriber(session, found.id or 0),
        "notices": _notices(session, found),
    }


def erase(session: Session, keys: KeyRing, subscriber: Subscriber) -> None:
    """Erase a person everywhere (GDPR art. 17); reports keep their counts.

    A letter that is out at this moment arrives; its row is emptied at its outcome.
    Old links answer like those of anybody who is not subscribed.
    """
    if not privacy.lock(session, subscriber):
        return
    bounces.forget(session, subscriber)
    deliveries.forget(session, [subscriber.id or 0])
    theirs = or_(
        col(Notice.subscriber_id) == subscriber.id,
        func.lower(col(Notice.email)) == subscriber.email_key,
    )
    session.execute(delete(Notice).where(theirs))
    logger.info("subscriber %s is erased", subscriber.id)
    privacy.erase(session, keys, subscriber)


def _notices(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    mine = select(Notice).where(col(Notice.subscriber_id) == subscriber.id)
    return [
        {
            "kind": each.kind.value,
            "language": each.language,
            "state": each.state.value,
            "created_at": privacy.iso(each.created_at),
            "reply_code": each.reply_code,
            "reply": each.reply,
        }
        for each in session.exec(mine.order_by(col(Notice.id).desc()))
    ]
