"""When a list's issues usually leave, and which others leave on the same day."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from newsletter.issues.moments import readings
from newsletter.models import Issue, IssueState
from subscribers.models import Subscription, SubscriptionState

_LAST = 6  # issues that a habit is read from
_TWICE = 2  # … in which it must show
_WEEKS = 3  # in one of which the time surely exists
_LEFT = (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT)


def usual_time(session: Session, issue: Issue, *, now: datetime) -> datetime | None:
    """Return the next moment at which issues of this list usually leave.

    That is the weekday and the hour, on the clocks of the issue's zone, that two of
    the last six shared at least; None where they share none.
    """
    zone = ZoneInfo(issue.timezone)
    query = (
        select(Issue.send_at)
        .where(
            Issue.list_id == issue.list_id,
            col(Issue.started_at).is_not(None),
            col(Issue.send_at).is_not(None),
            col(Issue.total).is_not(None),
        )
        .order_by(col(Issue.started_at).desc())
        .limit(_LAST)
    )
    walls = [at.astimezone(zone) for at in session.exec(query) if at]
    habits = Counter((w.weekday(), w.hour, w.minute) for w in walls)
    (weekday, hour, minute), often = next(iter(habits.most_common(1)), ((0, 0, 0), 0))
    if often < _TWICE:
        return None
    today = now.astimezone(zone).date()
    first = today + timedelta(days=(weekday - today.weekday()) % 7)
    days = [first + timedelta(weeks=week) for week in range(_WEEKS)]
    return _first_after(now, days, time(hour, minute), zone)


def next_morning(issue: Issue, *, now: datetime) -> datetime:
    """Return nine o’clock of the next working day in the issue’s zone."""
    zone = ZoneInfo(issue.timezone)
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=ahead) for ahead in range(1, 5)]
    working = [day for day in days if day.weekday() < 5]
    found = _first_after(now, working, time(9), zone)
    assert found is not None  # noqa: S101  # no clock skips nine o'clock
    return found


def leaving_beside(session: Session, issue: Issue, *, at: datetime) -> list[Issue]:
    """Return other issues of that day, in the issue's zone, that reach its readers.

    Those of the same list, and of lists that somebody has besides.
    """
    start, end = _bounds(at, ZoneInfo(issue.timezone))
    same_day = or_(
        (col(Issue.state) == IssueState.SCHEDULED)
        & col(Issue.send_at).between(start, end),
        col(Issue.state).in_(_LEFT) & col(Issue.started_at).between(start, end),
    )
    query = select(Issue).where(same_day, Issue.id != issue.id)
    found = session.exec(query.order_by(col(Issue.id))).all()
    return [other for other in found if _share(session, issue, other)]


def _bounds(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    day = at.astimezone(zone).date()
    start = datetime.combine(day, time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC) - timedelta(microseconds=1)


def _share(session: Session, issue: Issue, other: Issue) -> bool:
    if issue.list_id == other.list_id:
        apart = issue.segment_id and other.segment_id
        return not apart or issue.segment_id == other.segment_id
    mine, theirs = aliased(Subscription), aliased(Subscription)
    both = (
        select(mine.id)
        .join(theirs, col(theirs.subscriber_id) == col(mine.subscriber_id))
        .where(
            mine.list_id == issue.list_id,
            theirs.list_id == other.list_id,
            mine.state == SubscriptionState.CONFIRMED,
            theirs.state == SubscriptionState.CONFIRMED,
        )
    )
    return session.exec(both.limit(1)).first() is not None


def _first_after(
    now: datetime, days: Sequence[date], at: time, zone: ZoneInfo
) -> datetime | None:
    walls = (datetime.combine(day, at) for day in days)
    moments = (moment for wall in walls for moment in readings(wall, zone))
    return next((moment for moment in moments if moment > now), None)
