"""Approving a draft on its page, or discarding it."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, checks, db, issues
from newsletter.issues import composing
from newsletter.models import Action, Issue, IssueState, Role
from newsletter.web import sessions
from newsletter.web.deps import Here, Writing
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Approver = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]


@dataclass(frozen=True)
class Approval:
    """How an issue that needs an approval stands."""

    waits: bool
    by: str  # who approved it; empty while it waits
    at: datetime | None
    leaves_at: datetime | None  # the moment it leaves at, once approved
    zone: ZoneInfo
    seen: str  # what the page shows, so that nothing else is approved
    discardable: bool


def of(session: Session, issue: Issue, *, now: datetime) -> Approval | None:
    """Return the approval of an issue; None once it leaves, or where none is needed."""
    if issue.state not in composing.EDITABLE:
        return None
    if not issues.needs_approval(session, issue):
        return None
    approved = issues.is_approved(session, issue)
    moment = issue.send_at if issue.send_at and issue.send_at > now else None
    return Approval(
        waits=not approved,
        by=issue.approved_by if approved else "",
        at=issue.approved_at if approved else None,
        leaves_at=moment,
        zone=ZoneInfo(issue.timezone),
        seen=issues.digest(session, issue),
        discardable=issue.state is IssueState.DRAFT,
    )


@router.post("/issues/{issue_id}/approve")
def approve(
    issue_id: int, visitor: Approver, form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Approve what the page showed; if it has its moment, it leaves then."""
    issue, now = issues.get_issue(session, issue_id), db.now(session)
    checks.require_ready(
        session, issue, settings=here.settings, now=now, memory=here.memory
    )
    by, seen = visitor.person.email, form.get("seen", "")
    issues.approve(session, issue, by=by, seen=seen, now=now)
    audit.note(session, visitor.person, Action.APPROVED, issue=issue)
    return RedirectResponse(f"/issues/{issue_id}/check", HTTPStatus.SEE_OTHER)


@router.post("/issues/{issue_id}/discard")
def discard(
    issue_id: int, visitor: Approver, _form: GenuineForm, session: Writing
) -> Response:
    """End a draft that nobody wants."""
    issue = issues.get_issue(session, issue_id)
    issues.discard(session, issue)
    audit.note(session, visitor.person, Action.DISCARDED_ISSUE, issue=issue)
    return RedirectResponse("/issues", HTTPStatus.SEE_OTHER)
