"""Log in and out: /login, /logout."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from newsletter import db, staff
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.models import Staff
from newsletter.web import clients, sessions
from newsletter.web.deps import Asked, Form, Here, Site
from newsletter.web.sessions import Perhaps, Secret
from subscribers.clock import utcnow

router = APIRouter(dependencies=[Depends(sessions.same_site)])

# Failures in a quarter of an hour before the next attempt is not even looked at.
_PER_CLIENT = 10
_PER_ACCOUNT = 30


@router.get("/login")
def show(wishes: Asked, here: Here, visitor: Perhaps) -> Response:
    """Show the form, or the desk to somebody who has logged in already."""
    if visitor is not None:
        return _desk()
    return _page(here, wishes.language(INTERFACE_LANGUAGES))


@router.post("/login")
def log_in(
    request: Request, form: Form, wishes: Asked, here: Here, secret: Secret
) -> Response:
    """Open a session of its own, whatever cookie came along."""
    email, password = form.get("email", ""), form.get("password", "")
    language = wishes.language(INTERFACE_LANGUAGES)
    client = clients.address_of(request, here.settings.trusted_proxies)
    names = {f"client {client}": _PER_CLIENT, f"account {email}"[:300]: _PER_ACCOUNT}
    now = utcnow()
    if any(here.throttle.is_tired(n, limit=m, now=now) for n, m in names.items()):
        return _page(here, language, email, status=HTTPStatus.TOO_MANY_REQUESTS)
    person = _authenticated(here, email, password)
    if person is None:
        for name in names:
            here.throttle.note(name, now=now)
        return _page(here, language, email, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    for name in names:
        here.throttle.forget(name)
    return _opened(here, person, former=secret)


@router.post("/logout")
def log_out(here: Here, secret: Secret, _form: sessions.GenuineForm) -> Response:
    """End the session here and in the browser."""
    with db.writing(here.engine) as session:
        staff.close_session(session, secret)
    answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    sessions.clear_cookie(answer, here.settings)
    return answer


def _authenticated(here: Site, email: str, password: str) -> Staff | None:
    # A session that only reads: hashing takes a while, and must hold up nobody.
    with db.reading(here.engine) as session:
        return staff.authenticate(session, email, password)


def _opened(here: Site, person: Staff, *, former: str) -> Response:
    with db.writing(here.engine) as session:
        staff.close_session(session, former)
        secret = staff.open_session(session, person)
    answer = _desk()
    sessions.set_cookie(answer, here.settings, secret)
    return answer


def _desk() -> Response:
    return RedirectResponse("/issues", HTTPStatus.SEE_OTHER)


def _page(here: Site, language: str, email: str = "", *, status: int = 200) -> Response:
    return here.pages.answer(
        "staff/login.html", language, status=status, email=email, problem=status
    )
