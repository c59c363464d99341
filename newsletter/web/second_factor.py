"""Set up codes of an authenticator, and take them away: /account/two-factor."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from newsletter import audit, db, qr, staff
from newsletter.errors import BadCode
from newsletter.i18n import N_
from newsletter.models import Action, Staff
from newsletter.staff import two_factor
from newsletter.web import sessions
from newsletter.web.deps import Here, Site
from newsletter.web.doors import Patience
from newsletter.web.sessions import GenuineForm, SignedIn, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_WRONG_PASSWORDS = 10  # as where a password is changed
_WRONG_CODE = N_("This code does not fit. Wait for the next one and type that.")
_WRONG_PASSWORD = N_("This is not your present password.")
_ISSUER = "Newsletter"


@router.get("/account/two-factor")
def show(visitor: SignedIn, here: Here) -> Response:
    """Show a new secret to scan, or what is left of the recovery codes."""
    if two_factor.is_on(visitor.person):
        return _on(here, visitor)
    sealed = two_factor.new_secret(here.settings.keys, visitor.person)
    return _set_up(here, visitor, sealed)


@router.post("/account/two-factor")
def switch_on(visitor: SignedIn, form: GenuineForm, here: Here) -> Response:
    """Ask for codes from now on, once a first one fits, and show the recovery codes."""
    sealed, code = form.get("sealed", ""), form.get("code", "")
    if two_factor.is_on(visitor.person):
        return RedirectResponse("/account/two-factor", HTTPStatus.SEE_OTHER)
    try:
        with db.writing(here.engine) as session:
            codes = two_factor.switch_on(
                session, here.settings.keys, visitor.person, sealed=sealed, code=code
            )
            audit.note(session, visitor.person, Action.CHANGED_TWO_FACTOR, on=True)
    except BadCode:
        return _set_up(here, visitor, sealed, problem=_WRONG_CODE)
    return _codes(here, visitor, codes)


@router.post("/account/two-factor/off")
def switch_off(
    request: Request, visitor: SignedIn, form: GenuineForm, here: Here
) -> Response:
    """Ask for the password alone, if it is theirs who ask."""
    if not _knows_password(request, visitor, form, here):
        return _on(here, visitor, problem=_WRONG_PASSWORD)
    with db.writing(here.engine) as session:
        two_factor.switch_off(session, session.get_one(Staff, visitor.person.id))
        audit.note(session, visitor.person, Action.CHANGED_TWO_FACTOR, on=False)
    return RedirectResponse("/account?done=two-factor-off", HTTPStatus.SEE_OTHER)


@router.post("/account/two-factor/recovery")
def renew(
    request: Request, visitor: SignedIn, form: GenuineForm, here: Here
) -> Response:
    """Show ten new recovery codes; the earlier ones open nothing any more."""
    if not two_factor.is_on(visitor.person):
        return RedirectResponse("/account/two-factor", HTTPStatus.SEE_OTHER)
    if not _knows_password(request, visitor, form, here):
        return _on(here, visitor, problem=_WRONG_PASSWORD)
    with db.writing(here.engine) as session:
        person = session.get_one(Staff, visitor.person.id)
        codes = two_factor.renew_recovery(session, person)
    return _codes(here, visitor, codes)


def _knows_password(
    request: Request, visitor: Visitor, form: dict[str, str], here: Site
) -> bool:
    limit = (str(visitor.person.id), _WRONG_PASSWORDS)
    patience = Patience(here, request, password=limit)
    given = form.get("present", "")
    if patience.is_over or not staff.is_password_of(visitor.person, given):
        patience.failed()
        return False
    patience.succeeded()
    return True


def _set_up(
    here: Site, visitor: Visitor, sealed: str, *, problem: str = ""
) -> Response:
    keys = here.settings.keys
    try:
        secret = two_factor.secret_in(keys, visitor.person, sealed)
    except BadCode:  # not one that we sealed for them: begin anew
        sealed = two_factor.new_secret(keys, visitor.person)
        secret = two_factor.secret_in(keys, visitor.person, sealed)
    address = two_factor.address_of(secret, visitor.person, issuer=_ISSUER)
    return here.pages.answer(
        "staff/two_factor.html",
        visitor.language,
        visitor=visitor,
        status=_status(problem),
        problem=problem,
        sealed=sealed,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        drawn=qr.svg(address),
    )


def _on(here: Site, visitor: Visitor, *, problem: str = "") -> Response:
    return here.pages.answer(
        "staff/two_factor_on.html",
        visitor.language,
        visitor=visitor,
        status=_status(problem),
        problem=problem,
        left=len(visitor.person.recovery),
    )


def _codes(here: Site, visitor: Visitor, codes: list[str]) -> Response:
    return here.pages.answer(
        "staff/recovery.html", visitor.language, visitor=visitor, codes=codes
    )


def _status(problem: str) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
