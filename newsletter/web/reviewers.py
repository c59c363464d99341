"""Who reads an issue before it leaves, for staff: links, verdicts, comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, editions, i18n, reviews
from newsletter.errors import BadReview
from newsletter.i18n import N_
from newsletter.models import Comment, Guest, Issue, Role, Verdict
from newsletter.web import numbered, sessions
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.outline import Sign
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

_NUMBERS = range(1, 2**31)
_VERDICTS = {
    Verdict.FINE: Sign("✓", "ok", N_("fine by them")),
    Verdict.NOT_YET: Sign("!", "warn", N_("asks for changes")),
}
_SILENT = Sign("…", "", N_("has not said yet"))


@dataclass(frozen=True)
class Reviewer:
    """One link, and what came through it."""

    guest: Guest
    sign: Sign
    expired: bool


@dataclass(frozen=True)
class Remark:
    """One comment, and what it is about."""

    comment: Comment
    item: str  # the item's title; "" for the whole issue


@dataclass(frozen=True)
class Desk:
    """The reviews of an issue: what `staff/_reviews.html` shows."""

    reviewers: Sequence[Reviewer]
    remarks: Sequence[Remark]
    zone: ZoneInfo
    open: bool  # the issue has not left

    @property
    def unsettled(self) -> int:
        """How many comments wait for somebody."""
        return sum(each.comment.settled_at is None for each in self.remarks)


def of(session: Session, issue: Issue) -> Desk:
    """Return the reviews of an issue."""
    now = db.now(session)
    remarks = reviews.comments(session, issue)
    titles: dict[int | None, str] = {}
    if any(each.item_id for each in remarks):
        rows = editions.coverage(session, issue).rows
        titles = {row.item.id: row.title for row in rows}
    return Desk(
        reviewers=[
            Reviewer(
                each,
                _VERDICTS[each.verdict] if each.verdict else _SILENT,
                each.expires_at <= now,
            )
            for each in reviews.links(session, issue)
        ],
        remarks=[Remark(each, titles.get(each.item_id, "")) for each in remarks],
        zone=ZoneInfo(issue.timezone),
        open=reviews.is_open(issue),
    )


@router.get("/issues/{issue_id}/reviewers")
def show(
    issue_id: int, visitor: SignedIn, here: Here, session: Reading
) -> HTMLResponse:
    """Show who reads it, what they say, and where to make a link."""
    return _page(here, visitor, session, numbered.issue(session, issue_id))


@router.post("/issues/{issue_id}/reviewers")
def invite(
    issue_id: int, visitor: Editor, form: GenuineForm, here: Here, session: Writing
) -> HTMLResponse:
    """Make a link and show it, this one time: only its hash is kept."""
    issue, name = numbered.issue(session, issue_id), form.get("name", "")
    try:
        secret = reviews.invite(
            session, issue, name=name, by=visitor.person, now=db.now(session)
        )
    except BadReview as problem:
        said = i18n.told(problem, visitor.language)
        return _page(here, visitor, session, issue, problem=said, name=name)
    link = f"{here.settings.base_url}/r/{secret}"
    return _page(here, visitor, session, issue, made=link, name=name)


@router.post("/issues/{issue_id}/reviewers/{guest_id}/end")
def end(
    issue_id: int,
    guest_id: int,
    visitor: Editor,
    _form: GenuineForm,
    session: Writing,
) -> Response:
    """Let a link open nothing any more."""
    issue = numbered.issue(session, issue_id)
    if guest_id not in _NUMBERS:
        raise not_found()
    reviews.end(session, issue, guest_id, by=visitor.person, now=db.now(session))
    return _back(issue_id)


@router.post("/issues/{issue_id}/remarks/{remark_id}/settle")
def settle(
    issue_id: int,
    remark_id: int,
    visitor: Editor,
    _form: GenuineForm,
    session: Writing,
) -> Response:
    """Mark a comment as dealt with, or open it again."""
    issue = numbered.issue(session, issue_id)
    if remark_id not in _NUMBERS:
        raise not_found()
    reviews.settle(session, issue, remark_id, by=visitor.person, now=db.now(session))
    return _back(issue_id)


def _page(  # noqa: PLR0913  # a page, and what its form has just brought
    here: Site,
    visitor: Visitor,
    session: Session,
    issue: Issue,
    *,
    made: str = "",
    problem: str = "",
    name: str = "",
) -> HTMLResponse:
    return here.pages.answer(
        "staff/reviewers.html",
        visitor.language,
        status=422 if problem else 200,
        visitor=visitor,
        issue=issue,
        reviews=of(session, issue),
        made=made,
        problem=problem,
        name=name,
    )


def _back(issue_id: int) -> Response:
    return RedirectResponse(
        f"/issues/{issue_id}/reviewers#reviews", HTTPStatus.SEE_OTHER
    )
