"""Send a test of an issue from its page, and see what became of it."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import issues
from newsletter.i18n import N_
from newsletter.models import DeliveryState, Issue, Role
from newsletter.notices import testing
from newsletter.web import sessions
from newsletter.web.deps import Here, Writing
from newsletter.web.failures import not_found
from newsletter.web.outline import Sign
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Tester = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR, Role.TRANSLATOR))]
_SHOWN = 12

_SIGNS = {
    DeliveryState.ACCEPTED: Sign("✓", "ok", N_("accepted by the mail server")),
    DeliveryState.DEFERRED: Sign("◷", "warn", N_("will be tried again")),
    DeliveryState.REJECTED: Sign("✕", "bad", N_("refused for good")),
}
_LEAVING = Sign("→", "info", N_("on its way"))


@dataclass(frozen=True)
class Sent:
    """One test as the page shows it."""

    language: str
    address: str
    at: datetime
    zone: ZoneInfo
    sign: Sign
    reason: str  # in the words of the mail server; empty when all went well


@dataclass(frozen=True)
class Desk:
    """The tests of an issue, and whether one is still on its way."""

    sent: tuple[Sent, ...]
    waiting: bool


def of(session: Session, issue: Issue) -> Desk:
    """Return the latest tests of an issue."""
    found = testing.recent(session, issue, limit=_SHOWN)
    zone = ZoneInfo(issue.timezone)
    sent = tuple(
        Sent(
            each.language,
            each.email,
            each.created_at,
            zone,
            _SIGNS.get(each.state, _LEAVING),
            "" if each.state is DeliveryState.ACCEPTED else each.reply,
        )
        for each in found
    )
    return Desk(sent, any(map(testing.is_waiting, found)))


@router.post("/issues/{issue_id}/test")
def send(
    issue_id: int, _visitor: Tester, form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Queue a letter per language; the clock sends them within seconds."""
    if not 0 < issue_id < 2**31:
        raise not_found()
    typed = [word.strip() for word in form.get("to", "").split(",") if word.strip()]
    testing.queue(session, issues.get_issue(session, issue_id), typed, here.settings)
    return RedirectResponse(f"/issues/{issue_id}#test", HTTPStatus.SEE_OTHER)
