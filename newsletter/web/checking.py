"""Checks, preview, a test, and when it leaves: /issues/{issue_id}/check."""

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from newsletter import db, deliveries, editions
from newsletter.models import Issue
from newsletter.web import (
    approvals,
    numbered,
    outline,
    previews,
    sessions,
    testing,
)
from newsletter.web import launch as launching
from newsletter.web.deps import Here, Reading
from newsletter.web.launch import Launch
from newsletter.web.sessions import SignedIn

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_REFRESH = "5"  # seconds


@router.get("/issues/{issue_id}/check")
def check(
    issue_id: int,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    show: str = "",
    still: bool = False,  # noqa: FBT001, FBT002  # a query parameter: ?still=1
) -> HTMLResponse:
    """Show what stands in the way, the letter itself, and when it may leave."""
    issue = numbered.issue(session, issue_id)
    coverage = editions.coverage(session, issue)
    now, language = db.now(session), visitor.language
    expected = outline.expected(session, issue, coverage, now=now)
    launch = launching.of(
        session, here, issue, expected=expected, language=language, now=now
    )
    tests = testing.of(session, issue)
    report = deliveries.status(session, issue)
    said = outline.headline(issue, report, coverage.gaps(), language)
    page = here.pages.answer(
        "staff/check.html",
        language,
        visitor=visitor,
        issue=issue,
        sign=outline.sign(session, issue),
        headline=launching.headline(launch, said, language),
        launch=launch,
        approval=approvals.of(session, issue, now=now),
        coverage=coverage,
        previewed=previews.chosen(coverage.languages, show),
        tests=tests,
        still=still,
    )
    return page if still else _fresh(page, issue, tests, launch)


def _fresh(
    page: HTMLResponse, issue: Issue, tests: testing.Desk, launch: Launch | None
) -> HTMLResponse:
    """Let a page fetch itself again while what it shows is about to change."""
    soon = launch is not None and launch.soon
    if issue.state in outline.MOVING or tests.waiting or soon:
        page.headers["Refresh"] = _REFRESH
    return page
