"""The issues for staff: a list, a new one, and the page of each."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from newsletter import audit, db, issues
from newsletter.i18n import N_
from newsletter.models import Action, IssueState
from newsletter.web import (
    changing,
    composer,
    first_steps,
    numbered,
    sessions,
    shelf,
)
from newsletter.web.changing import Asking
from newsletter.web.composer import View
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import GenuineForm, SignedIn
from subscribers import lists

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_PAGE = 50  # issues
_UNDER_WAY = (IssueState.STARTING, IssueState.SENDING, IssueState.PAUSED)
# What the list can be narrowed to, and its words.
_SHOWN: Mapping[str, tuple[Sequence[IssueState], str]] = {
    "": ((), N_("All")),
    "draft": ((IssueState.DRAFT,), N_("Drafts")),
    "planned": ((IssueState.SCHEDULED,), N_("Scheduled")),
    "moving": (_UNDER_WAY, N_("On their way")),
    "sent": ((IssueState.SENT,), N_("Sent")),
    "stopped": ((IssueState.CANCELLED,), N_("Stopped")),
}


@router.get("/issues")
def every(  # three of them are what the address asks for
    visitor: SignedIn,
    here: Here,
    session: Reading,
    state: Annotated[str, Query(max_length=10)] = "",
    of: Annotated[str, Query(alias="list", max_length=9)] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> HTMLResponse:
    """List issues, the newest first, under the one that comes next."""
    list_id = changing.number(of)
    states, _ = _SHOWN.get(state, _SHOWN[""])
    found = issues.list_some(
        session, list_id=list_id, states=states, before=before, limit=_PAGE + 1
    )
    known, language = lists.every(session), visitor.language
    return here.pages.answer(
        "staff/issues.html",
        language,
        visitor=visitor,
        **shelf.top(session, known, person=visitor.person, language=language),
        lines=shelf.lines(session, found[:_PAGE], known),
        lists=[(each.id, each.name_in(language)) for each in known],
        shown=[(name, words) for name, (_, words) in _SHOWN.items()],
        state=state if state in _SHOWN else "",
        list_id=list_id,
        older=found[_PAGE - 1].id if len(found) > _PAGE else None,
        narrowed=bool(states or list_id or before),
        steps=first_steps.of(session),
    )


@router.post("/issues")
def create(form: GenuineForm, asker: Asking) -> Response:
    """Make a new issue like the last one of its list."""
    session = asker.session
    known = {each.id: each for each in lists.every(session)}
    wanted = changing.number(form.get("list", ""))
    mailing_list = known.get(wanted) or lists.get(session)
    last = issues.last_issue(session, mailing_list)
    issue = issues.create_from_last(
        session,
        mailing_list,
        now=db.now(session),
        after=changing.number(form.get("after", "")),
    )
    if last is None or issue.id != last.id:
        audit.note(
            session,
            asker.visitor.person,
            Action.CREATED_ISSUE,
            issue=issue,
            subject=issue.title,
            number=issue.number,
        )
    return RedirectResponse(f"/issues/{issue.id}?new=1", HTTPStatus.SEE_OTHER)


@router.get("/issues/{issue_id}")
def one(  # noqa: PLR0913  # five of them are what the address asks for
    issue_id: int,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    only: str = "",
    show: str = "",
    change: int = 0,
    undone: int = 0,
    new: int = 0,
) -> HTMLResponse:
    """Show what an issue holds in which language."""
    issue = numbered.issue(session, issue_id)
    view = View(gaps_only=only == "gaps", alone=show[:35])
    if change:
        view = composer.view_of(session, issue, view, change)
    elif undone:
        view = composer.saying(view, composer.undone(visitor.language))
    elif new:
        view = composer.made(issue, view, visitor.language)
    return composer.page(here, visitor, session, issue, view=view)
