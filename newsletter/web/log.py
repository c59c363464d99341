"""What was done, by whom, the newest first: /settings/log."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, select

from newsletter import audit
from newsletter.audit import Secrecy
from newsletter.models import Action, Issue, Staff
from newsletter.web import deeds, sessions
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import SignedIn

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_SHOWN = 50
# How colleagues log in is between them and the admins.
_PRIVATE = (Action.LOGGED_IN, Action.CHANGED_PASSWORD, Action.CHANGED_TWO_FACTOR)
_LATEST_ISSUES = 50

# Numbers of rows; what is not one shows everything.
Number = Annotated[str, Query(max_length=12)]


@router.get("/settings/log")
def show(
    visitor: SignedIn,
    here: Here,
    session: Reading,
    issue: Number = "",
    person: Number = "",
    before: Number = "",
) -> HTMLResponse:
    """Show what was done, perhaps to one issue or by one person."""
    found = list(
        audit.entries(
            session,
            issue=session.get(Issue, _number(issue)),
            by=_number(person) or None,
            secret=None if visitor.may() else Secrecy(_PRIVATE, visitor.person.id),
            before=_number(before) or None,
            limit=_SHOWN + 1,
        )
    )
    return here.pages.answer(
        "staff/log.html",
        visitor.language,
        visitor=visitor,
        deeds=deeds.told(session, found[:_SHOWN], visitor.language),
        older=found[_SHOWN - 1].id if len(found) > _SHOWN else None,
        zone=here.settings.zone,
        people=_people(session),
        issues=_issues(session, _number(issue)),
        chosen={"issue": _number(issue), "person": _number(person)},
        paged=_number(before) > 0,
    )


def _people(session: Session) -> list[Staff]:
    """Return everybody who ever was on the team, by name."""
    found = session.exec(select(Staff)).all()
    return sorted(found, key=lambda person: audit.name_of(person).casefold())


def _issues(session: Session, chosen: int) -> Sequence[Any]:
    """Return id, number and title of the latest issues, and of the chosen one."""
    columns = (col(Issue.id), col(Issue.number), col(Issue.title))
    latest = select(Issue.id).order_by(col(Issue.id).desc()).limit(_LATEST_ISSUES)
    wanted = col(Issue.id).in_(latest) | (col(Issue.id) == chosen)
    return session.exec(
        select(*columns).where(wanted).order_by(col(Issue.id).desc())
    ).all()


def _number(text: str) -> int:
    """Return a row's number, 0 for what is none or beyond the column's reach."""
    given = int(text) if text.isascii() and text.isdigit() else 0
    return given if given < 2**31 else 0
