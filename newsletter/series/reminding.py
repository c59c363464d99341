"""Tell editors of what does not leave: never approved, or approved and then changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from newsletter import issues, notices
from newsletter.models import Issue, IssueState, Series, Turn
from subscribers.models import MailingList


def remind(session: Session, *, now: datetime) -> list[int]:
    """Tell of drafts whose moment has come without an approval; return their ids.

    The moment is taken from them, so that they are told of once.
    """
    query = select(Issue).where(
        Issue.state == IssueState.DRAFT, col(Issue.send_at) <= now
    )
    told = []
    for issue in session.exec(query.order_by(col(Issue.id))).all():
        moment = issue.send_at
        if moment is not None and _let_pass(session, issue, moment):
            _note(session, issue, moment)
            _tell(session, issue, "unapproved", moment, now)
            told.append(issue.id or 0)
    return told


def withdraw(session: Session, *, now: datetime, due: bool = False) -> list[int]:
    """Take back scheduled issues that are not approved as they stand, and tell.

    With `due`, only those whose moment has come.
    """
    taken = issues.withdraw_unapproved(session, now=now, due=due)
    for issue in taken:
        _tell(session, issue, "changed", issue.send_at, now)
    return [issue.id or 0 for issue in taken]


def _let_pass(session: Session, issue: Issue, moment: datetime) -> bool:
    session.flush()
    result = session.execute(
        update(Issue)
        .where(
            col(Issue.id) == issue.id,
            col(Issue.state) == IssueState.DRAFT,
            col(Issue.send_at) == moment,
        )
        .values(send_at=None)
    )
    session.refresh(issue)
    assert isinstance(result, CursorResult)  # noqa: S101  # an UPDATE always is one
    return result.rowcount == 1


def _note(session: Session, issue: Issue, moment: datetime) -> None:
    series = session.get(Series, issue.series_id) if issue.series_id else None
    if series is not None and series.turn_at == moment:
        series.turn = Turn.UNAPPROVED


def _tell(
    session: Session,
    issue: Issue,
    about: str,
    moment: datetime | None,
    now: datetime,
) -> None:
    def facts(_language: str) -> dict[str, Any]:
        return {
            "about": about,
            "title": issue.title,
            "number": issue.number,
            "when": moment.isoformat() if moment else "",
            "zone": issue.timezone,
        }

    mailing_list = session.get_one(MailingList, issue.list_id)
    notices.tell_editors(session, mailing_list, facts=facts, issue=issue, now=now)
