"""What holds an issue on its way, lets it go on, ends it, settles what is unknown."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from newsletter import audit, db, deliveries, issues
from newsletter.models import Action, IssueState, Role
from newsletter.web import numbered, paused, sessions
from newsletter.web.deps import Writing
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Sender = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]


@router.post("/issues/{issue_id}/pause")
def pause(
    issue_id: int, visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """Hold what has not left."""
    issue = numbered.issue(session, issue_id)
    if issues.pause(session, issue, because=paused.by_hand(visitor.name)):
        audit.note(session, visitor.person, Action.PAUSED, issue=issue)
    return _back(issue_id)


@router.post("/issues/{issue_id}/resume")
def resume(
    issue_id: int, visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """Let it go on."""
    issue = numbered.issue(session, issue_id)
    issues.resume(session, issue, now=db.now(session))
    audit.note(session, visitor.person, Action.RESUMED, issue=issue)
    return _back(issue_id)


@router.post("/issues/{issue_id}/cancel")
def cancel(
    issue_id: int, visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """End it; a scheduled issue becomes a draft again."""
    issue = numbered.issue(session, issue_id)
    issues.cancel(session, issue)
    ended = issue.state is IssueState.CANCELLED
    action = Action.STOPPED if ended else Action.TOOK_BACK
    audit.note(session, visitor.person, action, issue=issue)
    return _back(issue_id)


@router.post("/issues/{issue_id}/resolve")
def resolve(
    issue_id: int, visitor: Sender, form: GenuineForm, session: Writing
) -> Response:
    """Send the letters again of which nobody knows whether they arrived, or leave it.

    Nothing happens without one of the two answers.
    """
    issue, choice = numbered.issue(session, issue_id), form.get("unknown")
    if choice in _CHOICES:
        again = choice == "resend"
        many = deliveries.resolve(session, issue, resend=again, now=db.now(session))
        audit.note(
            session,
            visitor.person,
            Action.RESUMED,
            issue=issue,
            unknown=choice,
            readers=many,
        )
    return _back(issue_id)


_CHOICES = ("resend", "leave")


def _back(issue_id: int) -> Response:
    return RedirectResponse(f"/issues/{issue_id}/sending", HTTPStatus.SEE_OTHER)
