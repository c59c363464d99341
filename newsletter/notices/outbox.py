"""Send the notices that are due: each claimed, handed over and written down."""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Engine,
    and_,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlmodel import Session, col
from sqlmodel import select as rows

from newsletter import db, deliveries, sending
from newsletter.config import Relay, Settings
from newsletter.errors import NewsletterError
from newsletter.models import (
    DeliveryState,
    Issue,
    IssueState,
    Notice,
    NoticeKind,
)
from newsletter.notices import accounts, letters
from newsletter.notices.compose import compose
from newsletter.smtp import Envelope, Outcome, Verdict
from subscribers.columns import table_of
from subscribers.models import Subscription, SubscriptionState

logger = logging.getLogger(__name__)

NOTICE = table_of(Notice).c
# One connection, one after the other: the rest is claimed when these are settled.
_WINDOW = 20
# A claim nobody settled is somebody's who died. Longer than the slowest relay.
_LEASE = timedelta(minutes=15)
_REST = timedelta(seconds=30)  # before a relay out of reach is tried again
_OURS = timedelta(minutes=10)  # before what was our fault is tried again
_GIVE_UP = timedelta(hours=24)  # the links have run out, or nearly
# … sooner where nobody looks for it any more, or its link has run out.
_GIVE_UP_EARLY = {
    NoticeKind.TEST: timedelta(hours=1),
    NoticeKind.RESET: timedelta(hours=1),
}
KEPT = timedelta(days=30)


def send_due(engine: Engine, settings: Settings, *, stop: threading.Event) -> int:
    """Send notices until none is due or `stop` is set; return how many were tried.

    After a crash a notice goes again: twice is better than never, and its bytes and
    Message-ID are the same.
    """
    tried = 0
    while not stop.is_set():
        with db.reading(engine) as session:
            if not _is_any_due(session, db.now(session)):
                break
        with db.writing(engine) as session:
            now = db.now(session)
            claimed = _claim(session, now)
            small = [n for n in claimed if n.kind is not NoticeKind.TEST]
            envelopes = [compose(session, n, settings, now=now) for n in small]
        relay = settings.relay
        outcomes = sending.hand_over(settings, envelopes, relay=relay, stop=stop)
        _settle_all(engine, small, outcomes)
        tests = [n for n in claimed if n.kind is NoticeKind.TEST]
        deliver(engine, settings, tests, stop=stop)
        tried += len(claimed)
    return tried


def take(session: Session, notices: Sequence[Notice], *, now: datetime) -> None:
    """Claim new notices for this process, before the clock sees them."""
    for notice in notices:
        notice.state, notice.attempt = DeliveryState.SENDING, 1
        notice.due_at, notice.dated_at = now + _LEASE, now
    session.add_all(notices)
    session.flush()


def deliver(
    engine: Engine,
    settings: Settings,
    tests: Sequence[Notice],
    *,
    stop: threading.Event,
) -> list[Outcome]:
    """Send tests of issues that this process has claimed, through their lists' relays.

    Return what became of each. A letter that cannot be laid out is refused, with the
    reason in place of a relay's reply.
    """
    outcomes: dict[int | None, Outcome] = {}
    piles: dict[Relay | None, list[tuple[Notice, Envelope]]] = {}
    # Laying out a letter takes a moment, in which others may write.
    with db.reading(engine) as session:
        for test in tests:
            try:
                relay = letters.relay_of(session, test, settings)
                made = letters.compose(session, test, settings, now=db.now(session))
            except NewsletterError as error:
                outcomes[test.id] = Outcome(Verdict.REJECTED, None, str(error)[:1000])
            else:
                piles.setdefault(relay, []).append((test, made))
    for relay, pile in piles.items():
        envelopes = [envelope for _, envelope in pile]
        told = sending.hand_over(settings, envelopes, relay=relay, stop=stop)
        outcomes |= {test.id: each for (test, _), each in zip(pile, told, strict=True)}
    found = [outcomes[test.id] for test in tests]
    _settle_all(engine, tests, found)
    return found


def forget(session: Session, subscriber_ids: Sequence[int]) -> None:
    """Delete every notice to these people."""
    session.execute(
        delete(table_of(Notice)).where(NOTICE.subscriber_id.in_(subscriber_ids))
    )


