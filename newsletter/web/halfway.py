"""Between the password and the code: a short-lived proof that opens nothing itself."""

import hmac
from datetime import timedelta

from fastapi import Request, Response
from sqlmodel import Session

from newsletter import staff
from newsletter.config import Settings
from newsletter.errors import StaffNotFound
from newsletter.models import Staff
from newsletter.web import sessions
from subscribers.clock import utcnow
from subscribers.tokens import Key, derive

LASTS = timedelta(minutes=5)


def remember(answer: Response, settings: Settings, person: Staff) -> None:
    """Let the browser keep that this person gave the right password just now."""
    until = int((utcnow() + LASTS).timestamp())
    proof = _proof(settings.keys.newest, person, until)
    answer.set_cookie(
        _name(settings),
        f"{person.id}.{until}.{proof}",
        max_age=int(LASTS.total_seconds()),
        **sessions.cookie_manners(settings),
    )


def forget(answer: Response, settings: Settings) -> None:
    """Take that back from the browser."""
    answer.delete_cookie(_name(settings), **sessions.cookie_manners(settings))


def person_of(request: Request, settings: Settings, session: Session) -> Staff | None:
    """Return who gave the right password within the last minutes, None for others.

    A password changed since, and a second factor taken away, end it.
    """
    parts = request.cookies.get(_name(settings), "").split(".")
    if len(parts) != 3 or not all(part.isascii() for part in parts):
        return None
    number, until, proof = parts
    if not (number.isdigit() and until.isdigit() and len(number + until) < 30):
        return None
    if int(until) < utcnow().timestamp():
        return None
    try:
        person = staff.get(session, int(number))
    except StaffNotFound:
        return None
    genuine = (_proof(key, person, int(until)) for key in settings.keys.keys)
    given = any(hmac.compare_digest(proof, each) for each in genuine)
    return person if given and person.totp_secret else None


def _proof(key: Key, person: Staff, until: int) -> str:
    return derive(key, "halfway", f"{person.id}.{until}.{person.password_hash}")


def _name(settings: Settings) -> str:
    return sessions.cookie_name(settings).replace("session", "halfway")
