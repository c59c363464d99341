"""Move an issue from one state to the next: each move names the state it leaves.

The row count of one UPDATE decides who made a move, so two processes never both
start, pause or finish the same issue.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, exists, or_, update
from sqlmodel import Session, col, select

from newsletter.errors import BadTime, WrongState
from newsletter.i18n import N_
from newsletter.issues.approval import require_approved
from newsletter.ledger import being
from newsletter.models import Delivery, DeliveryState, Edition, Issue, IssueState
from subscribers.clock import utcnow
from subscribers.sentences import Saying

# How long a process may take for one step of the start before another may redo it.
LEASE = timedelta(seconds=60)
# The states as sentences name them, so that catalogues hold them.
_STATES = (
    N_("draft"),
    N_("scheduled"),
    N_("starting"),
    N_("sending"),
    N_("paused"),
    N_("sent"),
    N_("cancelled"),
)
# States in which something is still to be attempted without a person.
_PENDING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)


def schedule(session: Session, issue: Issue, *, at: datetime, now: datetime) -> None:
    """Set the moment the issue starts; a scheduled one may be moved.

    Raises BadTime for a moment that has passed, WrongState once it has started,
    NotApproved where somebody must approve it first. Checks belong to the caller:
    this is only the clock's part.
    """
    require_approved(session, issue)
    if at < now - timedelta(minutes=1):
        raise BadTime(
            "{moment} UTC has passed. Choose a later time.",
            moment=f"{at:%Y-%m-%d %H:%M}",
        )
    movable = (IssueState.DRAFT, IssueState.SCHEDULED)
    _require(
        _move(session, issue, movable, state=IssueState.SCHEDULED, send_at=at),
        issue,
        N_("be scheduled"),
    )


def pause(session: Session, issue: Issue, *, because: str, by: str = "") -> bool:
    """Stop a running issue with a reason; False if it was not running.

    `by` names the breaker that did it: resuming overrules it, for this issue.
    """
    running = (IssueState.SENDING, IssueState.SCHEDULED)
    return _move(
        session,
        issue,
        running,
        state=IssueState.PAUSED,
        paused_because=because,
        paused_by=by,
    )


def resume(session: Session, issue: Issue, *, now: datetime) -> None:
    """Let a paused issue go on; held deliveries are tried again at once."""
    overruled = [issue.paused_by] if issue.paused_by else []
    tolerated = [*issue.tolerated, *overruled]
    if issue.total is None:
        # It was held before it began: its time counts, or now if that has passed.
        moved = _move(
            session,
            issue,
            (IssueState.PAUSED,),
            state=IssueState.SCHEDULED,
            send_at=max(issue.send_at or now, now),
            paused_because="",
            paused_by="",
            tolerated=tolerated,
        )
    else:
        moved = _move(
            session,
            issue,
            (IssueState.PAUSED,),
            state=IssueState.SENDING,
            paused_because="",
            paused_by="",
            tolerated=tolerated,
            attended_at=None,  # a person did: nothing counts that was before
        )
        _requeue_held(session, issue, now)
        # A person has looked: those not past a gentle start get another.
        closed = update(Edition).where(
            col(Edition.issue_id) == issue.id, col(Edition.opened_at).is_(None)
        )
        session.execute(closed.values(trial=[]))
    _require(moved, issue, N_("be resumed"))


def cancel(session: Session, issue: Issue) -> None:
    """End the issue: what has not left stays; a scheduled one becomes a draft again."""
    if _move(
        session, issue, (IssueState.SCHEDULED,), state=IssueState.DRAFT, send_at=None
    ):
        return
    running = (IssueState.SENDING, IssueState.PAUSED)
    _require(
        _move(
            session,
            issue,
            running,
            state=IssueState.CANCELLED,
            finished_at=utcnow(),
            paused_because="",
        ),
        issue,
        N_("be cancelled"),
    )


def take_back(session: Session, issue: Issue) -> None:
    """Make a scheduled issue a draft again; once it has started, raises WrongState.

    Unlike `cancel`, which would then end it with half of its readers served.
    """
    scheduled = (IssueState.SCHEDULED,)
    taken = _move(session, issue, scheduled, state=IssueState.DRAFT, send_at=None)
    _require(taken, issue, N_("be taken back"))


def discard(session: Session, issue: Issue) -> None:
    """End a draft that nobody wants: its items and its number are free again."""
    ended = {"state": IssueState.CANCELLED, "finished_at": utcnow(), "send_at": None}
    _require(
        _move(session, issue, (IssueState.DRAFT,), **ended), issue, N_("be discarded")
    )


def hold_missed(session: Session, *, now: datetime, late_limit: timedelta) -> list[int]:
    """Pause what should have started longer ago than `late_limit`; a person decides."""
    because = N_(
        "It missed its time: the program was not running. Resume to send it now, "
        "or cancel it."
    )
    statement = (
        update(Issue)
        .where(
            col(Issue.state) == IssueState.SCHEDULED,
            col(Issue.send_at) < now - late_limit,
        )
        .values(state=IssueState.PAUSED, paused_because=because, updated_at=now)
        .returning(col(Issue.id))
    )
    return [issue_id for issue_id in session.scalars(statement) if issue_id is not None]


def take_due(session: Session, *, holder: str, now: datetime) -> Sequence[Issue]:
    """Take every issue whose moment has come, for this process alone."""
    statement = (
        update(Issue)
        .where(
            col(Issue.state) == IssueState.SCHEDULED,
            col(Issue.send_at) <= now,
        )
        .values(
            state=IssueState.STARTING,
            lease_by=holder,
            lease_until=now + LEASE,
            started_at=now,
            updated_at=now,
        )
        .returning(col(Issue.id))
    )
    taken = list(session.scalars(statement))
    issues = session.exec(select(Issue).where(col(Issue.id).in_(taken))).all()
    for issue in issues:
        late = int((now - (issue.send_at or now)).total_seconds())
        issue.late_by = late if late > 60 else None
    return issues


def take_over(session: Session, *, holder: str, now: datetime) -> Sequence[Issue]:
    """Take issues whose start was interrupted: their lease has run out."""
    statement = (
        update(Issue)
        .where(
            col(Issue.state) == IssueState.STARTING,
            col(Issue.lease_until) < now,
        )
        .values(lease_by=holder, lease_until=now + LEASE, updated_at=now)
        .returning(col(Issue.id))
    )
    taken = list(session.scalars(statement))
    return session.exec(select(Issue).where(col(Issue.id).in_(taken))).all()


def leased(
    session: Session, issue_id: int, *, holder: str, now: datetime
) -> Issue | None:
    """Return the issue this process is starting, its lease renewed and its row locked.

    None when the lease has gone to another process: then this one must not touch it.
    """
    query = select(Issue).where(
        Issue.id == issue_id,
        Issue.state == IssueState.STARTING,
        Issue.lease_by == holder,
    )
    issue = session.exec(query.with_for_update()).one_or_none()
    if issue is not None:
        issue.lease_until = now + LEASE
    return issue


def still_leased(session: Session, issue_id: int, *, holder: str) -> Issue | None:
    """Return the issue while this process is starting it, as `leased` does.

    Several transactions of the holder may ask at once, and until they end nobody can
    take the lease over, nor can the holder renew it.
    """
    query = select(Issue).where(
        Issue.id == issue_id,
        Issue.state == IssueState.STARTING,
        Issue.lease_by == holder,
    )
    return session.exec(query.with_for_update(read=True)).one_or_none()


def fail_start(session: Session, issue: Issue, because: str) -> None:
    """Give up a start that cannot succeed: a person must mend something first."""
    _move(
        session,
        issue,
        (IssueState.STARTING,),
        state=IssueState.PAUSED,
        paused_because=because,
        lease_until=None,
    )


def hold_back(session: Session, issue: Issue) -> bool:
    """Make a starting issue a draft again, before anybody was listed as its reader.

    False once it is not starting any more.
    """
    return _move(
        session,
        issue,
        (IssueState.STARTING,),
        state=IssueState.DRAFT,
        send_at=None,
        started_at=None,
        late_by=None,
        lease_by="",
        lease_until=None,
    )


def finish(session: Session, *, now: datetime) -> list[int]:
    """End running issues in which nothing is left to attempt; return their ids.

    Unknown deliveries that wait for a person do not keep an issue open: resolving
    them opens it again.
    """
    row = exists().where(col(Delivery.issue_id) == col(Issue.id))
    # One question a state, so that each is answered by an index.
    pending = or_(*(row.where(being(state)) for state in _PENDING))
    resent = row.where(being(DeliveryState.UNKNOWN), col(Delivery.due_at).is_not(None))
    statement = (
        update(Issue)
        .where(col(Issue.state) == IssueState.SENDING, ~pending, ~resent)
        .values(
            state=IssueState.SENT, finished_at=now, attended_at=None, updated_at=now
        )
        .returning(col(Issue.id))
    )
    return [issue_id for issue_id in session.scalars(statement) if issue_id is not None]


def _requeue_held(session: Session, issue: Issue, now: datetime) -> None:
    session.execute(
        update(Delivery)
        .where(
            col(Delivery.issue_id) == issue.id,
            being(DeliveryState.DEFERRED),
            col(Delivery.due_at).is_(None),
        )
        .values(state=DeliveryState.QUEUED, reason="", updated_at=now)
    )


def _move(
    session: Session, issue: Issue, leaving: Sequence[IssueState], **values: object
) -> bool:
    session.flush()
    result = session.execute(
        update(Issue)
        .where(col(Issue.id) == issue.id, col(Issue.state).in_(leaving))
        .values(**values, updated_at=utcnow())
    )
    session.refresh(issue)
    assert isinstance(result, CursorResult)  # noqa: S101  # an UPDATE always is one
    return result.rowcount == 1


def _require(moved: bool, issue: Issue, verb: str) -> None:  # noqa: FBT001  # the outcome
    if not moved:
        raise WrongState(
            "Issue {issue} is {state}, so it cannot {verb}.",
            issue=str(issue.id),
            state=Saying(issue.state),
            verb=Saying(verb),
        )
