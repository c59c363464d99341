"""Checks, preview, a test, and when it leaves: /issues/{issue_id}/check."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, deliveries, editions, issues
from newsletter.models import Action, Issue, IssueState, Role
from newsletter.web import (
    approvals,
    launch,
    numbered,
    outline,
    reviewers,
    sessions,
    showing,
    testing,
    timing,
)
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.known import Known
from newsletter.web.mending import Bench
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from newsletter.web.showing import ShownAs
from subscribers import segments
from subscribers.models import MailingList, Segment

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Sender = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

_REFRESH = 5  # seconds
_ROUNDS = 40  # of asking again while links are being tried: about two minutes


@dataclass(frozen=True)
class Page:
    """What every piece of the page is made of."""

    session: Session
    here: Site
    visitor: Visitor
    issue: Issue

    def values(self, known: Known | None) -> dict[str, Any]:
        """Return what the templates of the checks say."""
        session, issue, language = self.session, self.issue, self.visitor.language
        now = db.now(session)
        coverage = editions.coverage(session, issue)
        bench = Bench(issue.id or 0, coverage, self.visitor)
        found = launch.of(session, self.here, issue, known=known, bench=bench, now=now)
        report = deliveries.status(session, issue)
        otherwise = outline.headline(issue, report, coverage.gaps(), language)
        return {
            "visitor": self.visitor,
            "issue": issue,
            "sign": outline.sign(session, issue),
            "coverage": coverage,
            "launch": found,
            "headline": launch.headline(found, issue, otherwise, language),
            "scheduled": issue.state is IssueState.SCHEDULED,
            "offer": timing.offer(session, issue, language, now=now) if found else None,
            "approval": approvals.of(session, issue, now=now),
        }

    def look(self) -> Known | None:
        """Check everything now; None once there is nothing to decide any more."""
        if self.issue.state not in {IssueState.DRAFT, IssueState.SCHEDULED}:
            return None
        now = db.now(self.session)
        return launch.look(self.session, self.here, self.issue, now=now)

    def whom(self) -> dict[str, Any]:
        """Return whom the issue is for, and whom it might be for."""
        mailing_list = self.session.get_one(MailingList, self.issue.list_id)
        return {
            "list_name": mailing_list.name_in(self.visitor.language),
            "segments": segments.all_segments(self.session),
        }


@router.get("/issues/{issue_id}/check")
def check(
    issue_id: int,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    shown: ShownAs,
) -> HTMLResponse:
    """Show what stands in the way, the letter itself, and when it may leave.

    At once: with what is known from before, unless everything is asked for. A script
    then fetches the rest.
    """
    page = Page(session, here, visitor, numbered.issue(session, issue_id))
    known = page.look() if shown.whole else here.lately.recall(issue_id)
    values = page.values(known)
    tests = testing.of(session, page.issue)
    answer = here.pages.answer(
        "staff/check.html",
        visitor.language,
        **values,
        **page.whom(),
        **showing.values(page.session, here, page.issue, visitor, shown),
        tests=tests,
        reviews=reviewers.of(session, page.issue),
    )
    if shown.still:
        return answer
    return _fresh(answer, page.issue, values["launch"])


@router.get("/issues/{issue_id}/check/findings")
def findings(
    issue_id: int,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    round: int = 0,  # noqa: A002  # a query parameter
) -> Response:
    """Check everything; the answer renews the title, the buttons and the numbers."""
    page = Page(session, here, visitor, numbered.issue(session, issue_id))
    values = page.values(page.look())
    if values["launch"] is None:
        # It has started meanwhile: the page is another one.
        there = f"/issues/{issue_id}/sending"
        return Response(headers={"HX-Redirect": there})
    again = round + 1 if 0 <= round < _ROUNDS else 0
    return here.pages.answer(
        "staff/_findings.html", visitor.language, **values, again=again
    )


@router.get("/issues/{issue_id}/check/tests")
def tests(
    issue_id: int, visitor: SignedIn, here: Here, session: Reading
) -> HTMLResponse:
    """Show what became of the tests, for as long as one is on its way."""
    issue = numbered.issue(session, issue_id)
    sent = testing.of(session, issue)
    return here.pages.answer(
        "staff/_tests.html", visitor.language, visitor=visitor, issue=issue, tests=sent
    )


@router.get("/issues/{issue_id}/check/preview")
def preview(
    issue_id: int, visitor: SignedIn, here: Here, session: Reading, shown: ShownAs
) -> HTMLResponse:
    """Show the letter in another language, another way, or as somebody gets it."""
    issue = numbered.issue(session, issue_id)
    return here.pages.answer(
        "staff/_preview.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        coverage=editions.coverage(session, issue),
        **showing.values(session, here, issue, visitor, shown),
    )


@router.post("/issues/{issue_id}/segment")
def aim(
    issue_id: int,
    request: Request,
    visitor: Sender,
    form: GenuineForm,
    session: Writing,
) -> Response:
    """Say whether everybody on the list gets it, or a segment."""
    issue = numbered.issue(session, issue_id)
    wanted = form.get("segment", "")
    segment = session.get(Segment, int(wanted)) if wanted.isdecimal() else None
    if wanted and segment is None:
        raise not_found()
    issues.aim(session, issue, segment)
    audit.note(
        session,
        visitor.person,
        Action.CHANGED_ISSUE,
        issue=issue,
        subject=segment.name if segment else "",
    )
    return _changed(request, f"/issues/{issue_id}/check#who")


@router.post("/issues/{issue_id}/check/decide")
def decide(
    issue_id: int,
    request: Request,
    _visitor: Sender,
    form: GenuineForm,
    session: Writing,
) -> Response:
    """Decide about a gap, or about all gaps of a language, from where it was found."""
    issue = numbered.issue(session, issue_id)
    for row in editions.coverage(session, issue).rows:
        number = str(row.item.id)
        if form.get("item", number) == number:
            _decide(session, issue, row, form)
    return _changed(request, f"/issues/{issue_id}/check")


def _decide(
    session: Session, issue: Issue, row: editions.Row, form: dict[str, str]
) -> None:
    language = form.get("language", "")
    missing = editions.CellState.MISSING
    if not any(c.language == language and c.state is missing for c in row.cells):
        return
    show = (form.get("show") or row.item.language) if form.get("do") == "show" else None
    editions.decide(
        session, issue, item_id=row.item.id or 0, language=language, show=show
    )


def _changed(request: Request, page: str) -> Response:
    """Show the page anew; a script looks again at what changed, and no more."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Trigger": "recheck"})
    return RedirectResponse(page, HTTPStatus.SEE_OTHER)


def _fresh(page: HTMLResponse, issue: Issue, launch: Any) -> HTMLResponse:
    """Let a page fetch itself again while what it shows is about to change."""
    if issue.state in outline.MOVING:
        page.headers["Refresh"] = f"{_REFRESH}; url=/issues/{issue.id}/sending"
    elif launch is not None and launch.soon:
        page.headers["Refresh"] = str(_REFRESH)
    return page
