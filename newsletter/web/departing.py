"""What lets an issue leave, and takes it back: send, override, undo."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from newsletter import checks, db, issues
from newsletter.models import Role
from newsletter.web import numbered, sessions
from newsletter.web.deps import Here, Writing
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Sender = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]
Admin = Annotated[Visitor, Depends(sessions.allowed())]


@router.post("/issues/{issue_id}/send")
def send(
    issue_id: int, _visitor: Sender, _form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Let it leave when the grace is over; until then it can be taken back."""
    issue, now = numbered.issue(session, issue_id), db.now(session)
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
        numbered.issue(session, issue_id),
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
    issues.take_back(session, numbered.issue(session, issue_id))
    return _back(issue_id)


def _back(issue_id: int) -> Response:
    return RedirectResponse(f"/issues/{issue_id}/check", HTTPStatus.SEE_OTHER)
