"""An issue on its way and after: /issues/{issue_id}/sending."""

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter import db, deliveries, editions
from newsletter.models import Issue, IssueState
from newsletter.web import numbered, outline, returned, sessions
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import SignedIn

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_REFRESH = "5"  # seconds


@router.get("/issues/{issue_id}/sending")
def sending(
    issue_id: int,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    still: bool = False,  # noqa: FBT001, FBT002  # a query parameter: ?still=1
) -> HTMLResponse:
    """Show how far it has come; while it moves, the page fetches itself again."""
    issue = numbered.issue(session, issue_id)
    coverage = editions.coverage(session, issue)
    report = deliveries.status(session, issue)
    expected = outline.expected(session, issue, coverage, now=db.now(session))
    page = here.pages.answer(
        "staff/sending.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        sign=outline.sign(session, issue),
        headline=outline.headline(issue, report, coverage.gaps(), visitor.language),
        lanes=outline.lanes(coverage, report, expected),
        outcomes=outline.outcomes(report),
        **_trouble(session, issue),
        can=_brakes(issue),
        moving=issue.state in outline.MOVING,
        still=still,
    )
    if issue.state in outline.MOVING and not still:
        page.headers["Refresh"] = _REFRESH
    return page


def _trouble(session: Session, issue: Issue) -> dict[str, Any]:
    """Return what came back of an issue, and what stopped it."""
    return {
        "returned": returned.of(session, issue),
        "stopped": outline.STOPPED.get(issue.paused_by, ""),
    }


def _brakes(issue: Issue) -> dict[str, bool]:
    """Return which buttons make sense now."""
    state = issue.state
    return {
        "pause": state in {IssueState.SENDING, IssueState.SCHEDULED},
        "resume": state is IssueState.PAUSED,
        "cancel": state
        in {IssueState.SENDING, IssueState.SCHEDULED, IssueState.PAUSED},
    }
