"""One's own account: name, language, keys, password, sessions: /account."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, staff
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.errors import BadPassword
from newsletter.i18n import N_
from newsletter.models import Action, Staff
from newsletter.staff import roles
from newsletter.web import browsers, sessions, weakness
from newsletter.web.asgi import place_of
from newsletter.web.deps import Here, Reading, Site, Writing
from newsletter.web.doors import Patience
from newsletter.web.sessions import GenuineForm, Secret, SignedIn, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_WRONG_PASSWORDS = 10  # in a quarter of an hour, from whatever sessions
_SAID = {
    "saved": N_("Saved."),
    "password": N_("Your password is changed. Everywhere else you are logged out."),
    "ended": N_("Logged out there."),
    "elsewhere": N_("Everywhere else you are logged out."),
    "two-factor-off": N_("From now on your password alone is enough."),
}


@dataclass(frozen=True)
class Place:
    """Where somebody is logged in."""

    which: str
    browser: str
    since: datetime
    seen: datetime
    is_here: bool


@router.get("/account")
def show(
    request: Request, visitor: SignedIn, here: Here, secret: Secret, session: Reading
) -> Response:
    """Show what is theirs to change."""
    said = _SAID.get(request.query_params.get("done", ""), "")
    return _page(here, visitor, session, secret, said=said)


@router.post("/account")
def save(visitor: SignedIn, form: GenuineForm, session: Writing) -> Response:
    """Keep their name, the language of their pages, and whether single keys act."""
    person = session.get_one(Staff, visitor.person.id)
    person.name = form.get("name", "").strip()[:200]
    wanted = form.get("language", "")
    person.language = wanted if wanted in INTERFACE_LANGUAGES else ""
    person.single_keys = "single_keys" in form
    return _done("saved")


@router.post("/account/password")
def change_password(
    request: Request, visitor: SignedIn, form: GenuineForm, here: Here, secret: Secret
) -> Response:
    """Set a new password for whoever knows the present one; other sessions end."""
    patience = Patience(
        here, request, password=(str(visitor.person.id), _WRONG_PASSWORDS)
    )
    problem = _wrong_password(visitor, form, patience)
    try:
        if not problem:
            return _changed(request, visitor, here, form.get("new", ""))
    except BadPassword as error:
        problem = weakness.words(error)
    with db.reading(here.engine) as session:
        return _page(here, visitor, session, secret, problem=problem)


@router.post("/account/sessions/end")
def end_session(visitor: SignedIn, form: GenuineForm, session: Writing) -> Response:
    """Log out in another place."""
    staff.end_session(session, visitor.person, form.get("which", ""))
    return _done("ended")


@router.post("/account/sessions/end-others")
def end_others(
    visitor: SignedIn, _form: GenuineForm, secret: Secret, session: Writing
) -> Response:
    """Log out everywhere but here."""
    staff.end_sessions(session, visitor.person, but=secret)
    return _done("elsewhere")


@router.post("/account/language")
def speak(
    request: Request, visitor: SignedIn, form: GenuineForm, session: Writing
) -> Response:
    """Show pages in another language from now on, and go back to where they were."""
    person = session.get(Staff, visitor.person.id)
    wanted = form.get("language", "")
    if person and wanted in INTERFACE_LANGUAGES:
        person.language = wanted
    return RedirectResponse(_back(request), HTTPStatus.SEE_OTHER)


def _wrong_password(visitor: Visitor, form: dict[str, str], patience: Patience) -> str:
    """Return what is wrong with the present password that was typed, "" if nothing."""
    if patience.is_over:
        return N_("Too many attempts. Please wait a quarter of an hour and try again.")
    if staff.is_password_of(visitor.person, form.get("present", "")):
        patience.succeeded()
        return ""
    patience.failed()
    return N_("This is not your present password.")


def _changed(request: Request, visitor: Visitor, here: Site, new: str) -> Response:
    with db.writing(here.engine) as session:
        person = session.get_one(Staff, visitor.person.id)
        staff.set_password(session, person, new)
        agent = request.headers.get("user-agent", "")
        secret = staff.open_session(session, person, agent=agent)
        audit.note(session, person, Action.CHANGED_PASSWORD)
    answer = _done("password")
    sessions.set_cookie(answer, here.settings, secret)
    return answer


def _page(
    here: Site,
    visitor: Visitor,
    session: Session,
    secret: str,
    *,
    said: str = "",
    problem: str = "",
) -> Response:
    values: dict[str, Any] = {
        "role": roles.NAMES[visitor.person.role],
        "may": roles.MAY[visitor.person.role],
        "places": [
            Place(
                each.secret_hash,
                browsers.in_words(each.agent, visitor.language),
                each.created_at,
                each.seen_at,
                staff.is_session_of(each, secret),
            )
            for each in staff.sessions_of(session, visitor.person)
        ],
        "zone": here.settings.zone,
        "hint": weakness.HINT,
    }
    return here.pages.answer(
        "staff/account.html",
        visitor.language,
        visitor=visitor,
        said=said,
        problem=problem,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        **values,
    )


def _done(what: str) -> Response:
    return RedirectResponse(f"/account?done={what}", HTTPStatus.SEE_OTHER)


def _back(request: Request) -> str:
    """Return the page they came from, of ours: never a whole address of a stranger."""
    parts = place_of(request.headers.get("referer", ""))
    here = parts.path.startswith("/") and not parts.path.startswith("//")
    query = f"?{parts.query}" if parts.query else ""
    return parts.path + query if here else "/issues"
