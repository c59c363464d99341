"""The lists that stand on a reader's own page, and how they join one there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from subscribers import holders, optout, preferences, requests, suppressions, wordings
from subscribers.clock import utcnow
from subscribers.holders import MAILED, Holder
from subscribers.inserts import insert_absent
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    MailingList,
    RequestKind,
    Subscription,
    SubscriptionState,
    Wording,
)
from subscribers.requests import Draft
from subscribers.tokens import KeyRing, new_handle


class Joined(StrEnum):
    """What asking for a list led to."""

    AT_ONCE = "at once"
    BACK = "back"  # they left a moment ago, and that was taken back
    ASKED = "asked"  # a mail asks whether it was them
    ALREADY = "already"


@dataclass(frozen=True)
class Offer:
    """A list, and how one reader stands with it; None if they never did."""

    mailing_list: MailingList
    state: SubscriptionState | None
    handle: str = ""  # of the subscription, if there is one
    can_undo: bool = False
    paused_until: datetime | None = None  # None unless paused

    @property
    def is_mailed(self) -> bool:
        """Whether letters of this list go to them, now or after a pause."""
        return self.state in MAILED


@dataclass(frozen=True)
class Agreed:
    """What somebody read and agreed to, in which language, on which page."""

    words: str
    language: str
    form: str


def listing(session: Session, handle: str) -> list[Offer]:
    """Return the public lists and those that the reader is on, the oldest first.

    A private list stands there for who gets its letters, or left a moment ago. The
    list whose letter the link stood in is no secret to its reader.
    """
    holder = holders.find(session, handle)
    if holder is None:
        return []
    own = {
        each.list_id: each
        for each in holders.subscriptions(session, holder.subscriber_id)
    }
    offers = [
        _offer(session, each, own.get(each.id or 0))
        for each in session.exec(select(MailingList).order_by(col(MailingList.id)))
    ]
    return [
        each
        for each in offers
        if each.mailing_list.public
        or each.is_mailed
        or each.can_undo
        or each.handle == handle
    ]


def join(
    session: Session,
    keys: KeyRing,
    handle: str,
    mailing_list: MailingList,
    agreed: Agreed,
) -> Joined | None:
    """Join a list through the link of another, or come back to one; None: unknown.

    At once where their mailbox is proven and they never left this list; else a mail
    asks first. Pass a list that `listing` showed.
    """
    holder = holders.lock(session, handle)
    if holder is None:
        return None
    standings = holders.subscriptions(session, holder.subscriber_id)
    standing = next((s for s in standings if s.list_id == mailing_list.id), None)
    if standing is not None and standing.state in MAILED:
        return Joined.ALREADY
    if standing is not None and optout.undo_one(session, standing.handle):
        return Joined.BACK
    wording = wordings.register(
        session, mailing_list.id or 0, agreed.language, agreed.words
    )
    if standing is None and _is_proven(session, keys, holder, standings):
        return _enter(session, holder, wording, agreed)
    _ask(session, keys, holder, wording, agreed)
    return Joined.ASKED


def _offer(
    session: Session, mailing_list: MailingList, standing: Subscription | None
) -> Offer:
    if standing is None:
        return Offer(mailing_list, None)
    state = preferences.present(standing)
    left = state is SubscriptionState.UNSUBSCRIBED
    paused = state is SubscriptionState.PAUSED
    return Offer(
        mailing_list,
        state,
        standing.handle,
        can_undo=left and optout.can_undo_one(session, standing.handle),
        paused_until=standing.paused_until if paused else None,
    )


def _is_proven(
    session: Session, keys: KeyRing, holder: Holder, standings: list[Subscription]
) -> bool:
    """Tell whether mail reaches this person and they still want some of it."""
    mailed = any(each.state in MAILED for each in standings)
    return mailed and not suppressions.is_suppressed(session, keys, holder.address)


def _enter(
    session: Session, holder: Holder, wording: Wording, agreed: Agreed
) -> Joined:
    now, handle = utcnow(), new_handle()
    row = {
        "subscriber_id": holder.subscriber_id,
        "list_id": wording.list_id,
        "handle": handle,
        "state": SubscriptionState.CONFIRMED,
        "created_at": now,
        "confirmed_at": now,
    }
    insert_absent(session, Subscription, [row])
    if holders.find(session, handle) is None:  # an import was quicker
        return Joined.ALREADY
    session.add(
        Consent(
            subscriber_id=holder.subscriber_id,
            list_id=wording.list_id,
            kind=ConsentKind.GRANTED,
            channel=Channel.PAGE,
            words=wording.words,
            words_hash=wording.words_hash,
            version=wording.version,
            language=agreed.language,
            form=agreed.form,
            asked_at=now,
            at=now,
        )
    )
    session.flush()
    return Joined.AT_ONCE


def _ask(
    session: Session, keys: KeyRing, holder: Holder, wording: Wording, agreed: Agreed
) -> None:
    draft = Draft(
        kind=RequestKind.JOIN,
        address=holder.address,
        language=agreed.language,
        subscriber_id=holder.subscriber_id,
        list_ids=(wording.list_id,),
        wording_ids=(wording.id or 0,),
        form=agreed.form,
    )
    requests.ask(session, keys, draft)
