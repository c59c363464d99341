"""Rows whose sender is gone, rows that wait for a person, rows that must not go."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import CursorResult, Update, func, select, update
from sqlmodel import Session

from newsletter.deliveries import erased
from newsletter.deliveries.recording import unknown_values
from newsletter.errors import WrongState
from newsletter.ledger import DELIVERY, being
from newsletter.models import Delivery, DeliveryState, Issue, IssueState
from subscribers.columns import table_of
from subscribers.models import MailingList, UnknownPolicy
from subscribers.sentences import Saying

ISSUE = table_of(Issue).c
LIST = table_of(MailingList).c

_LEFT = "left unknown"  # the reason of rows that somebody decided to leave so


def recover(
    session: Session,
    *,
    dead: Collection[str],
    now: datetime,
    on_unknown: UnknownPolicy,
) -> int:
    """Make the rows that dead senders held unknown; return how many there were.

    They may have left or not: nobody can tell. The list's policy, or `on_unknown`,
    says whether they are sent again once or wait for a person. Rows of readers who
    were erased meanwhile are emptied: this is their outcome.
    """
    recovered = 0
    for policy in UnknownPolicy:
        decided = LIST.on_unknown == policy
        if policy is on_unknown:
            decided = decided | LIST.on_unknown.is_(None)
        lists = select(LIST.id).where(decided)
        issues = select(ISSUE.id).where(ISSUE.list_id.in_(lists))
        statement = update(table_of(Delivery)).where(
            being(DeliveryState.SENDING),
            DELIVERY.claimed_by.in_(list(dead)),
            DELIVERY.issue_id.in_(issues),
        )
        values = {
            **erased.unless_gone(),
            **unknown_values(policy, now),
            "reply": "the sender stopped before an answer was written down",
            "reason": "",
            "updated_at": now,
        }
        recovered += _count(session, statement.values(**values))
    return recovered


def let_go(
    session: Session, *, sender: str, keep: Collection[int], now: datetime
) -> int:
    """Return a sender's claims it never heard of, all but `keep`, to the queue.

    A claim may be committed while its answer is lost with the connection.
    """
    statement = update(table_of(Delivery)).where(
        being(DeliveryState.SENDING),
        DELIVERY.claimed_by == sender,
        DELIVERY.id.not_in(keep),
    )
    return _count(
        session,
        statement.values(
            state=DeliveryState.QUEUED,
            claimed_by=None,
            attempt=DELIVERY.attempt - 1,
            updated_at=now,
        ),
    )


def resolve(session: Session, issue: Issue, *, resend: bool, now: datetime) -> int:
    """Settle the unknown rows that wait for a person; return how many there were.

    Resending opens a sent issue again; it leaves out whoever was erased. Leaving
    them keeps them unknown for ever: that is the truth about them.
    """
    if issue.state not in (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT):
        raise WrongState(
            "Issue {issue} is {state}: nothing is unknown.",
            issue=str(issue.id),
            state=Saying(issue.state),
        )
    held = [
        DELIVERY.issue_id == issue.id,
        being(DeliveryState.UNKNOWN),
    ]
    if resend:
        held.append(~erased.GONE)
    values = {"due_at": now} if resend else {"due_at": None, "reason": _LEFT}
    changed = _count(session, update(table_of(Delivery)).where(*held).values(values))
    if resend and changed and issue.state is IssueState.SENT:
        issue.state, issue.finished_at = IssueState.SENDING, None
    session.flush()
    return changed


def undecided(session: Session, issue: Issue) -> int:
    """Count the unknown rows about which a person has still to decide."""
    query = select(func.count()).where(
        DELIVERY.issue_id == issue.id,
        # Both of its states, or SQLite does not see the index that holds them.
        being(DeliveryState.DEFERRED, DeliveryState.UNKNOWN),
        being(DeliveryState.UNKNOWN),
        DELIVERY.due_at.is_(None),
        DELIVERY.reason != _LEFT,
    )
    count: int = session.execute(query).scalar_one()
    return count


def cancel_queued(session: Session, *, limit: int, now: datetime) -> int:
    """Let rows of cancelled issues follow, at most `limit` at a time; return how many.

    Rows that are being sent are left to their sender: they end as they end.
    """
    cancelled = 0
    # One at a time: each has an index of its own.
    for waiting in (DeliveryState.QUEUED, DeliveryState.DEFERRED):
        ids = (
            select(DELIVERY.id)
            .join(table_of(Issue), ISSUE.id == DELIVERY.issue_id)
            .where(ISSUE.state == IssueState.CANCELLED, being(waiting))
            .limit(limit - cancelled)
        )
        cancelled += _count(
            session,
            update(table_of(Delivery))
            .where(DELIVERY.id.in_(ids))
            .values(state=DeliveryState.CANCELLED, due_at=None, updated_at=now),
        )
    return cancelled


def _count(session: Session, statement: Update) -> int:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)  # noqa: S101  # an UPDATE always is one
    return result.rowcount
