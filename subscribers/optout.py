"""Leave a list, or all of them, in one step; come back within half an hour."""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from subscribers import holders
from subscribers.addresses import mask
from subscribers.clock import utcnow
from subscribers.holders import MAILED, Holder
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Subscription,
    SubscriptionState,
)
from subscribers.tokens import KeyRing, Purpose

UNDO_WITHIN = timedelta(minutes=30)
REASON_WITHIN = timedelta(days=1)  # a page may stay open over night
LONGEST_REASON = 500  # characters

# Whoever left through one of these may come back through the same page. Complaints,
# bounces and decisions of staff are not undone by the holder of a link.
_UNDOABLE = frozenset({Channel.PAGE, Channel.ONE_CLICK, Channel.MAILTO})

# Control characters (JSONB takes no NUL), half characters, line separators.
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


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
    holder = holders.lock(session, handle)
    if holder is None:
        return Left(known=False, changed=False)
    changed = _withdraw(session, holder.subscription, channel, language)
    return _left(holder, changed=changed)


def unsubscribe_everywhere(
    session: Session, handle: str, *, channel: Channel, language: str | None = None
) -> Left:
    """End everything that the holder of this link gets, private lists included."""
    holder = holders.lock(session, handle)
    if holder is None:
        return Left(known=False, changed=False)
    mark = {"everything": holder.subscription.id}  # what `undo` takes back together
    ended = [
        _withdraw(session, each, channel, language, mark)
        for each in holders.subscriptions(session, holder.subscriber_id)
    ]
    return _left(holder, changed=any(ended))


def undo(session: Session, handle: str, *, within: timedelta = UNDO_WITHIN) -> bool:
    """Take back what was ended through this link, if it is not older than `within`.

    Restores the state and the words of before, with a new consent record. False:
    there is nothing to take back, or only a new double opt-in can bring them back.
    """
    holder = holders.lock(session, handle)
    if holder is None:
        return False
    found = _reversible(session, holder, within)
    for subscription, withdrawal in found:
        _restore(session, subscription, withdrawal)
    return bool(found)


def undo_one(session: Session, handle: str) -> bool:
    """Take back the end of this one subscription, whatever else ended with it."""
    holder = holders.lock(session, handle)
    if holder is None:
        return False
    withdrawal = _takes_back(session, holder.subscription, UNDO_WITHIN)
    if withdrawal is None:
        return False
    _restore(session, holder.subscription, withdrawal)
    return True


def can_undo(session: Session, handle: str) -> bool:
    """Tell whether `undo` would bring somebody back now."""
    holder = holders.find(session, handle)
    return holder is not None and bool(_reversible(session, holder, UNDO_WITHIN))


def can_undo_one(session: Session, handle: str) -> bool:
    """Tell whether `undo_one` would bring somebody back now."""
    holder = holders.find(session, handle)
    return holder is not None and bool(
        _takes_back(session, holder.subscription, UNDO_WITHIN)
    )


def give_reason(session: Session, handle: str, reason: str) -> bool:
    """Keep why somebody left beside the record that they did; the last word stays."""
    holder = holders.lock(session, handle)
    words = _tidy(reason)
    if (
        holder is None
        or not words
        or not _ended_within(holder.subscription, REASON_WITHIN)
    ):
        return False
    withdrawal = _latest(session, holder.subscription, ConsentKind.WITHDRAWN)
    if withdrawal is None or withdrawal.channel not in _UNDOABLE:
        return False
    withdrawal.evidence = {**withdrawal.evidence, "reason": words}
    session.add(withdrawal)
    session.flush()
    return True


def handle_in(keys: KeyRing, mailbox: str) -> str | None:
    """Return the handle in `u+TOKEN@host`, the mailbox of List-Unsubscribe (pure)."""
    handles = keys.find(Purpose.UNSUBSCRIBE, mailbox)
    return handles[0] if handles else None


def _left(holder: Holder, *, changed: bool) -> Left:
    return Left(
        known=True,
        changed=changed,
        subscriber_id=holder.subscriber_id,
        list_id=holder.subscription.list_id,
        language=holder.subscriber.language,
        masked=mask(holder.subscriber.email),
    )


def _withdraw(
    session: Session,
    subscription: Subscription,
    channel: Channel,
    language: str | None,
    mark: dict[str, int | None] | None = None,
) -> bool:
    if subscription.state == SubscriptionState.UNSUBSCRIBED:
        return False
    now = utcnow()
    session.add(
        Consent(
            subscriber_id=subscription.subscriber_id,
            list_id=subscription.list_id,
            kind=ConsentKind.WITHDRAWN,
            channel=channel,
            language=language,
            evidence={"was": subscription.state.value} | (mark or {}),
            at=now,
        )
    )
    subscription.state = SubscriptionState.UNSUBSCRIBED
    subscription.unsubscribed_at = now
    session.add(subscription)
    session.flush()
    return True


def _reversible(
    session: Session, holder: Holder, within: timedelta
) -> list[tuple[Subscription, Consent]]:
    """Return what ended through this link, each with the record of its end."""
    link = holder.subscription.id
    found = []
    for each in holders.subscriptions(session, holder.subscriber_id):
        withdrawal = _takes_back(session, each, within)
        if withdrawal is None:
            continue
        if each.id == link or withdrawal.evidence.get("everything") == link:
            found.append((each, withdrawal))
    return found


def _takes_back(
    session: Session, subscription: Subscription, within: timedelta
) -> Consent | None:
    """Return the withdrawal that its reader may still take back, None without one."""
    if not _ended_within(subscription, within):
        return None
    withdrawal = _latest(session, subscription, ConsentKind.WITHDRAWN)
    if withdrawal is None or withdrawal.channel not in _UNDOABLE:
        return None
    return withdrawal if _before(withdrawal) in MAILED else None


def _ended_within(subscription: Subscription, within: timedelta) -> bool:
    left_at = subscription.unsubscribed_at
    if subscription.state != SubscriptionState.UNSUBSCRIBED or left_at is None:
        return False
    return utcnow() - left_at <= within


def _before(withdrawal: Consent) -> SubscriptionState:
    return SubscriptionState(withdrawal.evidence.get("was", "unconfirmed"))


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


def _restore(session: Session, subscription: Subscription, withdrawal: Consent) -> None:
    granted = _latest(session, subscription, ConsentKind.GRANTED)
    session.add(
        Consent(
            subscriber_id=subscription.subscriber_id,
            list_id=subscription.list_id,
            kind=ConsentKind.GRANTED,
            channel=Channel.PAGE,
            words=granted.words if granted else "",
            words_hash=granted.words_hash if granted else "",
            version=granted.version if granted else None,
            language=withdrawal.language,
            evidence={"undo": withdrawal.id},
        )
    )
    subscription.state = _before(withdrawal)
    subscription.unsubscribed_at = None
    session.add(subscription)
    session.flush()


def _tidy(reason: str) -> str:
    """Return free text without control characters, cut to what is kept of it."""
    lines = reason.replace("\r\n", "\n").strip()
    kept = (c for c in lines if c == "\n" or unicodedata.category(c) not in _UNSEEN)
    return "".join(kept)[:LONGEST_REASON].strip()
