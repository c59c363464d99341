"""The page where an issue is composed: its outline beside one open cell."""

from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, editions, i18n, issues
from newsletter.i18n import N_
from newsletter.models import Change, ChangeKind, Issue, IssueState
from newsletter.web import matrix, outline
from newsletter.web.asgi import place_of
from newsletter.web.deps import Site
from newsletter.web.sessions import Visitor
from subscribers.models import MailingList, Segment

# How long a page offers to undo what was done last.
_FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class View:
    """What of an issue a page shows, and what it says first."""

    open_cell: tuple[str, str] | None = None  # row and language
    gaps_only: bool = False
    alone: str = ""  # the language that narrow windows show
    change: Change | None = None  # that can be undone
    said: str = ""  # in the visitor's language
    look: str = "ok"
    new: bool = False  # it was made a moment ago, and can be discarded


def page(  # noqa: PLR0913  # the pane and the view are optional
    here: Site,
    visitor: Visitor,
    session: Session,
    issue: Issue,
    *,
    pane: Any = None,
    view: View | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    """Return the whole page; `pane` is what `staff/_cell.html` shows beside."""
    values = _values(visitor, session, issue, view or View())
    about = {} if pane else _about(session, issue, visitor.language)
    return here.pages.answer(
        "staff/issue.html",
        visitor.language,
        status=status,
        pane=pane,
        sign=outline.sign(session, issue),
        **values,
        **about,
    )


@dataclass(frozen=True)
class Asker:
    """Who changed something, where, and whether a script asked."""

    request: Request
    here: Site
    visitor: Visitor
    session: Session

    @property
    def by_script(self) -> bool:
        """Whether a fragment is enough."""
        return "hx-request" in self.request.headers


def changed(asker: Asker, issue: Issue, change: Change | None) -> Response:
    """Answer what changed the contents: the outline anew, or its page."""
    session, visitor = asker.session, asker.visitor
    withdrawn = issues.recheck(session, issue, now=db.now(session))
    if not asker.by_script:
        told = f"?change={change.id}" if change else "?undone=1"
        return RedirectResponse(f"/issues/{issue.id}{told}", HTTPStatus.SEE_OTHER)
    language = visitor.language
    said = done(change, language) if change else undone(language)
    if withdrawn:
        said = f"{said} {i18n.translator(language)(WITHDRAWN)}"
    return _fragment(asker, issue, View(change=change, said=said), status=HTTPStatus.OK)


def refused(asker: Asker, issue: Issue, said: str) -> Response:
    """Answer what was not done: the outline as it stands, and why, as status 409."""
    view = View(said=said, look="warn")
    status = HTTPStatus.CONFLICT
    if asker.by_script:
        return _fragment(asker, issue, view, status=status)
    return page(
        asker.here, asker.visitor, asker.session, issue, view=view, status=status
    )


WITHDRAWN = N_("It has changed since it was approved, so it waits for approval again.")


def overtaken(language: str) -> str:
    """Return what somebody reads whose change came too late."""
    return i18n.translator(language)(
        N_(
            "Somebody else changed the contents in the meantime. This is how they "
            "stand now; your change was not made."
        )
    )


def undone(language: str) -> str:
    """Return what somebody reads who took a change back."""
    return i18n.translator(language)(N_("Undone: it is as it was before."))


def done(change: Change, language: str) -> str:
    """Return what somebody changed as a sentence."""
    say = i18n.translator(language)
    if change.kind is ChangeKind.DECIDED:
        return say.ngettext(
            "One gap has a decision now.", "{n} gaps have a decision now.", change.many
        )
    if change.kind is ChangeKind.ADDED:
        return say.ngettext("One item was added.", "{n} items were added.", change.many)
    tag = change.kind in (ChangeKind.LEFT_OUT, ChangeKind.TOOK_IN)
    subject = i18n.language_name(change.subject, language) if tag else change.subject
    return say(_DONE[change.kind], subject=subject)


_DONE = {
    ChangeKind.MOVED: N_("Moved."),
    ChangeKind.REMOVED: N_("“{subject}” is no longer in this issue."),
    ChangeKind.SECTIONS: N_("The sections have changed."),
    ChangeKind.LEFT_OUT: N_("This issue does not go out in this language: {subject}."),
    ChangeKind.TOOK_IN: N_("This issue goes out in one more language: {subject}."),
}


def view_of(session: Session, issue: Issue, asked: View, change_id: int) -> View:
    """Return what a page shows after the change of this number, if it is fresh."""
    change = issues.find_change(session, issue, change_id)
    if change is None or change.at < db.now(session) - _FRESH:
        return asked
    return replace(asked, change=change)


def saying(view: View, said: str) -> View:
    """Return the view with a sentence at its top."""
    return replace(view, said=said)


def made(issue: Issue, view: View, language: str) -> View:
    """Return the view of an issue that was just made: what it was made from."""
    say = i18n.translator(language)
    if issue.state is not IssueState.DRAFT:
        return view
    said = say(
        N_("Here is the new issue, with the sections and languages of the last one.")
    )
    if issue.send_at:
        when = i18n.moment(issue.send_at, language, ZoneInfo(issue.timezone))
        said += " " + say(N_("It is planned for {when}."), when=when)
    return replace(view, said=said, new=True)


def _fragment(asker: Asker, issue: Issue, view: View, *, status: int) -> Response:
    view = replace(view, open_cell=_open_cell(asker.request))
    values = _values(asker.visitor, asker.session, issue, view)
    return asker.here.pages.answer(
        "staff/_outline.html", asker.visitor.language, status=status, **values, oob=True
    )


def _open_cell(request: Request) -> tuple[str, str] | None:
    """Return the cell that is open on the page a script asks from."""
    path = place_of(request.headers.get("hx-current-url", "")).path.split("/")
    return (path[4], path[5]) if len(path) == 6 and path[3] == "i" else None


def _values(
    visitor: Visitor, session: Session, issue: Issue, view: View
) -> dict[str, Any]:
    coverage = editions.coverage(session, issue)
    language = visitor.language
    shown = matrix.of(
        session,
        issue,
        coverage,
        language=language,
        open_cell=view.open_cell,
        gaps_only=view.gaps_only,
    )
    change, said = view.change, view.said
    if change and not said:
        said = done(change, language)
    return {
        "visitor": visitor,
        "issue": issue,
        "headline": outline.contents(issue, coverage, language),
        "matrix": shown,
        "cells": outline.CELLS,
        "alone": _alone(coverage, view, language),
        "view": view,
        "said": said,
        "undoable": change if change and issues.can_undo(issue, change) else None,
        "editable": issue.state in issues.EDITABLE and visitor.may_write,
    }


def _alone(coverage: editions.Coverage, view: View, language: str) -> int:
    """Return which column narrow windows show, from 1."""
    tags = coverage.languages
    wanted = view.open_cell[1] if view.open_cell else view.alone
    found = editions.resolve_language(wanted, tags, second=language)
    return tags.index(found) + 1 if found else 1


def _about(session: Session, issue: Issue, language: str) -> dict[str, Any]:
    mailing_list = session.get_one(MailingList, issue.list_id)
    segment = session.get(Segment, issue.segment_id) if issue.segment_id else None
    return {
        "list_name": mailing_list.name_in(language),
        "segment": segment.name if segment else "",
        "zone": ZoneInfo(issue.timezone),
        "moment_at": issue.started_at or issue.send_at,
    }
