"""What an issue is called, who gets it and who finds it: /issues/{issue_id}/about."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, editions, i18n, issues
from newsletter.errors import (
    BadText,
    IssueChanged,
    IssueNotEditable,
    NewsletterError,
)
from newsletter.issues import About
from newsletter.models import Action, Issue, Visibility
from newsletter.web import changing, numbered, sessions
from newsletter.web.changing import Asking, Writer
from newsletter.web.composer import Asker
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.sessions import GenuineForm, Visitor
from subscribers import lists, segments
from subscribers.models import MailingList, MissingPolicy

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.get("/issues/{issue_id}/about")
def show(issue_id: int, visitor: Writer, here: Here, session: Reading) -> HTMLResponse:
    """Show what can be said about an issue as a whole."""
    issue = numbered.issue(session, issue_id)
    return _page(here, visitor, session, issue)


@router.post("/issues/{issue_id}/about")
def change(issue_id: int, form: GenuineForm, asker: Asking) -> Response:
    """Change it; once the issue has left, only who finds it on the web."""
    session, issue = asker.session, numbered.issue(asker.session, issue_id)
    chosen = _chosen_list(session, form, issue)
    try:
        if issue.state in issues.EDITABLE:
            _describe(asker, issue, form, chosen)
        elif chosen is not None:
            issues.require_editable(issue)
        else:
            _show_to(session, issue, _visibility(form, issue))
    except (BadText, IssueNotEditable, IssueChanged) as error:
        return _refused(asker, issue, form, error)
    _note(asker, issue, chosen)
    return RedirectResponse(f"/issues/{issue_id}", HTTPStatus.SEE_OTHER)


def _chosen_list(
    session: Session, form: dict[str, str], issue: Issue
) -> MailingList | None:
    """Return the list to move to: one that was chosen, not one that stood there."""
    wanted, stood = form.get("list", ""), form.get("list_seen", str(issue.list_id))
    known = {str(each.id): each for each in lists.every(session)}
    return known.get(wanted) if wanted not in {stood, str(issue.list_id)} else None


def _describe(
    asker: Asker, issue: Issue, form: dict[str, str], chosen: MailingList | None
) -> None:
    """Move it and describe it, both or neither."""
    session, found = asker.session, _visibility(form, issue)
    stood, by = str(issue.number), asker.visitor.name
    with session.begin_nested():
        if chosen is not None:
            editions.relist(session, issue, chosen, by=by, now=db.now(session))
            if form.get("number") == stood:
                form = form | {"number": str(issue.number)}
        issues.describe(session, issue, _about(session, issue, form, found))
    issues.recheck(session, issue, now=db.now(session))


def _show_to(session: Session, issue: Issue, found: Visibility) -> None:
    if found is not issue.visibility:
        issues.show_to(session, issue, found)


def _refused(
    asker: Asker, issue: Issue, form: dict[str, str], error: NewsletterError
) -> HTMLResponse:
    asker.session.refresh(issue)
    page = _page(
        asker.here,
        asker.visitor,
        asker.session,
        issue,
        given=form if isinstance(error, BadText) else None,
        overtaken=not isinstance(error, BadText),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    page.status_code = status if isinstance(error, BadText) else HTTPStatus.CONFLICT
    return page


def _about(
    session: Session, issue: Issue, form: dict[str, str], found: Visibility
) -> About:
    wanted = changing.number(form.get("segment", ""))
    known = {segment.id for segment in segments.all_segments(session)}
    missing = form.get("missing", "")
    return About(
        title=form.get("title", ""),
        number=changing.number(form.get("number", "")) or 0,
        segment_id=wanted if wanted in known else None,
        visibility=found,
        missing=next((e for e in MissingPolicy if e == missing), issue.missing),
    )


def _visibility(form: dict[str, str], issue: Issue) -> Visibility:
    wanted = form.get("visibility", "")
    return next((each for each in Visibility if each == wanted), issue.visibility)


def _note(asker: Asker, issue: Issue, chosen: MailingList | None) -> None:
    moved = {"moved_to": chosen.name_in(chosen.default_language)} if chosen else {}
    audit.note(
        asker.session,
        asker.visitor.person,
        Action.CHANGED_ISSUE,
        issue=issue,
        subject=issue.title,
        change="about",
        visibility=issue.visibility.value,
        **moved,
    )


def _page(
    here: Site,
    visitor: Visitor,
    session: Session,
    issue: Issue,
    *,
    given: dict[str, str] | None = None,
    overtaken: bool = False,
) -> HTMLResponse:
    """Return the form, with what was `given` where it could not be used.

    `overtaken` says that the issue was another one by the time it was asked for.
    """
    editable = issue.state in issues.EDITABLE
    others = [each for each in lists.every(session) if each.id != issue.list_id]
    return here.pages.answer(
        "staff/about_issue.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        list_name=session.get_one(MailingList, issue.list_id).name_in(visitor.language),
        segments=segments.all_segments(session),
        moment_at=issue.started_at or issue.send_at,
        zone=ZoneInfo(issue.timezone),
        given=given,
        overtaken=overtaken,
        editable=editable,
        named=lambda tags: i18n.listed(
            [i18n.language_name(tag, visitor.language) for tag in tags],
            visitor.language,
        ),
        moves=[editions.foresee(session, issue, each) for each in others]
        if editable
        else [],
        policies=list(MissingPolicy),
    )
