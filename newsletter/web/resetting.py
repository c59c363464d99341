"""A password forgotten: /reset asks for the address, /reset/{token} for a new one."""

from http import HTTPStatus

from fastapi import APIRouter, BackgroundTasks, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, staff
from newsletter.errors import BadPassword, ResetNotFound
from newsletter.models import Action
from newsletter.notices import accounts
from newsletter.staff import resets
from newsletter.web import doors, sessions, weakness
from newsletter.web.deps import Form, Here, Reading, Site
from newsletter.web.doors import Patience
from subscribers.tokens import Purpose

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_PER_ACCOUNT = 3  # mails in a quarter of an hour


@router.get("/reset")
def ask(request: Request, here: Here) -> Response:
    """Ask for the address somebody logs in with."""
    return doors.page(here, request, "reset.html", problem=0, sent_to="")


@router.post("/reset")
def send(
    request: Request, form: Form, here: Here, afterwards: BackgroundTasks
) -> Response:
    """Say the same to everybody; whether there is an account is looked up afterwards.

    After the answer has left: nothing about it, its time neither, tells who exists.
    """
    email = form.get("email", "").strip()
    patience = Patience(here, request, reset=(email.casefold(), _PER_ACCOUNT))
    if patience.is_over:
        status = HTTPStatus.TOO_MANY_REQUESTS
        return doors.page(
            here, request, "reset.html", problem=429, sent_to="", status=status
        )
    # Each mail counts, not only those to nobody.
    patience.failed()
    afterwards.add_task(_mail, here, email, doors.language_of(request))
    sent_to = email[:254] or "?"
    return doors.page(here, request, "reset.html", problem=0, sent_to=sent_to)


@router.get("/reset/{token}")
def choose(token: str, request: Request, here: Here, session: Reading) -> Response:
    """Ask for the new password; looking at the page uses nothing up."""
    person = resets.find(session, _handle(here, token))
    if person is None:
        return _too_late(here, request)
    return _form(here, request, person.email)


@router.post("/reset/{token}")
def finish(token: str, request: Request, form: Form, here: Here) -> Response:
    """Set the password; logging in with it comes next, and the code if there is one."""
    handle = _handle(here, token)
    with db.reading(here.engine) as session:
        found = resets.find(session, handle)
    if found is None:
        return _too_late(here, request)
    try:
        with db.writing(here.engine) as session:
            person = resets.finish(session, handle, form.get("password", ""))
            audit.note(session, person, Action.CHANGED_PASSWORD)
    except ResetNotFound:
        return _too_late(here, request)
    except BadPassword as error:
        return _form(here, request, found.email, problem=weakness.words(error))
    answer = RedirectResponse("/login?changed=1", HTTPStatus.SEE_OTHER)
    sessions.clear_cookie(answer, here.settings)
    return answer


def _mail(here: Site, email: str, language: str) -> None:
    with db.writing(here.engine) as session:
        _queue(session, email, language)


def _queue(session: Session, email: str, language: str) -> None:
    person = staff.find(session, email)
    if person is not None:
        handle = resets.begin(session, person)
        spoken = person.language or language
        accounts.help_in(session, person, handle, language=spoken)


def _handle(here: Site, token: str) -> str:
    found = here.settings.keys.read(Purpose.RESET, token)
    return found[0] if found else ""


def _form(here: Site, request: Request, email: str, *, problem: str = "") -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return doors.page(
        here,
        request,
        "new_password.html",
        email=email,
        problem=problem,
        hint=weakness.HINT,
        status=status,
    )


def _too_late(here: Site, request: Request) -> Response:
    status = HTTPStatus.GONE
    return doors.page(here, request, "too_late.html", about="reset", status=status)
