"""What holds an issue on its way, lets it go on, or ends it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from newsletter import db, issues
from newsletter.models import Role
from newsletter.web import numbered, sessions
from newsletter.web.deps import Writing
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Sender = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]


@router.post("/issues/{issue_id}/pause")
def pause(
    issue_id: int, visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """Hold what has not left."""
    who = visitor.person.name or visitor.person.email
    issues.pause(
        session, numbered.issue(session, issue_id), because=f"{who} paused it."
    )
    return _back(issue_id)


@router.post("/issues/{issue_id}/resume")
def resume(
    issue_id: int, _visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """Let it go on."""
    issues.resume(session, numbered.issue(session, issue_id), now=db.now(session))
    return _back(issue_id)


@router.post("/issues/{issue_id}/cancel")
def cancel(
    issue_id: int, _visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """End it; a scheduled issue becomes a draft again."""
    issues.cancel(session, numbered.issue(session, issue_id))
    return _back(issue_id)


def _back(issue_id: int) -> Response:
    return RedirectResponse(f"/issues/{issue_id}/sending", HTTPStatus.SEE_OTHER)
