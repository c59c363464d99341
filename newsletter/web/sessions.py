"""Who is logged in: the cookie, the roles, and the guard against forged forms."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response

from newsletter import audit, db, staff
from newsletter.config import INTERFACE_LANGUAGES, Settings
from newsletter.models import Role, Staff
from newsletter.web.asgi import origin_of
from newsletter.web.deps import Asked, Form, Here, Site
from subscribers.tokens import Key, derive

_SAFE_SITES = {"same-origin", "none"}
_SAFE_METHODS = {"GET", "HEAD"}


@dataclass(frozen=True)
class Visitor:
    """A member of staff at a page, in their language or their browser's."""

    person: Staff
    form_token: str
    language: str

    def may(self, *roles: Role) -> bool:
        """Whether they have one of these roles; an admin has every one."""
        return self.person.role in {Role.ADMIN, *roles}

    @property
    def name(self) -> str:
        """What others call them."""
        return audit.name_of(self.person)

    @property
    def may_write(self) -> bool:
        """Whether they may collect news, compose issues and change readers."""
        return self.may(Role.EDITOR)

    def may_write_in(self, language: str) -> bool:
        """Whether they may change words of this language."""
        theirs = language in self.person.languages
        return self.may_write or (self.may(Role.TRANSLATOR) and theirs)

    @property
    def may_test(self) -> bool:
        """Whether they may send a letter to colleagues."""
        return self.may(Role.EDITOR, Role.TRANSLATOR)

    @property
    def may_override(self) -> bool:
        """Whether they may let an issue leave although a check says no."""
        return self.may()

    @property
    def may_send(self) -> bool:
        """Whether they may pause, resume and cancel."""
        return self.may(Role.EDITOR)


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; over https it is bound to this very host."""
    return "__Host-session" if _is_secure(settings) else "session"


def set_cookie(answer: Response, settings: Settings, secret: str) -> None:
    """Hand the session's secret to the browser, for this visit."""
    answer.set_cookie(
        cookie_name(settings),
        secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(settings),
    )


def clear_cookie(answer: Response, settings: Settings) -> None:
    """Take the cookie back."""
    answer.delete_cookie(
        cookie_name(settings),
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(settings),
    )


def same_site(request: Request, here: Here) -> None:
    """Refuse a POST that another site's page made the browser send.

    Browsers say where a request comes from; what says nothing is no browser of a
    member of staff, and still needs the token of the form.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = origin_of(here.settings.base_url)
    told = site in _SAFE_SITES if site else origin in {None, ours}
    if request.method not in _SAFE_METHODS and not told:
        raise HTTPException(HTTPStatus.FORBIDDEN)


def secret_of(request: Request, here: Here) -> str:
    """Return the secret in the cookie, "" without one."""
    return request.cookies.get(cookie_name(here.settings), "")


Secret = Annotated[str, Depends(secret_of)]


def visitor_of(secret: Secret, wishes: Asked, here: Here) -> Visitor | None:
    """Return who is logged in, None for everybody else."""
    if not secret:
        return None
    with db.writing(here.engine) as session:
        person = staff.find_by_session(session, secret)
        if person is None:
            return None
        staff.touch(session, secret)
    language = wishes.language(INTERFACE_LANGUAGES, known=person.language or None)
    token = _form_token(here.settings.keys.newest, secret)
    return Visitor(person, token, language)


Perhaps = Annotated[Visitor | None, Depends(visitor_of, scope="function")]


def logged_in(visitor: Perhaps) -> Visitor:
    """Return who is logged in, or send them to the page where that is done."""
    if visitor is None:
        raise HTTPException(HTTPStatus.SEE_OTHER, headers={"Location": "/login"})
    return visitor


SignedIn = Annotated[Visitor, Depends(logged_in)]


def genuine_form(
    request: Request, secret: Secret, _visitor: SignedIn, form: Form, here: Here
) -> dict[str, str]:
    """Return the fields of a form that one of our own pages showed to this person.

    What a script sends has the token of its page in a header instead.
    """
    header = request.headers.get("x-form-token", "")
    require_token(here, secret, form.get("form_token", header))
    return form


def require_token(here: Site, secret: str, sent: str) -> None:
    """Refuse a form that none of our pages showed to whoever has this secret."""
    tokens = (_form_token(key, secret) for key in here.settings.keys.keys)
    if not _is_any(sent.encode(), tokens):
        raise HTTPException(HTTPStatus.FORBIDDEN)


GenuineForm = Annotated[dict[str, str], Depends(genuine_form)]


def allowed(*roles: Role) -> Callable[[Visitor], Visitor]:
    """Return a dependency that lets only these roles, and admins, act."""

    def check(visitor: SignedIn) -> Visitor:
        if not visitor.may(*roles):
            raise HTTPException(HTTPStatus.FORBIDDEN)
        return visitor

    return check


def _is_any(sent: bytes, tokens: Iterable[str]) -> bool:
    return any(hmac.compare_digest(sent, token.encode()) for token in tokens)


def _form_token(key: Key, secret: str) -> str:
    return derive(key, "form", secret)


def _is_secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https:")
