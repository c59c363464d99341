"""A guest at the words of one language of one issue: /t/{token}, without an account."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, editions, i18n, notices
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.editions import OPEN
from newsletter.i18n import N_
from newsletter.issues import guests
from newsletter.items import Author
from newsletter.models import Guest, Issue
from newsletter.web import outline, presences, scenes, sessions
from newsletter.web.deps import Asked, Form, Here, Reading, Site, Wishes, Writing
from newsletter.web.failures import Gone, not_found
from newsletter.web.outline import Sign
from newsletter.web.scenes import Decided, Scene
from newsletter.web.walking import Matrix, Spot
from newsletter.web.writers import LINES, Writer

router = APIRouter(dependencies=[Depends(sessions.same_site)])

CELL = "/t/{token}/i/{row}/{language}"
_ACTS = frozenset({"save", "ready", "still", "copy", "restore"})


@dataclass(frozen=True)
class Visit:
    """A guest, their issue, and the scene of both."""

    guest: Guest
    issue: Issue
    scene: Scene


@dataclass(frozen=True)
class Task:
    """One cell that a guest may translate."""

    title: str
    language: str  # of the title
    address: str
    sign: Sign


def seen(
    token: str, request: Request, wishes: Asked, here: Here, session: Reading
) -> Visit:
    """Return the guest whose link it is, or end in a page that says it is over."""
    return _visit(token, request, wishes, here, session)


def written(
    token: str, request: Request, wishes: Asked, here: Here, session: Writing
) -> Visit:
    """Return a guest who changes something, and that they were here."""
    visit = _visit(token, request, wishes, here, session)
    visit.guest.seen_at = db.now(session)
    session.add(visit.guest)
    return visit


Seen = Annotated[Visit, Depends(seen, scope="function")]
Written = Annotated[Visit, Depends(written, scope="function")]


def spot_of(row: str, language: str) -> Spot:
    """Return the cell that an address names."""
    return Spot(row, language)


At = Annotated[Spot, Depends(spot_of)]


@router.get("/t/{token}")
def overview(visit: Seen) -> HTMLResponse:
    """List what there is to translate, and how far it is."""
    return _page(visit, visit.scene.here)


@router.get("/t/{token}/i")
def decided(visit: Seen) -> Response:
    """Say that nothing is left to translate."""
    return visit.scene.page(Decided(visit.scene.writer, visit.issue))


@router.get(CELL)
def look(visit: Seen, spot: At, kept: int = 0) -> Response:
    """Open a cell."""
    return scenes.show(visit.scene, _own(visit, spot), kept=kept)


@router.patch(CELL)
def keep(visit: Written, spot: At, form: Form) -> Response:
    """Save words while they are being written."""
    return scenes.keep(visit.scene, _own(visit, spot), form)


@router.post("/t/{token}/presence")
def beat(visit: Written, form: Form) -> HTMLResponse:
    """Write down which cell is open, and answer who else is there."""
    scene = visit.scene
    return presences.answer(scene.here, scene.session, visit.issue, scene.writer, form)


@router.post("/t/{token}/done")
def done(visit: Written) -> Response:
    """Tell whoever made the link that the guest is done."""
    first = visit.guest.done_at is None
    session = visit.scene.session
    visit.guest.done_at = db.now(session)
    if first:
        notices.tell_translated(session, visit.guest, visit.issue, now=db.now(session))
    return RedirectResponse(visit.scene.writer.base, HTTPStatus.SEE_OTHER)


@router.post(CELL)
@router.post(CELL + "/{act}")
def act(visit: Written, spot: At, form: Form, act: str = "save") -> Response:
    """Save the form of a cell, and do what its button says."""
    if act not in _ACTS:
        raise not_found()
    return scenes.ACTS[act](visit.scene, _own(visit, spot), form)


def _visit(
    token: str, request: Request, wishes: Wishes, here: Site, session: Session
) -> Visit:
    found = guests.find_translator(session, token, now=db.now(session))
    if found is None:
        raise Gone(N_("Ask whoever sent it to you for a new one."))
    guest, issue = found
    known = i18n.base(guest.language)
    writer = Writer(
        base=f"/t/{token}",
        holder=f"guest {guest.id}",
        author=Author(guest.name),
        language=wishes.language(INTERFACE_LANGUAGES, known=known),
        form_token="",
        languages=frozenset({guest.language}),
        edits=False,
        open=True,
        guest=True,
    )

    def page(pane: Any) -> HTMLResponse:
        return _page(visit, here, pane)

    scene = Scene(
        request=request,
        here=here,
        session=session,
        issue=issue,
        writer=writer,
        page=page,
        beside=lambda _spot, _left: "",
    )
    visit = Visit(guest, issue, scene)
    return visit


def _own(visit: Visit, spot: Spot) -> Spot:
    if spot.language != visit.guest.language:
        raise not_found()
    return spot


def _page(visit: Visit, here: Site, pane: Any = None) -> HTMLResponse:
    tasks = list(_tasks(visit))
    signs = [task.sign for task in tasks]
    waiting = sum(sign in _WAITING for sign in signs)
    return here.pages.answer(
        "staff/guest.html",
        visit.scene.writer.language,
        guest=visit.guest,
        issue=visit.issue,
        writer=visit.scene.writer,
        pane=pane,
        tasks=tasks,
        waiting=waiting,
        ready=len(tasks) - waiting,
    )


_WAITING = frozenset(outline.CELLS[state] for state in OPEN)


def _tasks(visit: Visit) -> Iterator[Task]:
    """Yield the cells of the guest's language that are theirs to write."""
    found = Matrix(editions.coverage(visit.scene.session, visit.issue))
    writer, language = visit.scene.writer, visit.guest.language
    titles = {str(row.item.id): row for row in found.coverage.rows}
    for row in (LINES, *titles):
        source = found.source(row)
        if language not in found.languages or source == language:
            continue
        cell = found.cell(Spot(row, language))
        named = titles.get(row)
        yield Task(
            title=named.title if named else "",
            language=source if named else writer.language,
            address=writer.address(row, language),
            sign=outline.CELLS[cell.state],
        )
