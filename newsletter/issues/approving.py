"""Give an issue its approval, and withdraw it when the issue changes after all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from newsletter.errors import IssueChanged
from newsletter.issues.approval import digest, is_approved, needs_approval
from newsletter.issues.composing import EDITABLE, require_editable
from newsletter.issues.transitions import schedule
from newsletter.models import Issue, IssueState
from subscribers.clock import utcnow

# Whoever approves while the clock strikes is in time.
_STRIKING = timedelta(minutes=1)


def approve(
    session: Session, issue: Issue, *, by: str, now: datetime, seen: str | None = None
) -> None:
    """Note that `by` approves the issue as it stands; schedule it for its moment.

    `seen` is the digest of what they looked at. Without a moment, or after it, the
    issue waits for one. Checks belong to the caller. Raises IssueChanged when it is
    no longer what was seen, IssueNotEditable once it has left.
    """
    require_editable(issue)
    present = digest(session, issue)
    if seen is not None and seen != present:
        raise IssueChanged(
            "Issue {issue} has changed since you opened its page. Go back, look "
            "at it again, and approve what you see then.",
            issue=str(issue.id),
        )
    issue.approved_hash, issue.approved_at = present, now
    issue.approved_by = by[:254]
    issue.updated_at = utcnow()
    session.flush()
    coming = issue.send_at and issue.send_at >= now - _STRIKING
    if issue.state is IssueState.DRAFT and issue.send_at and coming:
        schedule(session, issue, at=issue.send_at, now=now)


def recheck(session: Session, issue: Issue, *, now: datetime) -> bool:
    """Withdraw the approval of an issue that has changed since; tell whether it had.

    A scheduled one is a draft again, and keeps its moment for the next approval.
    """
    if not issue.approved_hash or is_approved(session, issue):
        return False
    return _withdraw(session, issue, now)


def withdraw_unapproved(
    session: Session, *, now: datetime, due: bool = False
) -> Sequence[Issue]:
    """Take back scheduled issues that nobody approved as they stand; return them.

    With `due`, only those whose moment has come. Of two processes one gets each.
    """
    query = select(Issue).where(Issue.state == IssueState.SCHEDULED)
    if due:
        query = query.where(col(Issue.send_at) <= now)
    scheduled = session.exec(query.order_by(col(Issue.id))).all()
    return [
        issue
        for issue in scheduled
        if needs_approval(session, issue)
        and not is_approved(session, issue)
        and _withdraw(session, issue, now)
    ]


def _withdraw(session: Session, issue: Issue, now: datetime) -> bool:
    """Forget the approval that was seen, unless somebody else has just changed it."""
    moment = issue.send_at if issue.send_at and issue.send_at > now else None
    session.flush()
    result = session.execute(
        update(Issue)
        .where(
            col(Issue.id) == issue.id,
            col(Issue.state) == issue.state,
            col(Issue.state).in_(EDITABLE),
            col(Issue.approved_hash) == issue.approved_hash,
        )
        .values(
            state=IssueState.DRAFT,
            send_at=moment,
            approved_hash="",
            approved_by="",
            approved_at=None,
            updated_at=utcnow(),
        )
    )
    session.refresh(issue)
    assert isinstance(result, CursorResult)  # noqa: S101  # an UPDATE always is one
    return result.rowcount == 1
