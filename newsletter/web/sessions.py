"""Who is logged in: the cookie, the roles, and the guard against forged forms."""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal, TypedDict
from urllib.parse import urlencode

from fastapi import Depends, HTTPException, Request, Response
from sqlmodel import Session, col, select

from newsletter import audit, db, staff
from newsletter.config import INTERFACE_LANGUAGES, Settings
from newsletter.models import Role, Staff
from newsletter.web.asgi import origin_of, place_of
from newsletter.web.deps import Asked, Form, Here, Site
from subscribers.models import MailingList
from subscribers.tokens import Key, derive

_SAFE_SITES = {"same-origin", "none"}
_SAFE_METHODS = {"GET", "HEAD"}


@dataclass(frozen=True)
class Visitor:
    """A member of staff at a page, in their language or their browser's."""

    person: Staff
    form_token: str
    language: str
    house: str = ""  # who sends the letter they work at; "" before anybody does

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


def cookie_manners(settings: Settings) -> "CookieManners":
    """Return how each cookie of ours is set, and taken back."""
    return {
        "path": "/",
        "httponly": True,
        "samesite": "lax",
        "secure": _is_secure(settings),
    }


class CookieManners(TypedDict):
    """What makes a cookie go to this site alone, and to no script."""

    path: str
    httponly: bool
    samesite: Literal["lax"]
    secure: bool


def set_cookie(answer: Response, settings: Settings, secret: str) -> None:
    """Hand the session's secret to the browser, for this visit."""
    answer.set_cookie(cookie_name(settings), secret, **cookie_manners(settings))


def clear_cookie(answer: Response, settings: Settings) -> None:
    """Take the cookie back."""
    answer.delete_cookie(cookie_name(settings), **cookie_manners(settings))


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
    with db.reading(here.engine) as session:
        person = staff.find_by_session(session, secret)
        if person is None:
            return None
        due = staff.is_worth_a_touch(session, secret)
        language = wishes.language(INTERFACE_LANGUAGES, known=person.language or None)
        house = _house(session, person, language)
    if due:  # seldom: a page waits for no writer
        with db.writing(here.engine) as session:
            staff.touch(session, secret)
    token = _form_token(here.settings.keys.newest, secret)
    return Visitor(person, token, language, house)


def _house(session: Session, person: Staff, language: str) -> str:
    """Return who sends the letter of somebody: theirs, or the first there is."""
    query = select(MailingList).order_by(col(MailingList.id)).limit(1)
    if person.list_id is not None:
        query = query.where(MailingList.id == person.list_id)
    own = session.exec(query).first()
    return (own.sender_name or own.name_in(language)) if own else ""


Perhaps = Annotated[Visitor | None, Depends(visitor_of, scope="function")]


def logged_in(request: Request, visitor: Perhaps) -> Visitor:
    """Return who is logged in, or send them where that is done, and then back here."""
    if visitor is None and "hx-request" in request.headers:
        raise _fragment_refused(request)
    if visitor is None:
        where = _login_for(request.url.path, request.url.query, request.method)
        raise HTTPException(HTTPStatus.SEE_OTHER, headers={"Location": where})
    # Whatever fails from here on is said to them, in their language.
    request.state.visitor = visitor
    return visitor


def _fragment_refused(request: Request) -> HTTPException:
    """Return the answer to a script of ours: a log-in form is no part of its page.

    Who only looked is taken there. Who was saving stays: their words are in the page.
    """
    parts = place_of(request.headers.get("hx-current-url", ""))
    where = _login_for(parts.path or "/issues", parts.query, "GET")
    looking = request.method in _SAFE_METHODS
    headers = {"HX-Redirect": where} if looking else None
    return HTTPException(HTTPStatus.UNAUTHORIZED, headers=headers)


def _login_for(path: str, query: str, method: str) -> str:
    # What was asked by POST is not asked again by itself.
    if method not in _SAFE_METHODS:
        return "/login"
    return "/login?" + urlencode({"next": f"{path}?{query}" if query else path})


SignedIn = Annotated[Visitor, Depends(logged_in)]


def genuine_form(
    request: Request, secret: Secret, _visitor: SignedIn, form: Form, here: Here
) -> dict[str, str]:
    """Return the fields of a form that one of our own pages showed to this person.

    What a script sends has the token of its page in a header instead.
    """
    require_genuine(request, secret, form, here)
    return form


def require_genuine(
    request: Request, secret: str, form: Mapping[str, str], here: Site
) -> None:
    """Refuse a form that lacks the token of a page of this visit."""
    header = request.headers.get("x-form-token", "")
    require_token(here, secret, form.get("form_token", header))


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
