"""Send a test of an issue from its page, and see what became of it."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from itertools import groupby
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit
from newsletter.i18n import N_
from newsletter.models import Action, DeliveryState, Issue, Notice, Role
from newsletter.notices import testing
from newsletter.web import numbered, sessions
from newsletter.web.deps import Here, Several, Writing
from newsletter.web.outline import Sign
from newsletter.web.sessions import GenuineForm, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Tester = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR, Role.TRANSLATOR))]
_SHOWN = 24  # letters

_SIGNS = {
    DeliveryState.ACCEPTED: Sign("✓", "ok", N_("accepted")),
    DeliveryState.DEFERRED: Sign("◷", "warn", N_("tried again soon")),
    DeliveryState.REJECTED: Sign("✕", "bad", N_("refused")),
}
_LEAVING = Sign("→", "info", N_("on its way"))


@dataclass(frozen=True)
class Letter:
    """One language of a test."""

    language: str
    sign: Sign
    reason: str  # in the words of the mail server; empty when all went well


@dataclass(frozen=True)
class Sent:
    """What went to one address at once."""

    address: str
    at: datetime
    zone: ZoneInfo
    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class Desk:
    """The tests of an issue, and whether one is still on its way."""

    sent: tuple[Sent, ...]
    waiting: bool


def of(session: Session, issue: Issue) -> Desk:
    """Return the latest tests of an issue, the newest first."""
    found = testing.recent(session, issue, limit=_SHOWN)
    zone = ZoneInfo(issue.timezone)
    runs = groupby(
        found,
        key=lambda each: (each.email, each.created_at.replace(second=0, microsecond=0)),
    )
    sent = tuple(
        Sent(address, at, zone, tuple(map(_letter, reversed(list(letters)))))
        for (address, at), letters in runs
    )
    return Desk(sent, any(map(testing.is_waiting, found)))


def _letter(notice: Notice) -> Letter:
    went_well = notice.state is DeliveryState.ACCEPTED
    sign = _SIGNS.get(notice.state, _LEAVING)
    return Letter(notice.language, sign, "" if went_well else notice.reply)


@router.post("/issues/{issue_id}/test")
def send(
    issue_id: int,
    visitor: Tester,
    form: GenuineForm,
    fields: Several,
    here: Here,
    session: Writing,
) -> Response:
    """Queue a letter per language; the clock sends them within seconds."""
    issue = numbered.issue(session, issue_id)
    typed = [word.strip() for word in form.get("to", "").split(",") if word.strip()]
    sent = testing.queue(
        session, issue, typed, here.settings, languages=fields.get("language", ())
    )
    audit.note(
        session,
        visitor.person,
        Action.TESTED,
        issue=issue,
        languages=sorted({notice.language for notice in sent.notices}),
        mails=len(sent.notices),
    )
    return RedirectResponse(f"/issues/{issue_id}/check#test", HTTPStatus.SEE_OTHER)
