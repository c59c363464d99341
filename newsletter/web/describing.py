"""What an issue is called, who gets it and who finds it: /issues/{issue_id}/about."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, issues
from newsletter.errors import BadText
from newsletter.issues import About
from newsletter.models import Action, Issue, Visibility
from newsletter.web import changing, numbered, sessions
from newsletter.web.changing import Asking, Writer
from newsletter.web.composer import Asker
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.sessions import GenuineForm, Visitor
from subscribers import segments
from subscribers.models import MailingList, MissingPolicy

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.get("/issues/{issue_id}/about")
def show(issue_id: int, visitor: Writer, here: Here, session: Reading) -> HTMLResponse:
    """Show what can be said about an issue as a whole."""
    issue = numbered.issue(session, issue_id)
    return _page(here, visitor, session, issue)


@router.post("/issues/{issue_id}/about")
def change(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Change it; once the issue has left, only who finds it on the web."""
    session, issue = asker.session, numbered.issue(asker.session, issue_id)
    found = _visibility(form, issue)
    if issue.state in issues.EDITABLE:
        try:
            issues.describe(session, issue, _about(session, issue, form, found))
        except BadText:
            page = _page(asker.here, asker.visitor, session, issue, given=form)
            page.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
            return page
        issues.recheck(session, issue, now=db.now(session))
    elif found is not issue.visibility:
        issues.show_to(session, issue, found)
    _note(asker, issue)
    return RedirectResponse(f"/issues/{issue_id}", HTTPStatus.SEE_OTHER)


def _about(
    session: Session, issue: Issue, form: dict[str, str], found: Visibility
) -> About:
    wanted = changing.number(form.get("segment", ""))
    known = {segment.id for segment in segments.all_segments(session)}
    missing = form.get("missing", "")
    return About(
        title=form.get("title", ""),
        number=changing.number(form.get("number", "")) or 0,
        segment_id=wanted if wanted in known else None,
        visibility=found,
        missing=next((e for e in MissingPolicy if e == missing), issue.missing),
    )


def _visibility(form: dict[str, str], issue: Issue) -> Visibility:
    wanted = form.get("visibility", "")
    return next((each for each in Visibility if each == wanted), issue.visibility)


def _note(asker: Asker, issue: Issue) -> None:
    audit.note(
        asker.session,
        asker.visitor.person,
        Action.CHANGED_ISSUE,
        issue=issue,
        subject=issue.title,
        change="about",
        visibility=issue.visibility.value,
    )


def _page(
    here: Site,
    visitor: Visitor,
    session: Session,
    issue: Issue,
    *,
    given: dict[str, str] | None = None,
) -> HTMLResponse:
    """Return the form, with what was `given` where it could not be used."""
    return here.pages.answer(
        "staff/about_issue.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        list_name=session.get_one(MailingList, issue.list_id).name_in(visitor.language),
        segments=segments.all_segments(session),
        moment_at=issue.started_at or issue.send_at,
        zone=ZoneInfo(issue.timezone),
        given=given,
        editable=issue.state in issues.EDITABLE,
        policies=list(MissingPolicy),
    )
