"""The order of an issue: items moved, taken out, and put back."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from newsletter import editions, issues
from newsletter.errors import IssueChanged
from newsletter.issues import Spot
from newsletter.models import Change, Issue
from newsletter.web import changing, composer, matrix, numbered, sessions
from newsletter.web.changing import Asking, Writer
from newsletter.web.deps import Here, Reading
from newsletter.web.failures import not_found
from newsletter.web.sessions import GenuineForm

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@dataclass(frozen=True)
class Target:
    """A place an item can be moved to."""

    value: str  # "2 News": position and section
    title: str  # of the item it would follow; empty: at the top


@router.post("/issues/{issue_id}/order")
def order(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Move an item: `item`, `section`, `index`; or `to`, or one `step` up or down.

    `seen` is the state of the contents it was moved in: when somebody else was
    faster, the answer is 409 with the order as it stands.
    """
    issue = numbered.issue(asker.session, issue_id)
    return changing.attempt(
        asker, issue, lambda by: _move(asker.session, issue, form, by=by), logged=False
    )


@router.get("/issues/{issue_id}/items/{item_id}/move")
def places(
    issue_id: int, item_id: int, visitor: Writer, here: Here, session: Reading
) -> HTMLResponse:
    """Show where an item can be moved to."""
    issue = numbered.issue(session, issue_id)
    issues.require_editable(issue)
    coverage = editions.coverage(session, issue)
    moved = next((row for row in coverage.rows if row.item.id == item_id), None)
    if moved is None:
        raise not_found()
    shown = matrix.of(session, issue, coverage, language=visitor.language)
    return here.pages.answer(
        "staff/move.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        moved=moved,
        groups=[(group, _targets(group, item_id)) for group in shown.groups],
    )


@router.post("/issues/{issue_id}/remove")
def remove(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Take an item out of the issue; it stays on the desk."""
    issue = numbered.issue(asker.session, issue_id)
    item_id = changing.number(form.get("item", "")) or 0
    title = _title(asker.session, issue, item_id)
    return changing.attempt(
        asker,
        issue,
        lambda by: issues.take_out(asker.session, issue, item_id, by=by, subject=title),
    )


@router.post("/issues/{issue_id}/revert")
def revert(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Undo one change of the contents, if nothing was changed after it."""
    issue = numbered.issue(asker.session, issue_id)
    number = changing.number(form.get("change", "")) or 0
    change = issues.find_change(asker.session, issue, number)
    if change is None:
        raise not_found()
    try:
        with asker.session.begin_nested():
            issues.undo(asker.session, issue, change)
    except IssueChanged:
        asker.session.refresh(issue)
        said = composer.overtaken(asker.visitor.language)
        return composer.refused(asker, issue, said)
    return composer.changed(asker, issue, None)


def _move(session: Session, issue: Issue, form: dict[str, str], *, by: str) -> Change:
    seen = changing.seen(form)
    towards, _, stepping = form.get("step", "").partition(" ")
    if stepping:
        item_id = changing.number(stepping) or 0
        down = towards == "down"
        return issues.step(session, issue, item_id, down=down, by=by, seen=seen)
    item_id = changing.number(form.get("item", "")) or 0
    spot = Spot(form.get("section", ""), changing.number(form.get("index", "")) or 0)
    if form.get("to"):
        index, _, section = form["to"].partition(" ")
        spot = Spot(section, changing.number(index) or 0)
    return issues.move(session, issue, item_id, to=spot, by=by, seen=seen)


def _targets(group: matrix.Group, item_id: int) -> list[Target]:
    others = [line for line in group.lines if line.key != str(item_id)]
    top = Target(f"0 {group.name}", "")
    return [
        top,
        *(
            Target(f"{index} {group.name}", line.title)
            for index, line in enumerate(others, 1)
        ),
    ]


def _title(session: Session, issue: Issue, item_id: int) -> str:
    rows = editions.coverage(session, issue).rows
    return next((row.title for row in rows if row.item.id == item_id), "")
