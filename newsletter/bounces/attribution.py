"""Whose letter a report is about: a token of ours tells, or the letter’s Message-ID."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from newsletter import names
from newsletter.models import Delivery, Issue
from subscribers import addresses, holders
from subscribers.errors import InvalidAddress
from subscribers.models import Subscriber
from subscribers.tokens import KeyRing, Purpose

_ADDRESSES = 8  # of one report that are looked at
_LETTERS = 100  # of one reader
# Older ones change nothing, so they need not be found.
_RECENT = timedelta(days=90)


@dataclass(frozen=True)
class About:
    """What a report says of whom it is about, as far as it can be proven."""

    handles: tuple[str, ...] = ()  # of subscription and issue, from a genuine token
    names: tuple[str, ...] = ()  # of messages; whether they are ours shows later

    @property
    def words(self) -> tuple[str, ...]:
        """Both, to tell reports about different readers apart."""
        return self.handles or self.names


def read(keys: KeyRing, places: Sequence[str]) -> About:
    """Return what stands in the places of a report, the most trusted first."""
    named = (keys.find(Purpose.BOUNCE, place) for place in places)
    handles = next((each for each in named if each and len(each) == 2), ())
    return About(handles) if handles else About(names=names.find(places))


def find(
    session: Session,
    keys: KeyRing,
    about: About,
    recipients: Sequence[str],
    *,
    now: datetime,
) -> Delivery | None:
    """Return the delivery a report is about, its reader’s rows locked.

    A name proves a delivery but cannot be turned into one, so the letters of the
    `recipients` are tried. Whoever has another address by now is not found.
    """
    if about.handles:
        return _by_handles(session, *about.handles)
    if not about.names:
        return None
    for address in _distinct(recipients):
        for delivery, issue_handle in _letters(session, address, now):
            own = (issue_handle, delivery.handle, delivery.id or 0)
            if names.is_one_of(about.names, keys, *own):
                return _by_handles(session, delivery.handle, issue_handle)
    return None


def _by_handles(session: Session, handle: str, issue_handle: str) -> Delivery | None:
    holder = holders.lock(session, handle)
    if holder is None:
        return None
    return session.exec(
        select(Delivery)
        .join(Issue, col(Issue.id) == col(Delivery.issue_id))
        .where(
            col(Issue.handle) == issue_handle,
            col(Delivery.subscriber_id) == holder.subscriber_id,
            col(Delivery.handle) == handle,
        )
        .execution_options(populate_existing=True)
    ).first()


def _distinct(recipients: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for text in list(recipients)[:_ADDRESSES]:
        try:
            found[addresses.normalise(text).key] = None
        except InvalidAddress:
            continue
    return list(found)


def _letters(
    session: Session, address: str, now: datetime
) -> Sequence[tuple[Delivery, str]]:
    query = (
        select(Delivery, Issue.handle)
        .join(Issue, col(Issue.id) == col(Delivery.issue_id))
        .join(Subscriber, col(Subscriber.id) == col(Delivery.subscriber_id))
        .where(
            col(Subscriber.email_key) == address,
            col(Delivery.dated_at) > now - _RECENT,
        )
        .order_by(col(Delivery.id).desc())
        .limit(_LETTERS)
    )
    return session.exec(query).all()