def purge(session: Session, *, now: datetime) -> None:
    """Delete notices that were settled long ago."""
    session.execute(
        delete(table_of(Notice)).where(
            NOTICE.created_at < now - KEPT, NOTICE.state != DeliveryState.SENDING
        )
    )


def _due(now: datetime) -> ColumnElement[bool]:
    waiting = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.SENDING)
    return and_(NOTICE.state.in_(waiting), NOTICE.due_at <= now)


def _is_any_due(session: Session, now: datetime) -> bool:
    query = select(NOTICE.id).where(_due(now)).limit(1)
    return session.execute(query).first() is not None


def _claim(session: Session, now: datetime) -> list[Notice]:
    """Take a window of due notices for this process alone, for a while."""
    window = (
        select(NOTICE.id)
        .where(_due(now))
        .order_by(NOTICE.due_at)
        .limit(_WINDOW)
        .with_for_update(skip_locked=True)
    )
    taken = session.scalars(
        update(table_of(Notice))
        .where(NOTICE.id.in_(window))
        .values(
            state=DeliveryState.SENDING,
            attempt=NOTICE.attempt + 1,
            due_at=now + _LEASE,
            dated_at=func.coalesce(NOTICE.dated_at, literal(now, NOTICE.dated_at.type)),
        )
        .returning(NOTICE.id)
    ).all()
    found = rows(Notice).where(col(Notice.id).in_(taken)).order_by(col(Notice.id))
    notices = list(session.exec(found.execution_options(populate_existing=True)))
    return [each for each in notices if not _is_moot(session, each)]


def _is_moot(session: Session, notice: Notice) -> bool:
    """Set aside what is no longer so when it would leave."""
    if not _is_outdated(session, notice):
        return False
    notice.state = DeliveryState.SKIPPED
    session.add(notice)
    return True


def _is_outdated(session: Session, notice: Notice) -> bool:
    """Whether somebody has come back, or has decided about a draft meanwhile."""
    if notice.kind is NoticeKind.DRAFT:
        issue = session.get(Issue, notice.issue_id) if notice.issue_id else None
        return issue is not None and issue.state is not IssueState.DRAFT
    if notice.kind in accounts.KINDS:
        return accounts.is_moot(session, notice)
    if notice.kind is not NoticeKind.LEFT:
        return False
    query = select(table_of(Subscription).c.state).where(
        table_of(Subscription).c.subscriber_id == notice.subscriber_id,
        table_of(Subscription).c.list_id == notice.list_id,
    )
    return session.scalar(query) != SubscriptionState.UNSUBSCRIBED


def _settle_all(
    engine: Engine, notices: Sequence[Notice], outcomes: Sequence[Outcome]
) -> None:
    if not notices:
        return
    with db.writing(engine) as session:
        for notice, outcome in zip(notices, outcomes, strict=True):
            _settle(session, notice, outcome, db.now(session))


def _settle(session: Session, notice: Notice, outcome: Outcome, now: datetime) -> None:
    state, due_at = _next(notice, outcome, now)
    session.execute(
        update(table_of(Notice))
        .where(
            NOTICE.id == notice.id,
            NOTICE.attempt == notice.attempt,
            NOTICE.state == DeliveryState.SENDING,
        )
        .values(
            state=state,
            due_at=due_at,
            reply_code=outcome.code,
            reply=outcome.reply,
        )
    )
    if state is not DeliveryState.ACCEPTED:
        logger.warning("notice %s is %s", notice.id, state.value)


def _next(
    notice: Notice, outcome: Outcome, now: datetime
) -> tuple[DeliveryState, datetime]:
    """Return what a notice becomes, and when it is tried again if it is."""
    if outcome.verdict is Verdict.ACCEPTED:
        return DeliveryState.ACCEPTED, now
    patience = _GIVE_UP_EARLY.get(notice.kind, _GIVE_UP)
    given_up = now - notice.created_at > patience
    if outcome.verdict is Verdict.REJECTED or given_up:
        return DeliveryState.REJECTED, now
    rests = {Verdict.RETURNED: now + _REST, Verdict.HELD: now + _OURS}
    # Silence after the dot too: twice is better than never.
    again = deliveries.next_attempt(notice.attempt, now)
    return DeliveryState.DEFERRED, rests.get(outcome.verdict, again)
