"""Take a report of a failure or a complaint: whose it is, what it changes."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from newsletter.bounces import attribution, history, stopping
from newsletter.bounces.report import Kind
from newsletter.bounces.weighing import Weight, weigh
from newsletter.models import Bounce, Delivery, Issue
from newsletter.smtp.failures import Failure
from subscribers import addresses, holders, optout, suppressions
from subscribers.inserts import insert_new
from subscribers.models import Channel, SuppressionReason
from subscribers.tokens import KeyRing

logger = logging.getLogger(__name__)

# A report about an older letter says nothing about the address of today.
_OLDEST = timedelta(days=60)
_EVIDENCE = 64_000  # characters


class Effect(StrEnum):
    """What a report changed."""

    NOBODY = "nobody"  # its token names no delivery: kept to look at
    NOTHING = "nothing"
    TOO_OLD = "too old"
    COUNTED = "counted"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"
    KNOWN = "known"  # the same report came before


@dataclass(frozen=True)
class Event:
    """A report in our words, whoever brought it.

    A token of ours or a Message-ID in one of its `places` says whose it is. An address
    proves nothing, since anybody can write one: `recipients` only say among whose
    letters to look for that Message-ID.
    """

    kind: Kind
    source: str  # mail, ses, postmark, …
    key: str  # the same for the same report, however often it comes
    places: Sequence[str]  # the most trusted first
    received_at: datetime
    failure: Failure | None = None  # of a bounce
    status: str = ""
    code: int | None = None
    diagnostic: str = ""
    evidence: str = ""
    recipients: Sequence[str] = ()


def take(session: Session, keys: KeyRing, event: Event, *, now: datetime) -> Effect:
    """Act on a report once, and keep it with its evidence.

    In the caller's transaction: what brought the report may be thrown away once that
    is committed, and may come again if it is not.
    """
    if event.kind not in (Kind.BOUNCE, Kind.COMPLAINT):
        return Effect.NOTHING
    about = attribution.read(keys, event.places)
    kept = _keep(session, event, *about.words)
    if kept is None:
        return Effect.KNOWN
    delivery = attribution.find(session, keys, about, event.recipients, now=now)
    if delivery is None:
        kept.effect = Effect.NOBODY
        return Effect.NOBODY
    return _act(session, keys, delivery, kept, now)


def take_reply(
    session: Session, keys: KeyRing, event: Event, delivery_id: int, *, now: datetime
) -> Effect:
    """Act on what the relay said about a delivery while it was being sent."""
    kept = _keep(session, event)
    if kept is None:
        return Effect.KNOWN
    delivery = session.get(Delivery, delivery_id, populate_existing=True)
    if delivery is None or holders.lock(session, delivery.handle) is None:
        kept.effect = Effect.NOBODY
        return Effect.NOBODY
    return _act(session, keys, delivery, kept, now)


def _keep(session: Session, event: Event, *about: str) -> Bounce | None:
    """Return the row of a report, None if somebody else brought it before."""
    # Some servers give the reports about all readers one Message-ID.
    named = "\0".join((event.source, event.key, *about))
    key = hashlib.sha256(named.encode()).hexdigest()
    row = Bounce(
        key=key,
        source=event.source,
        kind=event.kind.value,
        failure=event.failure.value if event.failure else "",
        status=event.status[:16],
        code=event.code,
        diagnostic=event.diagnostic[:1000],
        evidence=event.evidence[:_EVIDENCE],
        received_at=event.received_at,
    )
    # Of two who bring it at once the second waits here for the first to end.
    if not insert_new(session, Bounce, row.model_dump(exclude={"id"})):
        return None
    return session.exec(select(Bounce).where(col(Bounce.key) == key)).one()


def _act(
    session: Session, keys: KeyRing, delivery: Delivery, kept: Bounce, now: datetime
) -> Effect:
    issue = session.get_one(Issue, delivery.issue_id)
    kept.delivery_id, kept.issue_id = delivery.id, issue.id
    kept.subscriber_id, kept.language = delivery.subscriber_id, delivery.language
    kept.domain = delivery.address.rpartition("@")[2]
    session.flush()
    effect = _effect(session, keys, delivery, kept, now)
    kept.effect = effect.value
    session.flush()
    stopping.stop_if_needed(session, issue)
    return effect


def _effect(
    session: Session, keys: KeyRing, delivery: Delivery, kept: Bounce, now: datetime
) -> Effect:
    if delivery.dated_at is None or now - delivery.dated_at > _OLDEST:
        return Effect.TOO_OLD
    if kept.kind == Kind.COMPLAINT:
        return _complained(session, keys, delivery, kept)
    return _failed(session, keys, delivery, kept)


def _failed(
    session: Session, keys: KeyRing, delivery: Delivery, kept: Bounce
) -> Effect:
    weight = weigh(history.failures(session, delivery))
    if weight is Weight.ENOUGH:
        said = f"{kept.status} {kept.diagnostic}".strip()
        _suppress(session, keys, delivery, SuppressionReason.HARD_BOUNCE, said)
        return Effect.SUPPRESSED
    return Effect.COUNTED if weight is Weight.COUNTED else Effect.NOTHING


def _complained(
    session: Session, keys: KeyRing, delivery: Delivery, kept: Bounce
) -> Effect:
    """End everything: whoever calls a letter spam must get none, nor a farewell."""
    optout.unsubscribe_everywhere(session, delivery.handle, channel=Channel.COMPLAINT)
    reason = SuppressionReason.COMPLAINT
    _suppress(session, keys, delivery, reason, kept.diagnostic)
    return Effect.SUPPRESSED


def _suppress(
    session: Session,
    keys: KeyRing,
    delivery: Delivery,
    reason: SuppressionReason,
    said: str,
) -> None:
    # The address the letter went to: its reader may have another by now.
    address = addresses.normalise(delivery.address)
    suppressions.suppress(session, keys, address, reason=reason, evidence=said)
    logger.info("delivery %s: its address is suppressed (%s)", delivery.id, reason)
