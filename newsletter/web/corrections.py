"""Correct the web page of an issue that has left: /issues/{issue_id}/correct."""

from http import HTTPStatus

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, editions
from newsletter.editions.correcting import LONGEST_NOTE
from newsletter.errors import BadText
from newsletter.models import Action, Issue
from newsletter.web import numbered, sessions
from newsletter.web.changing import Asking, Writer
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.get("/issues/{issue_id}/correct")
def show(
    issue_id: int, visitor: Writer, here: Here, session: Reading, done: str = ""
) -> HTMLResponse:
    """Show which pages can be corrected, and from what."""
    issue = numbered.issue(session, issue_id)
    return _page(here, visitor, session, issue, done=done)


@router.post("/issues/{issue_id}/correct")
def correct(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Lay one page out anew from the items’ present words, with a note of what was."""
    session, issue = asker.session, numbered.issue(asker.session, issue_id)
    language = form.get("language", "")
    try:
        with session.begin_nested():
            edition = editions.correct(
                session,
                issue,
                asker.here.settings,
                language=language,
                note=form.get("note", ""),
                now=db.now(session),
            )
    except BadText:
        page = _page(asker.here, asker.visitor, session, issue, given=form)
        page.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return page
    audit.note(
        session,
        asker.visitor.person,
        Action.CORRECTED,
        issue=issue,
        subject=edition.language,
    )
    address = f"/issues/{issue_id}/correct?done={edition.language}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _page(
    here: Site,
    visitor: Visitor,
    session: Session,
    issue: Issue,
    *,
    done: str = "",
    given: dict[str, str] | None = None,
) -> HTMLResponse:
    frozen = [
        edition
        for edition in editions.editions_of(session, issue)
        if edition.frozen_at is not None
    ]
    return here.pages.answer(
        "staff/correct.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        editions=frozen,
        rows=editions.coverage(session, issue).rows,
        done=next((each for each in frozen if each.language == done), None),
        given=given or {},
        refused=given is not None,
        longest=LONGEST_NOTE,
    )
