"""The open cell of an issue: /issues/{issue_id}/i/{row}/{language}."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from newsletter import audit, editions, i18n, issues, items
from newsletter.errors import BadText
from newsletter.models import Action, Issue, Role
from newsletter.web import (
    composer,
    matrix,
    numbered,
    outline,
    panes,
    scenes,
    sessions,
    shared,
    walking,
)
from newsletter.web.composer import View
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.scenes import Decided, Scene
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from newsletter.web.walking import Matrix, Spot
from newsletter.web.writers import LINES, of_staff

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Translator = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR, Role.TRANSLATOR))]
Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

CELL = "/issues/{issue_id}/i/{row}/{language}"


def scene_of(
    request: Request, here: Site, session: Session, visitor: Visitor, issue: Issue
) -> Scene:
    """Return a member of staff at an issue, with the composer around their cell."""

    def beside(spot: Spot, left: Spot | None) -> str:
        return _beside(here, session, visitor, issue, spot, left)

    def page(pane: Any) -> HTMLResponse:
        spot = getattr(pane, "spot", None)
        view = View(open_cell=(spot.row, spot.language) if spot else None)
        return composer.page(here, visitor, session, issue, pane=pane, view=view)

    return Scene(
        request=request,
        here=here,
        session=session,
        issue=issue,
        writer=of_staff(visitor, issue),
        page=page,
        beside=beside,
    )


def spot_of(row: str, language: str) -> Spot:
    """Return the cell that an address names."""
    return Spot(row, language)


At = Annotated[Spot, Depends(spot_of)]


def seen(
    issue_id: int, request: Request, visitor: SignedIn, here: Here, session: Reading
) -> Scene:
    """Return whoever looks at an issue."""
    issue = numbered.issue(session, issue_id)
    return scene_of(request, here, session, visitor, issue)


def written(
    issue_id: int,
    request: Request,
    visitor: Translator,
    _form: GenuineForm,
    here: Here,
    session: Writing,
) -> Scene:
    """Return whoever changes something in an issue."""
    issue = numbered.issue(session, issue_id)
    return scene_of(request, here, session, visitor, issue)


Seen = Annotated[Scene, Depends(seen, scope="function")]
Written = Annotated[Scene, Depends(written, scope="function")]


@router.get("/issues/{issue_id}/i")
def decided(scene: Seen) -> Response:
    """Say that no gap is left."""
    return scene.page(Decided(scene.writer, scene.issue))


@router.get(CELL)
def look(scene: Seen, spot: At, kept: int = 0) -> Response:
    """Open a cell, beside the outline or alone for a script."""
    return scenes.show(scene, spot, kept=kept)


@router.patch(CELL)
def keep(scene: Written, spot: At, form: GenuineForm) -> Response:
    """Save words while they are being written."""
    return scenes.keep(scene, spot, form)


@router.post(CELL)
@router.post(CELL + "/{act}")
def act(
    scene: Written,
    spot: At,
    visitor: Translator,
    form: GenuineForm,
    act: str = "save",
) -> Response:
    """Save the form of a cell, and do what its button says."""
    if act in scenes.ACTS:
        return scenes.ACTS[act](scene, spot, form)
    if act not in ("decide", "facts"):
        raise not_found()
    if not (scene.writer.edits and scene.writer.open):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    if spot.row == LINES:
        raise not_found()
    if act == "facts":
        return _share(scene, spot, visitor, form)
    _decide(scene, spot, visitor, form)
    return scenes.go(scene, spot)


def _share(
    scene: Scene, spot: Spot, visitor: Visitor, form: dict[str, str]
) -> Response:
    """Change what all languages of an item share."""
    walking.source_of(scene.session, scene.issue, spot)
    item = items.get_item(scene.session, int(spot.row))
    try:
        with scene.session.begin_nested():
            shared.change(scene.session, item, form)
    except BadText as error:
        return scenes.show(scene, spot, misfit=i18n.told(error, visitor.language))
    audit.note(
        scene.session,
        visitor.person,
        Action.CHANGED_ISSUE,
        issue=scene.issue,
        item=item.id,
    )
    return scenes.go(scene, spot)


def _decide(scene: Scene, spot: Spot, visitor: Visitor, form: dict[str, str]) -> None:
    """Settle what readers get of an item without words in a language, or open it."""
    walking.source_of(scene.session, scene.issue, spot)
    item_id, language = int(spot.row), spot.language
    if form.get("show") == "ask":
        editions.undecide(
            scene.session, scene.issue, item_id=item_id, language=language
        )
    else:
        shown = form.get("show") or None
        if shown and shown not in panes.choices(scene.session, item_id):
            raise not_found()
        editions.decide(
            scene.session, scene.issue, item_id=item_id, language=language, show=shown
        )
    audit.note(
        scene.session,
        visitor.person,
        Action.CHANGED_ISSUE,
        issue=scene.issue,
        subject=f"{language}: {form.get('show') or 'left out'}"[:300],
        item=item_id,
    )


def _beside(
    here: Site,
    session: Session,
    visitor: Visitor,
    issue: Issue,
    spot: Spot,
    left: Spot | None,
) -> str:
    coverage = editions.coverage(session, issue)
    headline = outline.contents(issue, coverage, visitor.language)
    return here.pages.text(
        "staff/_beside.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        headline=headline,
        cells=_cells(Matrix(coverage), spot, left),
        columns=matrix.columns_of(coverage),
        editable=issue.state in issues.EDITABLE and visitor.may_write,
    )


def _cells(found: Matrix, spot: Spot, left: Spot | None) -> list[dict[str, object]]:
    """Return what the row of a cell, and the cell left before, look like now."""
    squares = []
    # Words of the source change how all their translations stand.
    row = [Spot(spot.row, language) for language in found.languages]
    for each in dict.fromkeys((*row, *filter(None, (left,)))):
        if each.language not in found.languages:
            continue
        cell = found.cell(each)
        squares.append(
            {
                "row": each.row,
                "tag": each.language,
                "how": outline.CELLS[cell.state],
                "shows": cell.shows if cell.shows != cell.language else None,
                "open": each == spot,
            }
        )
    return squares
