"""Take rows of the ledger for one sender: committed before any message may leave."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    update,
)
from sqlmodel import Session

from newsletter.deliveries import erased
from newsletter.ledger import DELIVERY, being
from newsletter.models import Delivery, DeliveryState, Issue, IssueState
from subscribers import segments
from subscribers.columns import table_of
from subscribers.models import Subscriber

ISSUE = table_of(Issue).c
PERSON = table_of(Subscriber).c

Waiting = Select[*tuple[int, int]]  # ids of rows, and of the list of their issue


class Claim(NamedTuple):
    """One row this sender now holds; `attempt` tells a late answer from a new one.

    A tuple, since a sender makes thousands a second.
    """

    id: int
    issue_id: int
    attempt: int
    language: str
    address: str
    handle: str
    since_on: str
    dated_at: datetime


class Queue(NamedTuple):
    """The rows of an issue in one language: what a sender takes its turns over."""

    issue_id: int
    language: str


def claim(
    session: Session,
    *,
    sender: str,
    limit: int,
    now: datetime,
    issue_id: int | None = None,
    relay: str = "",
) -> list[Claim]:
    """Take up to `limit` due rows for `sender` alone, or set them aside as skipped.

    One UPDATE tests the issue's state, the subscription and the suppression of the
    frozen address, and decides who owns a row: PostgreSQL skips rows another sender
    has locked, SQLite has one writer. An address that changed before the first
    attempt is followed; after one, the row is skipped. Somebody erased is nobody to
    send to. An empty answer means that nothing is due.
    """
    due = due_rows(session, issue_id, now)
    return take(session, due, sender=sender, relay=relay, limit=limit, now=now)


def retry(  # noqa: PLR0913  # what `claim` wants, and of which issues
    session: Session,
    issue_ids: Iterable[int],
    *,
    sender: str,
    limit: int,
    now: datetime,
    relay: str = "",
    others: Collection[str] = (),
) -> list[Claim]:
    """Do as `claim` does, with rows of these issues that were tried before alone.

    `others` are relays besides this one: a message that may have arrived goes again
    only by the relay it went by, which may know it.
    """
    due = (again(issue, now, others=others) for issue in issue_ids)
    return take(session, due, sender=sender, relay=relay, limit=limit, now=now)


def take(  # who takes, through what, how many, when
    session: Session,
    due: Iterable[Waiting],
    *,
    sender: str,
    relay: str,
    limit: int,
    now: datetime,
) -> list[Claim]:
    """Claim up to `limit` of these rows, in this order, for `sender` alone."""
    mine: list[Claim] = []
    for waiting in due:
        taken = True
        # Rows that were skipped make room for others.
        while taken and len(mine) < limit:
            statement = claiming(waiting, many=limit - len(mine), now=now)
            rows = session.execute(statement, {"sender": sender, "relay": relay}).all()
            mine += [claim for row in rows for claim in held(row)]
            taken = bool(rows)
    return sorted(mine)


def held(row: tuple[object, ...]) -> list[Claim]:
    """Return what `claiming` answered for one row, unless it set the row aside."""
    *values, state = row
    return [Claim(*values)] if state == DeliveryState.SENDING else []  # type: ignore[arg-type]  # its columns, in order


def due_rows(
    session: Session, issue_id: int | None, now: datetime
) -> Iterator[Waiting]:
    """Return the rows that may be tried now: retries first, then each queue."""
    for issue in being_sent(session, issue_id):
        yield again(issue, now)
        for queue in queues(session, issue):
            yield first(*queue)


def release(session: Session, ids: list[int], *, sender: str, now: datetime) -> None:
    """Put rows that certainly did not leave back into the queue; no attempt counts."""
    session.execute(_returned(ids, sender, now).values(state=DeliveryState.QUEUED))


def put_off(
    session: Session, ids: list[int], *, sender: str, seconds: float, now: datetime
) -> None:
    """Try rows that certainly did not leave again in a while; no attempt counts."""
    session.execute(
        _returned(ids, sender, now).values(
            state=DeliveryState.DEFERRED,
            due_at=now + timedelta(seconds=seconds),
            reason="",
        )
    )


def _returned(ids: list[int], sender: str, now: datetime) -> Update:
    """Return what undoes the claim of rows whose message certainly did not leave."""
    # Nobody has been promised its date, so the next claim may give another.
    dated_at = case((DELIVERY.attempt > 1, DELIVERY.dated_at), else_=None)
    return (
        update(table_of(Delivery))
        .where(DELIVERY.id.in_(ids), DELIVERY.claimed_by == sender, _SENDING)
        .values(
            claimed_by=None,
            attempt=DELIVERY.attempt - 1,
            dated_at=dated_at,
            updated_at=now,
        )
    )


def queues(session: Session, issue_id: int) -> list[Queue]:
    """Return the languages in which an issue still has rows that were never tried."""
    found: list[Queue] = []
    last = ""
    # One step along the index per language, however many rows each has.
    step = select(func.min(DELIVERY.language)).where(
        DELIVERY.issue_id == issue_id, _QUEUED
    )
    while language := session.scalar(step.where(DELIVERY.language > last)):
        found.append(Queue(issue_id, last := language))
    return found


def first(
    issue_id: int | ColumnElement[int], language: str | ColumnElement[str]
) -> Waiting:
    """Return the rows of a running issue that were never tried, in order."""
    queued = _rows(issue_id).where(DELIVERY.language == language, _QUEUED)
    return queued.order_by(DELIVERY.id)


def again(
    issue_id: int | ColumnElement[int], now: datetime, *, others: Collection[str] = ()
) -> Waiting:
    """Return the rows of a running issue whose next attempt is due.

    Not those that may have arrived by one of the relays in `others`.
    """
    due = _rows(issue_id).where(_TRIED, DELIVERY.due_at <= now)
    if not others:
        return due
    elsewhere = DELIVERY.relay.in_(list(others))
    return due.where(~and_(being(DeliveryState.UNKNOWN), elsewhere))


_QUEUED = being(DeliveryState.QUEUED)
_SENDING = being(DeliveryState.SENDING)
_TRIED = being(DeliveryState.DEFERRED, DeliveryState.UNKNOWN)


def _rows(issue_id: int | ColumnElement[int]) -> Waiting:
    # One issue at a time, so that an index leads to its next rows without a sort.
    running = exists().where(ISSUE.id == issue_id, ISSUE.state == IssueState.SENDING)
    # Once for all rows of the issue.
    list_id = select(ISSUE.list_id).where(ISSUE.id == issue_id).scalar_subquery()
    return select(DELIVERY.id, list_id.label("list_id")).where(
        DELIVERY.issue_id == issue_id, running
    )


def being_sent(session: Session, issue_id: int | None = None) -> list[int]:
    """Return the ids of the issues that are being sent, the oldest first."""
    query = select(ISSUE.id).where(ISSUE.state == IssueState.SENDING)
    if issue_id is not None:
        query = query.where(ISSUE.id == issue_id)
    return list(session.scalars(query.order_by(ISSUE.id)))


def claiming(
    waiting: Waiting,
    *,
    many: int | ColumnElement[int],
    now: datetime | ColumnElement[datetime],
) -> Update:
    """Return the statement that claims some of the rows.

    It wants the parameters `sender` and `relay`, and answers with the columns of a
    Claim and the state: a row that was set aside is among them.
    """
    window = waiting.limit(many).with_for_update(
        skip_locked=True, of=table_of(Delivery)
    )
    standing = _standing(window, now)
    return (
        update(table_of(Delivery))
        .where(DELIVERY.id == standing.c.id)
        .values(_claimed(standing, now))
        .returning(*(DELIVERY[name] for name in Claim._fields), DELIVERY.state)
    )


def _claimed(
    standing: CTE, now: datetime | ColumnElement[datetime]
) -> dict[str, object]:
    """Return what a claimed row becomes, or one that is set aside."""
    goes = standing.c.goes
    follows = and_(goes, DELIVERY.attempt == 0)
    sending, skipped = DeliveryState.SENDING.value, DeliveryState.SKIPPED.value
    # It may have arrived, which stays the truth about somebody erased since.
    unknown = and_(erased.GONE, being(DeliveryState.UNKNOWN))
    kept = erased.unless_gone()
    sender, relay = (bindparam(name, None, String) for name in ("sender", "relay"))
    dated_at = func.coalesce(DELIVERY.dated_at, now)
    return {
        **kept,
        "address": case((follows, standing.c.email), else_=kept["address"]),
        "address_hash": case(
            (follows, standing.c.email_hash), else_=kept["address_hash"]
        ),
        "state": case((goes, sending), (unknown, DELIVERY.state), else_=skipped),
        "claimed_by": case((goes, sender), else_=None),
        "relay": case((goes, relay), else_=DELIVERY.relay),
        "attempt": case((goes, DELIVERY.attempt + 1), else_=DELIVERY.attempt),
        "dated_at": case((goes, dated_at), else_=DELIVERY.dated_at),
        "due_at": None,
        "updated_at": now,
    }


def _standing(window: Waiting, now: datetime | ColumnElement[datetime]) -> CTE:
    """Return each row of a window beside its reader's address and whether it may go.

    It may when its reader is mailable, at the address an earlier attempt went to.
    Materialised, so that this is decided once a row and not once a column.
    """
    wanted = (DELIVERY.subscriber_id, DELIVERY.attempt, DELIVERY.address_hash)
    due = window.add_columns(*wanted).cte("due").prefix_with("MATERIALIZED")
    mailable = segments.is_mailable(
        due.c.subscriber_id, due.c.list_id, now=now, email_hash=PERSON.email_hash
    )
    moved = and_(due.c.attempt > 0, due.c.address_hash != PERSON.email_hash)
    goes = and_(mailable, ~moved).label("goes")
    rows = (
        select(due.c.id, PERSON.email, PERSON.email_hash, goes)
        .select_from(due)
        .outerjoin(table_of(Subscriber), PERSON.id == due.c.subscriber_id)
    )
    return rows.cte("standing").prefix_with("MATERIALIZED")
