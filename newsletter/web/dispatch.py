"""An issue on its way and after, as staff see it: /issues/{issue_id}/sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db
from newsletter.models import Issue, IssueState
from newsletter.web import (
    numbered,
    outline,
    progress,
    returned,
    sessions,
    summaries,
)
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.outline import Sign
from newsletter.web.progress import Progress
from newsletter.web.returned import Returned
from newsletter.web.sessions import SignedIn, Visitor
from newsletter.web.summaries import Summary

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@dataclass(frozen=True)
class Scene:
    """What the page shows of an issue, in one language; no session hangs on it."""

    id: int
    number: int
    title: str  # what staff call it
    sign: Sign
    progress: Progress
    returned: Returned | None
    summaries: Sequence[Summary]  # once it has ended

    @property
    def can(self) -> frozenset[str]:
        """Which buttons make sense now."""
        return _BUTTONS.get(self.progress.state, frozenset())


_LARGE = 50_000  # readers
_BUTTONS = {
    IssueState.SCHEDULED: frozenset({"pause", "cancel"}),
    IssueState.SENDING: frozenset({"pause", "cancel"}),
    IssueState.PAUSED: frozenset({"resume", "cancel"}),
}


@router.get("/issues/{issue_id}/sending")
def sending(  # what a page needs, and one thing of its address
    issue_id: int,
    request: Request,
    visitor: SignedIn,
    here: Here,
    session: Reading,
    still: bool = False,  # noqa: FBT001, FBT002  # a query parameter: ?still=1
) -> HTMLResponse:
    """Show how far it has come; a script that asks gets what changes, alone."""
    issue = numbered.issue(session, issue_id)
    # Of a large one it may be a second old, as in the stream.
    scene = (
        shared(here, issue_id, visitor.language, issue.state)
        if is_large(issue)
        else of(session, here, issue, visitor.language)
    )
    if request.headers.get("hx-request"):
        return HTMLResponse(fragment(here, visitor, scene))
    watched = scene.progress.changing and not still
    return here.pages.answer(
        "staff/sending.html",
        visitor.language,
        visitor=visitor,
        issue=scene,
        still=still,
        watched=watched,
    )


@router.get("/issues/{issue_id}/results")
def results(issue_id: int, _visitor: SignedIn, session: Reading) -> Response:
    """Lead to the same page: when all is done, it is the report."""
    numbered.issue(session, issue_id)
    return RedirectResponse(f"/issues/{issue_id}/sending", HTTPStatus.SEE_OTHER)


def of(session: Session, here: Site, issue: Issue, language: str) -> Scene:
    """Return what there is to show of an issue."""
    stands = progress.of(session, here.settings, here.pulse, issue, language)
    return Scene(
        id=issue.id or 0,
        number=issue.number,
        title=issue.title,
        sign=outline.sign(session, issue),
        progress=stands,
        returned=returned.of(session, issue),
        summaries=_summaries(issue, stands) if stands.ended else (),
    )


def _summaries(issue: Issue, stands: Progress) -> Sequence[Summary]:
    told = summaries.figures(
        issue,
        accepted=stands.reached,
        languages=[(lane.language, lane.total) for lane in stands.lanes],
        aftermath=stands.aftermath,
    )
    return summaries.every(told)


def is_large(issue: Issue) -> bool:
    """Whether counting it takes so long that one count should serve everybody."""
    return (issue.total or 0) >= _LARGE


def shared(
    here: Site, issue_id: int, language: str, state: IssueState | None = None
) -> Scene:
    """Return the same, seen once a second for all who watch; anew in a new state."""

    def make() -> Scene:
        with db.reading(here.engine) as session:
            return of(session, here, numbered.issue(session, issue_id), language)

    scene: Scene = here.audience.look(("sending", issue_id, language, state), make)
    return scene


def fragment(here: Site, visitor: Visitor, scene: Scene) -> str:
    """Return the part of the page that changes."""
    return here.pages.text(
        "staff/_progress.html", visitor.language, visitor=visitor, issue=scene
    )
