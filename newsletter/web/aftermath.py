"""What followed an issue: complaints, returns, who left and who came since."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import func
from sqlmodel import Session, col, select

from newsletter.bounces import Kind
from newsletter.models import Bounce, Issue
from subscribers import growth
from subscribers.models import ConsentKind

_REASONS = 20


@dataclass(frozen=True)
class Aftermath:
    """Since an issue began to leave, until the next one of its list did."""

    complaints: int
    returned: int  # letters that were accepted and came back later
    departed: int
    joined: int
    reasons: tuple[str, ...]  # why people left, as they wrote it
    until: datetime | None  # when the next issue began; None: it has not


def of(session: Session, issue: Issue) -> Aftermath | None:
    """Return what followed an issue; None before it began."""
    since = issue.started_at
    if since is None:
        return None
    until = session.exec(
        select(func.min(Issue.started_at)).where(
            Issue.list_id == issue.list_id, col(Issue.started_at) > since
        )
    ).one()
    moved = partial(growth.moved, session, issue.list_id, since=since, until=until)
    return Aftermath(
        complaints=_reports(session, issue, col(Bounce.kind) == Kind.COMPLAINT.value),
        returned=_reports(
            session,
            issue,
            (col(Bounce.kind) == Kind.BOUNCE.value) & (col(Bounce.source) != "smtp"),
        ),
        departed=moved(kind=ConsentKind.WITHDRAWN),
        joined=moved(kind=ConsentKind.GRANTED),
        reasons=tuple(
            growth.reasons(
                session, issue.list_id, since=since, until=until, limit=_REASONS
            )
        ),
        until=until,
    )


def _reports(session: Session, issue: Issue, such: object) -> int:
    query = select(func.count(func.distinct(col(Bounce.delivery_id)))).where(
        col(Bounce.issue_id) == issue.id,
        such,  # type: ignore[arg-type]  # a condition on columns
    )
    return session.exec(query).one()
