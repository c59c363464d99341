"""What came back for staff: how mail is taken, each report, and lifting what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session, col, select

from newsletter import bounces, db
from newsletter.bounces import Effect, Kind, Light
from newsletter.i18n import N_
from newsletter.models import Bounce, Issue, Role
from newsletter.web import returned, sessions
from newsletter.web.deps import Here, Reading, Writing
from newsletter.web.failures import not_found
from newsletter.web.outline import Sign
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

_MANY = 50  # reports on a page
_NUMBERS = range(1, 2**31)

LIGHTS: Mapping[Light, Sign] = {
    Light.GREEN: Sign("✓", "ok", N_("within the limits")),
    Light.AMBER: Sign("!", "warn", N_("close to the limit")),
    Light.RED: Sign("✕", "bad", N_("over the limit")),
}
EFFECTS: Mapping[str, str] = {
    Effect.NOBODY: N_("nobody knows whose letter it was"),
    Effect.NOTHING: N_("changed nobody"),
    Effect.TOO_OLD: N_("too late to count"),
    Effect.COUNTED: N_("counted"),
    Effect.SUPPRESSED: N_("no more mail to this address"),
}


@dataclass(frozen=True)
class Line:
    """One report in the list."""

    bounce: Bounce
    title: str  # of the issue
    what: str  # a message to translate
    did: str  # likewise
    address: str  # empty where nobody knows it, or the visitor need not
    may_lift: bool


@router.get("/returns")
def every(
    visitor: SignedIn, here: Here, session: Reading, issue: int = 0, before: int = 0
) -> HTMLResponse:
    """Show how mail is taken, and what came back, the newest first.

    Addresses and what was said about them are for those who can act on it.
    """
    rows = _reports(session, issue, before)
    lines = [_line(session, each, visitor) for each in rows[:_MANY]]
    return here.pages.answer(
        "staff/returns.html",
        visitor.language,
        visitor=visitor,
        gauges=bounces.gauges(session, now=db.now(session)),
        lights=LIGHTS,
        lines=lines,
        issue=session.get(Issue, issue) if issue in _NUMBERS else None,
        older=rows[_MANY - 1].id if len(rows) > _MANY else None,
        zone=here.settings.zone,
        shows_words=visitor.may(Role.EDITOR),
    )


@router.post("/returns/{bounce_id}/lift")
def lift(
    bounce_id: int, visitor: Editor, _form: GenuineForm, here: Here, session: Writing
) -> Response:
    """Let mail go to an address again; never after a complaint."""
    found = session.get(Bounce, bounce_id) if bounce_id in _NUMBERS else None
    if found is None:
        raise not_found()
    bounces.lift_for(session, here.settings.keys, found, by=visitor.person.email)
    return RedirectResponse("/returns", HTTPStatus.SEE_OTHER)


def _reports(session: Session, issue_id: int, before: int) -> Sequence[Bounce]:
    """Return one more than a page holds, to know whether there are older ones."""
    query = select(Bounce).order_by(col(Bounce.id).desc()).limit(_MANY + 1)
    if issue_id in _NUMBERS:
        query = query.where(Bounce.issue_id == issue_id)
    if before in _NUMBERS:
        query = query.where(col(Bounce.id) < before)
    return session.exec(query).all()


def _line(session: Session, bounce: Bounce, visitor: Visitor) -> Line:
    issue = session.get(Issue, bounce.issue_id) if bounce.issue_id else None
    address = bounces.address_of(session, bounce)
    may_act = visitor.may(Role.EDITOR)
    return Line(
        bounce,
        title=issue.title if issue else "",
        what=returned.WORDS.get(bounce.failure or bounce.kind, ""),
        did=EFFECTS.get(bounce.effect, ""),
        address=address.email if address and may_act else "",
        may_lift=may_act and address is not None and _can_be_lifted(bounce),
    )


def _can_be_lifted(bounce: Bounce) -> bool:
    is_failure = bounce.kind == Kind.BOUNCE.value
    held = bounce.effect in (Effect.SUPPRESSED.value, Effect.COUNTED.value)
    return is_failure and held and not bounce.lifted_by
