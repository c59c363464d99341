"""The person behind a link, and everything they are subscribed to."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from subscribers.addresses import Address
from subscribers.models import Subscriber, Subscription, SubscriptionState

# Letters go to these, now or when the pause is over.
MAILED = frozenset({SubscriptionState.CONFIRMED, SubscriptionState.PAUSED})


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a link, and the subscription it was made for."""

    subscriber: Subscriber
    subscription: Subscription

    @property
    def subscriber_id(self) -> int:
        """The person's id: they have been saved."""
        return self.subscription.subscriber_id

    @property
    def address(self) -> Address:
        """Where their mail goes; no page shows it."""
        return Address(self.subscriber.email, self.subscriber.email_key)


def find(session: Session, handle: str) -> Holder | None:
    """Return who holds this handle, None when the person or the list is gone."""
    row = session.exec(
        select(Subscriber, Subscription)
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(col(Subscription.handle) == handle)
        .execution_options(populate_existing=True)
    ).first()
    return Holder(*row) if row else None


def lock(session: Session, handle: str) -> Holder | None:
    """Return who holds this handle; what else they press waits until we are done."""
    # The person is locked, not the subscription: one click may end several, and
    # every order but one could end in a deadlock. What they are subscribed to is
    # read after that, since the statement that waited saw the state of before.
    locked = session.exec(
        select(Subscriber.id)
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(col(Subscription.handle) == handle)
        .with_for_update(key_share=True, of=Subscriber)
    ).first()
    return None if locked is None else find(session, handle)


def subscriptions(session: Session, subscriber_id: int) -> list[Subscription]:
    """Return all that somebody is or was subscribed to, the oldest first."""
    query = (
        select(Subscription)
        .where(col(Subscription.subscriber_id) == subscriber_id)
        .order_by(col(Subscription.id))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query))
