"""What is done to news on the desk: brought, moved, put into an issue, taken back."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, desk, issues
from newsletter.desk import capture, moving
from newsletter.desk.capture import Brought
from newsletter.errors import BadText
from newsletter.models import Action, Issue, ItemState, Role
from newsletter.web import coming, numbered, sessions, undoing
from newsletter.web import desk as desks
from newsletter.web.deps import Several, Writing
from newsletter.web.desk import Place
from newsletter.web.failures import not_found
from newsletter.web.sessions import GenuineForm, Visitor
from newsletter.web.undoing import Deed, Done
from subscribers.models import MailingList

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

_SHELVES = {
    "kept": (Deed.KEPT, ItemState.KEPT),
    "inbox": (Deed.INBOX, ItemState.INBOX),
    "aside": (Deed.ASIDE, ItemState.ASIDE),
}
_LONGEST = 5_000  # characters somebody may paste


@router.post("/desk/paste")
def paste(visitor: Editor, form: GenuineForm, session: Writing) -> Response:
    """Put a link or a headline on the desk."""
    mailing_list = coming.list_of(session, visitor)
    if mailing_list is None:
        raise not_found()
    brought = Brought(
        written_in(visitor, mailing_list),
        visitor.name,
        languages=mailing_list.languages,
    )
    try:
        item = capture.take(session, form.get("what", "")[:_LONGEST], brought)
    except BadText:
        return _back(_place(form), Done(Deed.NOTHING))
    return _back(desks.place(), Done(Deed.ADDED, (item.id or 0,)))


@router.post("/desk/move")
def move(
    visitor: Editor, form: GenuineForm, several: Several, session: Writing
) -> Response:
    """Do one thing to the ticked items, or to the one whose button was pressed."""
    deed, _, one = form.get("do", "").partition(":")
    ids = desks.ids_of([one] if one else several.get("item", []))
    where = _place(form)
    if deed == "issue":
        done = _hand_on(session, visitor, ids, form, back=where.state)
    elif deed == "remove":
        done = _take_out(session, visitor, ids, form)
    elif deed == "delete":
        gone = desk.throw_away(session, ids, now=db.now(session))
        done = Done(Deed.DELETED, tuple(gone), where.state)
    elif deed in _SHELVES:
        name, state = _SHELVES[deed]
        done = Done(name, tuple(desk.put(session, ids, state)), where.state)
    else:
        done = Done(Deed.NOTHING)
    return _back(where, done)


@router.post("/desk/undo")
def undo(visitor: Editor, form: GenuineForm, session: Writing) -> Response:
    """Take back what was just done."""
    done = undoing.read(
        form.get("done", ""),
        form.get("ids", ""),
        form.get("back", ""),
        int(form["issue"]) if form.get("issue", "").isdecimal() else 0,
        form.get("section", ""),
    )
    if done.deed in {Deed.KEPT, Deed.INBOX, Deed.ASIDE}:
        desk.put(session, done.ids, done.back)
    elif done.deed is Deed.DELETED:
        desk.bring_back(session, done.ids, done.back)
    elif done.deed is Deed.ADDED:
        desk.throw_away(session, done.ids, now=db.now(session))
    elif done.deed in {Deed.ISSUE, Deed.REMOVED}:
        _undo_in_issue(session, visitor, done)
    return _back(_place(form), Done(Deed.UNDONE))


@router.post("/desk/start")
def start(visitor: Editor, form: GenuineForm, session: Writing) -> Response:
    """Begin the next issue of the visitor's list, so that news can go into it."""
    begin(session, visitor)
    return _back(_place(form), Done(None))


def begin(session: Session, visitor: Visitor) -> Issue:
    """Return the issue that news is collected for, begun if there is none."""
    mailing_list = coming.list_of(session, visitor)
    if mailing_list is None:
        raise not_found()
    there = issues.open_draft(session, mailing_list)
    if there is not None:
        return there
    issue = issues.next_draft(session, mailing_list)
    audit.note(
        session, visitor.person, Action.CREATED_ISSUE, issue=issue, subject=issue.title
    )
    return issue


def written_in(visitor: Visitor, mailing_list: MailingList) -> str:
    """Return the language somebody writes in, as far as the list has it."""
    return (
        visitor.language
        if visitor.language in mailing_list.languages
        else mailing_list.default_language
    )


def _hand_on(
    session: Session,
    visitor: Visitor,
    ids: Sequence[int],
    form: dict[str, str],
    *,
    back: ItemState,
) -> Done:
    """Put items into the issue the page showed, or into the next one."""
    number = form.get("issue", "")
    issue = (
        numbered.issue(session, int(number))
        if number.isdecimal() and int(number)
        else begin(session, visitor)
    )
    # Dropped on a section; a button leaves the choice to the kind of news.
    section = form.get("section") if "section" in form else None
    added = [
        item.id or 0
        for item in moving.find(session, ids)
        if issues.add_item(session, issue, item, section=section)
    ]
    if added:
        _note(session, visitor, issue, added=len(added))
    return Done(Deed.ISSUE, tuple(added), back, issue.id or 0)


def _take_out(
    session: Session, visitor: Visitor, ids: Sequence[int], form: dict[str, str]
) -> Done:
    number = form.get("issue", "")
    issue = numbered.issue(session, int(number) if number.isdecimal() else 0)
    gone = [
        item.id or 0
        for item in moving.find(session, ids)
        if issues.remove_item(session, issue, item)
    ]
    if gone:
        _note(session, visitor, issue, removed=len(gone))
    section = form.get(f"section-{gone[0]}", "") if gone else ""
    return Done(Deed.REMOVED, tuple(gone), ItemState.KEPT, issue.id or 0, section[:100])


def _undo_in_issue(session: Session, visitor: Visitor, done: Done) -> None:
    issue = numbered.issue(session, done.issue)
    for item in moving.find(session, done.ids):
        if done.deed is Deed.REMOVED:
            issues.add_item(session, issue, item, section=done.section)
        else:
            issues.remove_item(session, issue, item)
    if done.deed is Deed.ISSUE:
        desk.put(session, done.ids, done.back)
    _note(session, visitor, issue, undone=len(done.ids))


def _note(session: Session, visitor: Visitor, issue: Issue, **facts: int) -> None:
    audit.note(
        session,
        visitor.person,
        Action.CHANGED_ISSUE,
        issue=issue,
        subject=issue.title,
        **facts,
    )


def _place(form: dict[str, str]) -> Place:
    return desks.place(form.get("state", ""), form.get("sort", ""), form.get("q", ""))


def _back(where: Place, done: Done) -> Response:
    address = undoing.address(where.at(), done) if done.deed else where.at()
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
