"""Log in and out: /login, /login/code, /logout."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, staff
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.models import Action, Staff
from newsletter.staff import two_factor
from newsletter.web import doors, halfway, sessions
from newsletter.web.deps import Form, Here, Reading, Site
from newsletter.web.doors import Patience
from newsletter.web.sessions import Perhaps, Secret

router = APIRouter(dependencies=[Depends(sessions.same_site)])

# Failures in a quarter of an hour, from whatever clients.
_PER_ACCOUNT = 30
_CODES = 10


@router.get("/login")
def show(request: Request, here: Here, visitor: Perhaps) -> Response:
    """Show the form, or the desk to somebody who has logged in already."""
    if visitor is not None:
        return _go(doors.onward(request))
    return _page(here, request)


@router.post("/login")
def log_in(request: Request, form: Form, here: Here, secret: Secret) -> Response:
    """Open a session of its own, whatever cookie came along, or ask for the code."""
    email, password = form.get("email", ""), form.get("password", "")
    patience = Patience(here, request, account=(email, _PER_ACCOUNT))
    if patience.is_over:
        return _page(here, request, email, status=HTTPStatus.TOO_MANY_REQUESTS)
    # A session that only reads: hashing takes a while, and must hold up nobody.
    with db.reading(here.engine) as session:
        person = staff.authenticate(session, email, password)
    if person is None:
        patience.failed()
        return _page(here, request, email, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    patience.succeeded()
    if two_factor.is_on(person):
        answer = RedirectResponse(
            f"/login/code{doors.query_of(request)}", HTTPStatus.SEE_OTHER
        )
        halfway.remember(answer, here.settings, person)
        return answer
    with db.writing(here.engine) as session:
        return come_in(session, here, request, person, former=secret)


@router.get("/login/code")
def ask_code(request: Request, here: Here, session: Reading) -> Response:
    """Ask whoever gave the right password for a code."""
    if halfway.person_of(request, here.settings, session) is None:
        return _back(request)
    return doors.page(here, request, "code.html", problem=0)


@router.post("/login/code")
def give_code(request: Request, form: Form, here: Here, secret: Secret) -> Response:
    """Open a session for a code that no one has used before."""
    with db.writing(here.engine) as session:
        person = halfway.person_of(request, here.settings, session)
        if person is None:
            return _back(request)
        patience = Patience(here, request, codes=(str(person.id), _CODES))
        if patience.is_over:
            status = HTTPStatus.TOO_MANY_REQUESTS
            return doors.page(here, request, "code.html", problem=429, status=status)
        code = form.get("code", "")
        if two_factor.use(session, here.settings.keys, person, code):
            patience.succeeded()
            answer = come_in(session, here, request, person, former=secret)
            halfway.forget(answer, here.settings)
            return answer
    patience.failed()
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return doors.page(here, request, "code.html", problem=422, status=status)


@router.post("/logout")
def log_out(here: Here, secret: Secret, _form: sessions.GenuineForm) -> Response:
    """End the session here and in the browser."""
    with db.writing(here.engine) as session:
        staff.close_session(session, secret)
    answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    sessions.clear_cookie(answer, here.settings)
    return answer


def come_in(
    session: Session, here: Site, request: Request, person: Staff, *, former: str
) -> Response:
    """Open a session for somebody who has proved all there is, and go on."""
    held = session.get_one(Staff, person.id)
    stated = request.query_params.get("in", "")
    if not held.language and stated in INTERFACE_LANGUAGES:
        held.language = stated
    staff.close_session(session, former)
    agent = request.headers.get("user-agent", "")
    secret = staff.open_session(session, held, agent=agent)
    audit.note(session, held, Action.LOGGED_IN)
    answer = _go(doors.onward(request))
    sessions.set_cookie(answer, here.settings, secret)
    return answer


def _go(path: str) -> Response:
    return RedirectResponse(path or doors.DESK, HTTPStatus.SEE_OTHER)


def _back(request: Request) -> Response:
    where = f"/login{doors.query_of(request)}"
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)


def _page(
    here: Site, request: Request, email: str = "", *, status: int = 200
) -> Response:
    changed = "changed" in request.query_params
    return doors.page(
        here,
        request,
        "login.html",
        status=status,
        email=email,
        problem=status,
        changed=changed,
    )
