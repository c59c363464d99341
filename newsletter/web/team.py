"""Who makes the letter: invite, change, remove: /settings/team."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from newsletter import audit, db, staff
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.errors import LastAdmin, NewsletterError, StaffExists
from newsletter.i18n import N_
from newsletter.models import Action, Invitation, Role, Staff
from newsletter.notices import accounts
from newsletter.staff import invitations, roles, two_factor
from newsletter.web import sessions
from newsletter.web.deps import Here, Reading, Several, Site, Writing
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor
from subscribers import lists
from subscribers.clock import utcnow
from subscribers.errors import InvalidAddress

router = APIRouter(dependencies=[Depends(sessions.same_site)])

Admin = Annotated[Visitor, Depends(sessions.allowed())]

_SAID = {
    "invited": N_("The invitation is on its way."),
    "withdrawn": N_("The invitation is taken back. Its link opens nothing any more."),
    "changed": N_("Changed. They log in again to go on."),
    "removed": N_("Removed. They can no longer log in; what they did stays."),
    "two-factor-off": N_("Their password alone is enough now. Tell them."),
}
_ONESELF = N_("Nobody changes their own role or removes themselves: ask another admin.")
_PROBLEMS: dict[type[Exception], str] = {
    LastAdmin: N_("Somebody must stay admin. Make a colleague admin first."),
    StaffExists: N_("Somebody with this address is on the team already."),
    InvalidAddress: N_("This is no e-mail address."),
}


class Oneself(NewsletterError):
    """Nobody changes their own role or removes themselves."""


@dataclass(frozen=True)
class Waiting:
    """An invitation, and whether its link still works."""

    invitation: Invitation
    is_over: bool


@router.get("/settings/team")
def show(request: Request, visitor: SignedIn, here: Here, session: Reading) -> Response:
    """List everybody who may log in; admins see who is invited, too."""
    said = _SAID.get(request.query_params.get("done", ""), "")
    return _page(here, visitor, session, said=said)


@router.post("/settings/team/invite")
def invite(visitor: Admin, form: GenuineForm, several: Several, here: Here) -> Response:
    """Mail somebody a link that makes them an account."""
    try:
        with db.writing(here.engine) as session:
            made, handle = invitations.invite(
                session,
                form.get("email", ""),
                role=_role(form),
                languages=_languages(several),
                name=form.get("name", ""),
                by=visitor.name,
            )
            language = _spoken(form, visitor)
            accounts.invite(session, made, handle, language=language)
            _note(session, visitor, Action.INVITED, _called(made), role=made.role)
    except (StaffExists, InvalidAddress) as error:
        return _refused(here, visitor, error, typed=form)
    return _done("invited")


@router.post("/settings/team/invitations/{invitation_id}/resend")
def resend(
    invitation_id: int, visitor: Admin, form: GenuineForm, session: Writing
) -> Response:
    """Mail another link, good for another week; the one before opens nothing."""
    found = invitations.get(session, invitation_id)
    handle = invitations.renew(session, found)
    accounts.invite(session, found, handle, language=_spoken(form, visitor))
    _note(session, visitor, Action.INVITED, _called(found), role=found.role)
    return _done("invited")


@router.post("/settings/team/invitations/{invitation_id}/withdraw")
def withdraw(
    invitation_id: int, _visitor: Admin, _form: GenuineForm, session: Writing
) -> Response:
    """Take an invitation back."""
    invitations.withdraw(session, invitations.get(session, invitation_id))
    return _done("withdrawn")


@router.post("/settings/team/{staff_id}/role")
def change_role(
    staff_id: int, visitor: Admin, form: GenuineForm, several: Several, here: Here
) -> Response:
    """Let a colleague do something else from now on."""
    try:
        with db.writing(here.engine) as session:
            person = _colleague(session, staff_id, visitor)
            role, languages = _role(form), _languages(several)
            staff.change_role(session, person, role=role, languages=languages)
            name = audit.name_of(person)
            _note(session, visitor, Action.CHANGED_ROLE, name, role=role)
    except (LastAdmin, Oneself) as error:
        return _refused(here, visitor, error)
    return _done("changed")


@router.post("/settings/team/{staff_id}/remove")
def remove(staff_id: int, visitor: Admin, _form: GenuineForm, here: Here) -> Response:
    """Let a colleague log in no more."""
    try:
        with db.writing(here.engine) as session:
            person = _colleague(session, staff_id, visitor)
            staff.remove(session, person)
            _note(session, visitor, Action.REMOVED, audit.name_of(person))
    except (LastAdmin, Oneself) as error:
        return _refused(here, visitor, error)
    return _done("removed")


@router.post("/settings/team/{staff_id}/two-factor")
def switch_off(
    staff_id: int, visitor: Admin, _form: GenuineForm, session: Writing
) -> Response:
    """Let a colleague who lost their phone in with the password alone."""
    person = staff.get(session, staff_id)
    two_factor.switch_off(session, person)
    name = audit.name_of(person)
    _note(session, visitor, Action.CHANGED_TWO_FACTOR, name, on=False)
    return _done("two-factor-off")


def _colleague(session: Session, staff_id: int, visitor: Visitor) -> Staff:
    if staff_id == visitor.person.id:
        raise Oneself
    return staff.get(session, staff_id)


def _note(
    session: Session, visitor: Visitor, action: Action, name: str, **facts: Any
) -> None:
    plain: dict[str, Any] = {
        key: str(value) if isinstance(value, Role) else value
        for key, value in facts.items()
    }
    audit.note(session, visitor.person, action, subject=name, **plain)


def _called(invitation: Invitation) -> str:
    return invitation.name or invitation.email


def _role(form: dict[str, str]) -> Role:
    """Return the role that was chosen; the least of them for what is none."""
    given = form.get("role", "")
    return Role(given) if given in set(Role) else Role.VIEWER


def _languages(several: dict[str, list[str]]) -> list[str]:
    return [tag[:35] for tag in several.get("languages", []) if tag][:50]


def _spoken(form: dict[str, str], visitor: Visitor) -> str:
    wanted = form.get("language", "")
    return wanted if wanted in INTERFACE_LANGUAGES else visitor.language


def _refused(
    here: Site,
    visitor: Visitor,
    error: Exception,
    *,
    typed: dict[str, str] | None = None,
) -> Response:
    with db.reading(here.engine) as session:
        problem = _PROBLEMS.get(type(error), _ONESELF)
        return _page(here, visitor, session, problem=problem, typed=typed)


def _page(
    here: Site,
    visitor: Visitor,
    session: Session,
    *,
    said: str = "",
    problem: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    people = sorted(staff.every(session), key=lambda each: audit.name_of(each).lower())
    now, zone = utcnow(), here.settings.zone
    waiting = invitations.every(session) if visitor.may() else []
    spoken = {tag for each in lists.every(session) for tag in each.languages}
    spoken |= {tag for person in people for tag in person.languages}
    return here.pages.answer(
        "staff/team.html",
        visitor.language,
        visitor=visitor,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        people=people,
        waiting=[Waiting(each, each.expires_at <= now) for each in waiting],
        languages=_in_order(here, spoken),
        roles=roles.NAMES,
        may=roles.MAY,
        zone=zone,
        seen={p.id: p.seen_at.astimezone(zone).date() for p in people if p.seen_at},
        said=said,
        problem=problem,
        typed=typed or {},
    )


def _in_order(here: Site, tags: set[str]) -> list[str]:
    first = [tag for tag in here.settings.languages if tag in tags]
    return [*first, *sorted(tags.difference(first))]


def _done(what: str) -> Response:
    return RedirectResponse(f"/settings/team?done={what}", HTTPStatus.SEE_OTHER)
