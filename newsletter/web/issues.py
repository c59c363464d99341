"""The issues for staff: a list, one page each, its preview, start and brakes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import checks, db, deliveries, editions, issues
from newsletter.models import Issue, IssueState, Role
from newsletter.web import approvals, outline, previews, returned, sessions, testing
from newsletter.web import launch as launching
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.launch import Launch
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Sender = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]
Admin = Annotated[Visitor, Depends(sessions.allowed())]
_REFRESH = "5"  # seconds


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
    return _answer(
        here,
        visitor,
        "staff/issues.html",
        headline=outline.desk(found, visitor.language),
        lines=[_line(session, issue) for issue in found],
    )


@router.get("/issues/{issue_id}")
def one(
    issue_id: int,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    show: str = "",
    still: bool = False,  # noqa: FBT001, FBT002  # a query parameter: ?still=1
) -> HTMLResponse:
    """Show where an issue stands; while it moves, the page fetches itself again."""
    issue = _get(session, issue_id)
    coverage = editions.coverage(session, issue)
    report = deliveries.status(session, issue)
    now, language = db.now(session), visitor.language
    expected = _expected(session, issue, coverage, now)
    launch = launching.of(
        session, here, issue, expected=expected, language=language, now=now
    )
    tests = testing.of(session, issue)
    said = outline.headline(issue, report, coverage.gaps(), language)
    page = _answer(
        *(here, visitor, "staff/issue.html"),
        issue=issue,
        sign=_sign(session, issue),
        headline=launching.headline(launch, said, language),
        launch=launch,
        approval=approvals.of(session, issue, now=now),
        coverage=coverage,
        cells=outline.CELLS,
        kinds=outline.KINDS,
        lanes=outline.lanes(coverage, report, expected),
        outcomes=outline.outcomes(report),
        **_trouble(session, issue),
        previewed=previews.chosen(coverage.languages, show),
        can=_brakes(issue),
        tests=tests,
        moving=issue.state in outline.MOVING,
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


@router.get("/issues/{issue_id}/preview/{language}")
def preview(
    issue_id: int, language: str, _visitor: SignedIn, here: Here, session: Reading
) -> HTMLResponse:
    """Send the mail itself, for a frame without rights: no script, no forms."""
    issue = _get(session, issue_id)
    html = previews.html(session, issue, language, settings=here.settings)
    headers = {"Content-Security-Policy": previews.policy(here.settings)}
    return HTMLResponse(html, headers=headers)


@router.post("/issues/{issue_id}/send")
def send(
    issue_id: int, _visitor: Sender, _form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Let it leave when the grace is over; until then it can be taken back."""
    issue, now = _get(session, issue_id), db.now(session)
    checks.require_ready(session, issue, settings=here.settings, now=now)
    grace = timedelta(seconds=here.settings.grace_seconds)
    issues.schedule(session, issue, at=now + grace, now=now)
    return _back(issue_id)


@router.post("/issues/{issue_id}/override")
def override(
    issue_id: int, visitor: Admin, form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Keep why it may leave although a check says no; without a reason nothing."""
    given = checks.Override(form.get("reason", ""), visitor.person.email)
    checks.require_ready(
        session,
        _get(session, issue_id),
        settings=here.settings,
        now=db.now(session),
        override=given,
    )
    return _back(issue_id)


@router.post("/issues/{issue_id}/undo")
def undo(
    issue_id: int, _visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """Take it back: a draft again, and nobody has it. Too late once it has started."""
    issues.take_back(session, _get(session, issue_id))
    return _back(issue_id)


@router.post("/issues/{issue_id}/pause")
def pause(
    issue_id: int, visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """Hold what has not left."""
    who = visitor.person.name or visitor.person.email
    issues.pause(session, _get(session, issue_id), because=f"{who} paused it.")
    return _back(issue_id)


@router.post("/issues/{issue_id}/resume")
def resume(
    issue_id: int, _visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """Let it go on."""
    issues.resume(session, _get(session, issue_id), now=db.now(session))
    return _back(issue_id)


@router.post("/issues/{issue_id}/cancel")
def cancel(
    issue_id: int, _visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """End it; a scheduled issue becomes a draft again."""
    issues.cancel(session, _get(session, issue_id))
    return _back(issue_id)


def _get(session: Session, issue_id: int) -> Issue:
    # A number beyond the column's reach is an issue that does not exist either.
    if not 0 < issue_id < 2**31:
        raise not_found()
    return issues.get_issue(session, issue_id)


def _back(issue_id: int) -> Response:
    return RedirectResponse(f"/issues/{issue_id}", HTTPStatus.SEE_OTHER)


def _answer(here: Site, visitor: Visitor, template: str, **values: Any) -> HTMLResponse:
    return here.pages.answer(template, visitor.language, visitor=visitor, **values)


def _line(session: Session, issue: Issue) -> Line:
    return Line(
        issue,
        _sign(session, issue),
        tuple(edition.language for edition in editions.editions_of(session, issue)),
        issue.total,
        issue.started_at or issue.send_at,
        ZoneInfo(issue.timezone),
    )


def _sign(session: Session, issue: Issue) -> outline.Sign:
    waits = issue.state is IssueState.DRAFT and issues.waits_for_approval(
        session, issue
    )
    return outline.WAITS if waits else outline.ISSUES[issue.state]


def _expected(
    session: Session, issue: Issue, coverage: editions.Coverage, now: datetime
) -> dict[str, int]:
    """Count who would get it if it left now; nothing once the list is frozen."""
    if issue.total is not None or not coverage.languages:
        return {}
    return deliveries.languages_of(
        session, issue, languages=coverage.languages, now=now
    )


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
