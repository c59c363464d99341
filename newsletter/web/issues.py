"""The issues for staff: a list, and the page of each, where it is composed."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter import editions, issues
from newsletter.models import Issue
from newsletter.web import composer, first_steps, numbered, outline, sessions
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import SignedIn

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@dataclass(frozen=True)
class Line:
    """One issue in the list."""

    issue: Issue
    sign: outline.Sign
    languages: tuple[str, ...]
    people: int | None
    moment: datetime | None
    zone: ZoneInfo


@router.get("/issues")
def every(visitor: SignedIn, here: Here, session: Reading) -> HTMLResponse:
    """List all issues, the newest first."""
    found = issues.list_issues(session)
    return here.pages.answer(
        "staff/issues.html",
        visitor.language,
        visitor=visitor,
        headline=outline.desk(found, visitor.language),
        lines=[_line(session, issue) for issue in found],
        steps=first_steps.of(session),
    )


@router.get("/issues/{issue_id}")
def one(issue_id: int, visitor: SignedIn, here: Here, session: Reading) -> HTMLResponse:
    """Show what an issue holds in which language."""
    issue = numbered.issue(session, issue_id)
    return composer.page(here, visitor, session, issue)


def _line(session: Session, issue: Issue) -> Line:
    return Line(
        issue,
        outline.sign(session, issue),
        tuple(edition.language for edition in editions.editions_of(session, issue)),
        issue.total,
        issue.started_at or issue.send_at,
        ZoneInfo(issue.timezone),
    )
