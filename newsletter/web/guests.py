"""Links for guest translators of an issue: /issues/{issue_id}/guests."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, editions, i18n
from newsletter.i18n import N_
from newsletter.issues import guests
from newsletter.issues.composing import EDITABLE
from newsletter.models import Action, Guest, Issue, Role
from newsletter.web import numbered, outline, sessions
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.failures import not_found
from newsletter.web.outline import Sign
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Editor = Annotated[Visitor, Depends(sessions.allowed(Role.EDITOR))]

_OPEN = Sign("→", "info", N_("open"))
_DONE = Sign("✓", "ok", N_("done"))
_OVER = Sign("–", "", N_("ended"))


@dataclass(frozen=True)
class Link:
    """A link as its page shows it; `address` only when it was just made."""

    guest: Guest
    sign: Sign
    over: bool


@dataclass(frozen=True)
class Made:
    """A new link, shown this once."""

    guest: Guest
    address: str
    mail: str  # a mailto: address with the words of an invitation


@router.get("/issues/{issue_id}/guests")
def every(
    issue_id: int, visitor: SignedIn, here: Here, session: Reading, language: str = ""
) -> HTMLResponse:
    """List the links of an issue, and offer to make one."""
    issue = numbered.issue(session, issue_id)
    return _page(here, visitor, session, issue, chosen=language)


@router.post("/issues/{issue_id}/guests")
def make(
    issue_id: int, visitor: Editor, form: GenuineForm, here: Here, session: Writing
) -> HTMLResponse:
    """Make a link for somebody, and show it this once."""
    issue = numbered.issue(session, issue_id)
    language, name = form.get("language", ""), form.get("name", "").strip()
    known = [edition.language for edition in editions.editions_of(session, issue)]
    if language not in known or not name:
        page = _page(here, visitor, session, issue, chosen=language, nameless=True)
        page.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return page
    guest, secret = guests.invite(
        session,
        issue,
        language=language,
        name=name,
        by=visitor.person,
        now=db.now(session),
    )
    audit.note(
        session,
        visitor.person,
        Action.MADE_LINK,
        issue=issue,
        subject=f"{guest.name} ({language})",
    )
    made = _made(here, issue, guest, secret)
    return _page(here, visitor, session, issue, chosen=language, made=made)


@router.post("/issues/{issue_id}/guests/{guest_id}/end")
def end(
    issue_id: int,
    guest_id: int,
    visitor: Editor,
    _form: GenuineForm,
    session: Writing,
) -> Response:
    """End a link; what was written through it stays."""
    issue = numbered.issue(session, issue_id)
    guest = guests.end(session, issue, guest_id, now=db.now(session))
    if guest is None:
        raise not_found()
    named = f"{guest.name} ({guest.language})"
    audit.note(session, visitor.person, Action.ENDED_LINK, issue=issue, subject=named)
    return RedirectResponse(f"/issues/{issue_id}/guests", HTTPStatus.SEE_OTHER)


def _page(  # noqa: PLR0913  # what a form was filled in with is optional
    here: Site,
    visitor: Visitor,
    session: Session,
    issue: Issue,
    *,
    chosen: str,
    made: Made | None = None,
    nameless: bool = False,
) -> HTMLResponse:
    now = db.now(session)
    return here.pages.answer(
        "staff/guests.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        sign=outline.sign(session, issue),
        open=issue.state in EDITABLE,
        languages=[each.language for each in editions.editions_of(session, issue)],
        links=[
            _link(issue, guest, over=guest.expires_at <= now)
            for guest in guests.translators(session, issue)
        ],
        zone=ZoneInfo(issue.timezone),
        chosen=chosen,
        made=made,
        nameless=nameless,
    )


def _link(issue: Issue, guest: Guest, *, over: bool) -> Link:
    is_over = over or guest.ended_at is not None or issue.state not in EDITABLE
    sign = _DONE if guest.done_at else _OVER if is_over else _OPEN
    return Link(guest, sign, is_over)


def _made(here: Site, issue: Issue, guest: Guest, secret: str) -> Made:
    """Return the link with an invitation in the guest's own language, if it is ours."""
    address = f"{here.settings.base_url}/t/{secret}"
    say = i18n.translator(guest.language)
    language = i18n.language_name(guest.language, say.speaks)
    subject = say(N_("Could you translate this into {language}?"), language=language)
    words = say(
        N_(
            "Hello {name},\n\nwould you translate “{title}” into {language}? This link "
            "opens it, also on a phone, without a password:\n\n{address}\n\nThank you!"
        ),
        name=guest.name,
        title=issue.title,
        language=language,
        address=address,
    )
    query = urlencode({"subject": subject, "body": words}, quote_via=quote)
    return Made(guest, address, f"mailto:?{query}")
