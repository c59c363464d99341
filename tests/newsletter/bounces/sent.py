"""Letters that were accepted, and the return paths they had."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from newsletter.models import Delivery, DeliveryState, Issue, IssueState
from subscribers.clock import utcnow
from subscribers.models import Subscriber
from subscribers.tokens import Purpose
from tests import factories


def sent_to(
    session: Session, reader: Subscriber, *, days_ago: float = 0, **columns: Any
) -> Delivery:
    """Make an accepted delivery of an issue of its own."""
    issue = factories.make_issue(session, state=IssueState.SENDING)
    at = utcnow() - timedelta(days=days_ago)
    values = {"state": DeliveryState.ACCEPTED, "dated_at": at} | columns
    return factories.make_delivery(session, issue=issue, subscriber=reader, **values)


def mailbox_of(session: Session, delivery: Delivery) -> str:
    """Return the return path of a delivery."""
    handle = session.get_one(Issue, delivery.issue_id).handle
    token = factories.KEYS.sign(Purpose.BOUNCE, delivery.handle, handle)
    return f"b+{token}@bounce.example.org"
