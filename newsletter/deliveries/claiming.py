"""Take rows of the ledger for one sender: committed before any message may leave."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlmodel import Session

from newsletter.models import Delivery, DeliveryState, Issue, IssueState
from subscribers import segments
from subscribers.columns import table_of
from subscribers.models import Subscriber

DELIVERY = table_of(Delivery).c
ISSUE = table_of(Issue).c
PERSON = table_of(Subscriber).c


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
    attempt is followed; after one, the row is skipped. An empty answer means that
    nothing is due.
    """
    taken = session.execute(_statement(sender, limit, now, issue_id)).all()
    mine = [row.id for row in taken if row.state is DeliveryState.SENDING]
    if taken and not mine:
        # All of them had left meanwhile: there may be others behind.
        return claim(session, sender=sender, limit=limit, now=now, issue_id=issue_id)
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


def due(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which a row may be tried now."""
    return or_(
        DELIVERY.state == DeliveryState.QUEUED,
        and_(
            DELIVERY.state.in_((DeliveryState.DEFERRED, DeliveryState.UNKNOWN)),
            DELIVERY.due_at <= now,
        ),
    )


def _statement(sender: str, limit: int, now: datetime, issue_id: int | None) -> Update:
    goes = _may_go(now)
    follows = and_(goes, DELIVERY.attempt == 0)
    dated_at = func.coalesce(DELIVERY.dated_at, literal(now, DELIVERY.dated_at.type))
    sending, skipped = DeliveryState.SENDING.value, DeliveryState.SKIPPED.value
    return (
        update(table_of(Delivery))
        .where(DELIVERY.id.in_(_window(limit, now, issue_id)))
        .values(
            state=case((goes, sending), else_=skipped),
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


def _window(limit: int, now: datetime, issue_id: int | None) -> Select[tuple[int]]:
    window = (
        select(DELIVERY.id)
        .join(table_of(Issue), ISSUE.id == DELIVERY.issue_id)
        .where(ISSUE.state == IssueState.SENDING, due(now))
        .order_by(DELIVERY.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=table_of(Delivery))
    )
    if issue_id is not None:
        window = window.where(DELIVERY.issue_id == issue_id)
    return window


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
