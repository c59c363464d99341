"""Leave a list in one step, and come back within half an hour."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from subscribers.addresses import mask
from subscribers.clock import utcnow
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Subscriber,
    Subscription,
    SubscriptionState,
)

UNDO_WITHIN = timedelta(minutes=30)

# Whoever left through one of these may come back through the same page. Complaints,
# bounces and decisions of staff are not undone by the holder of a link.
_UNDOABLE = frozenset({Channel.PAGE, Channel.ONE_CLICK, Channel.MAILTO})
_MAILED = frozenset({SubscriptionState.CONFIRMED, SubscriptionState.PAUSED})


@dataclass(frozen=True)
class Left:
    """Where somebody stands after leaving; an unknown handle is nobody's, not wrong."""

    known: bool
    changed: bool  # this call made the difference; the ledger may have rows to skip
    subscriber_id: int | None = None
    list_id: int | None = None
    language: str | None = None
    masked: str = ""  # the address as its owner recognises it


def unsubscribe(
    session: Session, handle: str, *, channel: Channel, language: str | None = None
) -> Left:
    """End a subscription now; the second and the hundredth time change nothing.

    `language` is that of the page that was shown. Somebody erased, or a list that
    is gone, is answered like any other: not subscribed.
    """
    found = _locked(session, handle)
    if found is None:
        return Left(known=False, changed=False)
    subscription, subscriber = found
    changed = subscription.state != SubscriptionState.UNSUBSCRIBED
    if changed:
        _withdraw(session, subscription, channel, language)
    return Left(
        known=True,
        changed=changed,
        subscriber_id=subscriber.id,
        list_id=subscription.list_id,
        language=subscriber.language,
        masked=mask(subscriber.email),
    )


def undo(session: Session, handle: str, *, within: timedelta = UNDO_WITHIN) -> bool:
    """Take back the reader's own unsubscribing, if it is not older than `within`.

    Restores the state and the words of before, with a new consent record. False:
    there is nothing to take back, or only a new double opt-in can bring them back.
    """
    found = _locked(session, handle)
    if found is None or not _is_fresh(found[0], within):
        return False
    subscription = found[0]
    withdrawal = _latest(session, subscription, ConsentKind.WITHDRAWN)
    if withdrawal is None or withdrawal.channel not in _UNDOABLE:
        return False
    before = SubscriptionState(withdrawal.evidence.get("was", "unconfirmed"))
    if before not in _MAILED:
        return False
    _restore(session, subscription, before, withdrawal)
    return True


def _locked(session: Session, handle: str) -> tuple[Subscription, Subscriber] | None:
    # The lock makes two presses of the button one change and one consent record.
    return session.exec(
        select(Subscription, Subscriber)
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
        .where(col(Subscription.handle) == handle)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _withdraw(
    session: Session,
    subscription: Subscription,
    channel: Channel,
    language: str | None,
) -> None:
    now = utcnow()
    session.add(
        Consent(
            subscriber_id=subscription.subscriber_id,
            list_id=subscription.list_id,
            kind=ConsentKind.WITHDRAWN,
            channel=channel,
            language=language,
            evidence={"was": subscription.state.value},
            at=now,
        )
    )
    subscription.state = SubscriptionState.UNSUBSCRIBED
    subscription.unsubscribed_at = now
    session.add(subscription)
    session.flush()


def _is_fresh(subscription: Subscription, within: timedelta) -> bool:
    left_at = subscription.unsubscribed_at
    if subscription.state != SubscriptionState.UNSUBSCRIBED or left_at is None:
        return False
    return utcnow() - left_at <= within


def _latest(
    session: Session, subscription: Subscription, kind: ConsentKind
) -> Consent | None:
    return session.exec(
        select(Consent)
        .where(
            col(Consent.subscriber_id) == subscription.subscriber_id,
            col(Consent.list_id) == subscription.list_id,
            col(Consent.kind) == kind,
        )
        .order_by(col(Consent.id).desc())
    ).first()


def _restore(
    session: Session,
    subscription: Subscription,
    before: SubscriptionState,
    withdrawal: Consent,
) -> None:
    granted = _latest(session, subscription, ConsentKind.GRANTED)
    session.add(
        Consent(
            subscriber_id=subscription.subscriber_id,
            list_id=subscription.list_id,
            kind=ConsentKind.GRANTED,
            channel=Channel.PAGE,
            words=granted.words if granted else "",
            words_hash=granted.words_hash if granted else "",
            language=withdrawal.language,
            evidence={"undo": withdrawal.id},
        )
    )
    subscription.state = before
    subscription.unsubscribed_at = None
    session.add(subscription)
    session.flush()
