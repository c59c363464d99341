"""Take rows of the ledger for one sender: committed before any message may leave."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    case,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlmodel import Session

from newsletter.deliveries import erased
from newsletter.models import Delivery, DeliveryState, Issue, IssueState
from subscribers import segments
from subscribers.columns import table_of
from subscribers.models import Subscriber

DELIVERY = table_of(Delivery).c
ISSUE = table_of(Issue).c
PERSON = table_of(Subscriber).c

Waiting = Select[*tuple[int]]  # ids of rows


@dataclass(frozen=True)
class Claim:
    """One row this sender now holds; `attempt` tells a late answer from a new one."""

    id: int
    issue_id: int
    attempt: int
    language: str
    address: str
    handle: str
    since_on: str
    dated_at: datetime


def claim(
    session: Session,
    *,
    sender: str,
    limit: int,
    now: datetime,
    issue_id: int | None = None,
) -> list[Claim]:
    """Take up to `limit` due rows for `sender` alone, or set them aside as skipped.

    One UPDATE tests the issue's state, the subscription and the suppression of the
    frozen address, and decides who owns a row: PostgreSQL skips rows another sender
    has locked, SQLite has one writer. An address that changed before the first
    attempt is followed; after one, the row is skipped. Somebody erased is nobody to
    send to. An empty answer means that nothing is due.
    """
    mine: list[int] = []
    for issue in _being_sent(session, issue_id):
        for waiting in (again(issue, now), first(issue)):
            mine += _take(session, waiting, sender, limit - len(mine), now)
    return _claims(session, mine)


def release(session: Session, ids: list[int], *, sender: str, now: datetime) -> None:
    """Put rows that certainly did not leave back into the queue; no attempt counts."""
    session.execute(
        update(table_of(Delivery))
        .where(
            DELIVERY.id.in_(ids),
            DELIVERY.claimed_by == sender,
            DELIVERY.state == DeliveryState.SENDING,
        )
        .values(
            state=DeliveryState.QUEUED,
            claimed_by=None,
            attempt=DELIVERY.attempt - 1,
            updated_at=now,
        )
    )


def first(issue_id: int) -> Waiting:
    """Return the rows of a running issue that were never tried, in order."""
    queued = DELIVERY.state == DeliveryState.QUEUED
    return _rows(issue_id).where(queued).order_by(DELIVERY.id)


def again(issue_id: int, now: datetime) -> Waiting:
    """Return the rows of a running issue whose next attempt is due."""
    tried = DELIVERY.state.in_((DeliveryState.DEFERRED, DeliveryState.UNKNOWN))
    return _rows(issue_id).where(tried, DELIVERY.due_at <= now)


def _rows(issue_id: int) -> Waiting:
    # One issue at a time, so that an index leads to its next rows without a sort.
    running = exists().where(ISSUE.id == issue_id, ISSUE.state == IssueState.SENDING)
    return select(DELIVERY.id).where(DELIVERY.issue_id == issue_id, running)


def _being_sent(session: Session, issue_id: int | None) -> list[int]:
    query = select(ISSUE.id).where(ISSUE.state == IssueState.SENDING)
    if issue_id is not None:
        query = query.where(ISSUE.id == issue_id)
    return list(session.scalars(query.order_by(ISSUE.id)))


def _take(
    session: Session, waiting: Waiting, sender: str, limit: int, now: datetime
) -> list[int]:
    """Claim up to `limit` of the rows; those that were skipped make room for others."""
    mine: list[int] = []
    while len(mine) < limit:
        window = waiting.limit(limit - len(mine)).with_for_update(
            skip_locked=True, of=table_of(Delivery)
        )
        taken = session.execute(_statement(window, sender, now)).all()
        held = [row.id for row in taken if row.state is DeliveryState.SENDING]
        aside = [row.id for row in taken if row.state is not DeliveryState.SENDING]
        if aside:
            erased.empty(session, aside, now=now)
        mine += held
        if not taken:
            break
    return mine


def _statement(window: Waiting, sender: str, now: datetime) -> Update:
    goes = _may_go(now)
    follows = and_(goes, DELIVERY.attempt == 0)
    dated_at = func.coalesce(DELIVERY.dated_at, literal(now, DELIVERY.dated_at.type))
    sending, skipped = DeliveryState.SENDING.value, DeliveryState.SKIPPED.value
    # It may have arrived, which stays the truth about somebody erased since.
    unknown = and_(erased.GONE, DELIVERY.state == DeliveryState.UNKNOWN)
    return (
        update(table_of(Delivery))
        .where(DELIVERY.id.in_(window))
        .values(
            state=case((goes, sending), (unknown, DELIVERY.state), else_=skipped),
            claimed_by=case((goes, sender), else_=None),
            attempt=case((goes, DELIVERY.attempt + 1), else_=DELIVERY.attempt),
            dated_at=case((goes, dated_at), else_=DELIVERY.dated_at),
            address=case(
                (follows, _of_subscriber(PERSON.email)), else_=DELIVERY.address
            ),
            address_hash=case(
                (follows, _of_subscriber(PERSON.email_hash)),
                else_=DELIVERY.address_hash,
            ),
            due_at=None,
            updated_at=now,
        )
        .returning(DELIVERY.id, DELIVERY.state)
    )


def _may_go(now: datetime) -> ColumnElement[bool]:
    """Whether a row's reader is mailable, at the address an earlier attempt went to."""
    list_id = select(ISSUE.list_id).where(ISSUE.id == DELIVERY.issue_id)
    mailable = segments.is_mailable(
        DELIVERY.subscriber_id,
        list_id.correlate(table_of(Delivery)).scalar_subquery(),
        now=now,
    )
    moved = and_(
        DELIVERY.attempt > 0,
        DELIVERY.address_hash != _of_subscriber(PERSON.email_hash),
    )
    return and_(mailable, ~moved)


def _of_subscriber(column: ColumnElement[str]) -> ColumnElement[str]:
    found: ColumnElement[str] = (
        select(column)
        .where(PERSON.id == DELIVERY.subscriber_id)
        .correlate(table_of(Delivery))
        .scalar_subquery()
    )
    return found


def _claims(session: Session, ids: list[int]) -> list[Claim]:
    query = (
        select(
            DELIVERY.id,
            DELIVERY.issue_id,
            DELIVERY.attempt,
            DELIVERY.language,
            DELIVERY.address,
            DELIVERY.handle,
            DELIVERY.since_on,
            DELIVERY.dated_at,
        )
        .where(DELIVERY.id.in_(ids))
        .order_by(DELIVERY.id)
    )
    return [Claim(*row) for row in session.execute(query)]
