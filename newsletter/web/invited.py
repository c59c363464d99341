"""Come in through an invitation: /invited/{token}."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from newsletter import audit, db
from newsletter.errors import BadPassword, InvitationNotFound, StaffExists
from newsletter.models import Action, Invitation
from newsletter.staff import invitations, roles
from newsletter.web import doors, login, sessions, weakness
from newsletter.web.deps import Form, Here, Reading, Site
from newsletter.web.sessions import Secret
from subscribers.tokens import Purpose

router = APIRouter(dependencies=[Depends(sessions.same_site)])


@router.get("/invited/{token}")
def show(token: str, request: Request, here: Here, session: Reading) -> Response:
    """Show who invites and as what; looking at it uses nothing up."""
    found = invitations.find(session, _handle(here, token))
    return _form(here, request, found) if found else _too_late(here, request)


@router.post("/invited/{token}")
def accept(
    token: str, request: Request, form: Form, here: Here, secret: Secret
) -> Response:
    """Make the account, and open its first session."""
    handle, name = _handle(here, token), form.get("name", "")
    with db.reading(here.engine) as session:
        found = invitations.find(session, handle)
    if found is None:
        return _too_late(here, request)
    try:
        with db.writing(here.engine) as session:
            person = invitations.accept(
                session, handle, name=name, password=form.get("password", "")
            )
            audit.note(session, person, Action.JOINED, role=person.role.value)
            return login.come_in(session, here, request, person, former=secret)
    except (InvitationNotFound, StaffExists):
        return _too_late(here, request)
    except BadPassword as error:
        problem = weakness.words(error)
        return _form(here, request, found, name=name, problem=problem)


def _handle(here: Site, token: str) -> str:
    found = here.settings.keys.read(Purpose.INVITE, token)
    return found[0] if found else ""


def _form(
    here: Site,
    request: Request,
    invitation: Invitation,
    *,
    name: str | None = None,
    problem: str = "",
) -> Response:
    return doors.page(
        here,
        request,
        "invited.html",
        invitation=invitation,
        role=roles.NAMES[invitation.role],
        may=roles.MAY[invitation.role],
        name=invitation.name if name is None else name,
        problem=problem,
        hint=weakness.HINT,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
    )


def _too_late(here: Site, request: Request) -> Response:
    status = HTTPStatus.GONE
    return doors.page(here, request, "too_late.html", about="invitation", status=status)
