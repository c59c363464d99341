"""What lets an issue leave, and takes it back: the last words, send, override, undo."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, checks, db, issues
from newsletter.models import Action, Issue, Role
from newsletter.web import last_words, numbered, sessions, timing
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Sender = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]
Admin = Annotated[Visitor, Depends(sessions.allowed())]


@router.get("/issues/{issue_id}/send")
def ask(
    issue_id: int, request: Request, visitor: Sender, here: Here, session: Reading
) -> HTMLResponse:
    """Say in one sentence what will leave, to whom and when, before it does."""
    issue, now = numbered.issue(session, issue_id), db.now(session)
    form = dict(request.query_params)
    picked = timing.read(form, issue, visitor.language, now=now)
    return last_words.answer(
        session, here, visitor, issue, picked, asked=last_words.Asked.of(request)
    )


@dataclass(frozen=True)
class _Order:
    """What somebody confirmed: a moment, and how many people they were told of."""

    at: datetime
    told: int | None  # None: they were told nothing


@router.post("/issues/{issue_id}/send")
def send(
    issue_id: int,
    request: Request,
    visitor: Sender,
    form: GenuineForm,
    here: Here,
    session: Writing,
) -> Response:
    """Let it leave when the grace is over; until then it can be taken back."""
    issue, now = numbered.issue(session, issue_id), db.now(session)
    grace = timedelta(seconds=here.settings.grace_seconds)
    order = _Order(now + grace, _told(form))
    if last_words.has_changed(session, issue, told=order.told, now=now):
        asked = last_words.Asked.of(request, told=order.told)
        at_once = timing.Picked()
        return last_words.answer(session, here, visitor, issue, at_once, asked=asked)
    return _let_go(session, here, visitor, issue, order)


@router.post("/issues/{issue_id}/schedule")
def schedule(
    issue_id: int,
    request: Request,
    visitor: Sender,
    form: GenuineForm,
    here: Here,
    session: Writing,
) -> Response:
    """Give it the moment at which it leaves, or another one."""
    issue, now = numbered.issue(session, issue_id), db.now(session)
    order = _Order(timing.exact(form.get("at", "")), _told(form))
    if last_words.has_changed(session, issue, told=order.told, now=now):
        asked = last_words.Asked.of(request, told=order.told)
        picked = timing.Picked(order.at)
        return last_words.answer(session, here, visitor, issue, picked, asked=asked)
    return _let_go(session, here, visitor, issue, order)


@router.post("/issues/{issue_id}/override")
def override(
    issue_id: int, visitor: Admin, form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Keep why it may leave although a check says no; without a reason nothing."""
    issue = numbered.issue(session, issue_id)
    given = checks.Override(form.get("reason", ""), visitor.person.email)
    checks.require_ready(
        session,
        issue,
        settings=here.settings,
        now=db.now(session),
        override=given,
        memory=here.memory,
    )
    reason = given.reason.strip()[:300]
    audit.note(session, visitor.person, Action.OVERRODE, issue=issue, subject=reason)
    return _back(issue_id)


@router.post("/issues/{issue_id}/undo")
def undo(
    issue_id: int, visitor: Sender, _form: GenuineForm, session: Writing
) -> Response:
    """Take it back: a draft again, and nobody has it. Too late once it has started."""
    issue = numbered.issue(session, issue_id)
    issues.take_back(session, issue)
    audit.note(session, visitor.person, Action.TOOK_BACK, issue=issue)
    return _back(issue_id)


def _let_go(
    session: Session, here: Site, visitor: Visitor, issue: Issue, order: _Order
) -> Response:
    now = db.now(session)
    checks.require_ready(
        session, issue, settings=here.settings, now=now, memory=here.memory
    )
    issues.schedule(session, issue, at=order.at, now=now)
    audit.note(
        session,
        visitor.person,
        Action.SCHEDULED,
        issue=issue,
        at=order.at.isoformat(),
        people=order.told,
    )
    return _back(issue.id or 0)


def _told(form: dict[str, str]) -> int | None:
    said = form.get("people", "")
    return int(said) if said.isdecimal() and len(said) < 10 else None


def _back(issue_id: int) -> Response:
    return RedirectResponse(f"/issues/{issue_id}/check", HTTPStatus.SEE_OTHER)
