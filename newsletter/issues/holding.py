"""Hold what may not go on by itself: the past is uncertain, so a person decides."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update
from sqlmodel import Session, col

from newsletter.i18n import N_
from newsletter.models import Issue, IssueState

_RESTORED = N_(
    "The database was restored from a backup, or lost what was written last: letters "
    "that have left since may stand here as waiting. Find out what left, then resume "
    "or cancel."
)
_UNATTENDED = N_(
    "It stood still for longer than NEWSLETTER_LATE_LIMIT: nothing was running that "
    "sends. Resume to go on with it, or cancel it."
)


def hold_restored(session: Session, *, now: datetime) -> Sequence[int]:
    """Pause whatever would send by itself on what an old ledger says."""
    running = col(Issue.state).in_((IssueState.SENDING, IssueState.STARTING))
    late = and_(col(Issue.state) == IssueState.SCHEDULED, col(Issue.send_at) <= now)
    statement = (
        update(Issue)
        .where(or_(running, late))
        .values(
            state=IssueState.PAUSED,
            paused_because=_RESTORED,
            lease_until=None,
            updated_at=now,
        )
        .returning(col(Issue.id))
    )
    return [issue_id or 0 for issue_id in session.scalars(statement)]


def hold_unattended(
    session: Session, *, now: datetime, limit: timedelta
) -> Sequence[int]:
    """Pause issues on their way that nobody could send for longer than `limit`."""
    statement = (
        update(Issue)
        .where(
            col(Issue.state) == IssueState.SENDING,
            col(Issue.attended_at) < now - limit,
        )
        .values(state=IssueState.PAUSED, paused_because=_UNATTENDED, updated_at=now)
        .returning(col(Issue.id))
    )
    return [issue_id or 0 for issue_id in session.scalars(statement)]


def attend(session: Session, ids: Collection[int], *, now: datetime) -> None:
    """Note that these issues are in somebody's hands, or have nothing due."""
    session.execute(
        update(Issue)
        .where(col(Issue.id).in_(ids), col(Issue.state) == IssueState.SENDING)
        .values(attended_at=now)
    )
