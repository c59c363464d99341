"""The people who log in: their passwords, and the sessions a cookie opens."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from pwdlib import PasswordHash
from sqlmodel import Session, col, delete, select, update

from newsletter.errors import BadPassword, StaffExists
from newsletter.models import Role, Staff, StaffSession
from subscribers import addresses
from subscribers.clock import utcnow
from subscribers.errors import InvalidAddress

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200  # argon2id works through all of it
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
# `seen_at` is written this often, not at each click: a page should only read.
_TOUCH = timedelta(minutes=5)

_hasher = PasswordHash.recommended()


def add(  # an account is this much
    session: Session,
    email: str,
    *,
    role: Role,
    password: str,
    languages: Sequence[str] = (),
    name: str = "",
) -> Staff:
    """Let somebody log in.

    `languages` are those a translator may write in. Raises StaffExists,
    BadPassword, or InvalidAddress.
    """
    address = addresses.normalise(email)
    if _find(session, address.key):
        raise StaffExists(f"{address.email} can already log in.")
    _refuse_weak(password)
    made = Staff(
        email=address.email,
        email_key=address.key,
        name=name.strip(),
        role=role,
        languages=list(languages),
        password_hash=_hasher.hash(password),
    )
    session.add(made)
    session.flush()
    return made


def every(session: Session) -> list[Staff]:
    """Return all who may log in, by address."""
    return list(session.exec(select(Staff).order_by(col(Staff.email_key))))


def authenticate(session: Session, email: str, password: str) -> Staff | None:
    """Return whose password this is, or None; both take equally long."""
    try:
        found = _find(session, addresses.normalise(email).key)
    except InvalidAddress:
        found = None
    if len(password) > LONGEST_PASSWORD:
        found, password = None, ""
    stored = found.password_hash if found else _nobody()
    return found if _hasher.verify(password, stored) and found else None


def set_password(session: Session, person: Staff, password: str) -> None:
    """Change a password; every session of that person ends."""
    _refuse_weak(password)
    person.password_hash = _hasher.hash(password)
    session.add(person)
    session.exec(delete(StaffSession).where(col(StaffSession.staff_id) == person.id))


def open_session(session: Session, person: Staff) -> str:
    """Return a new secret for the cookie; the database only keeps its hash."""
    secret = secrets.token_urlsafe(32)
    if person.id is None:
        raise ValueError("only staff in the database can log in")
    session.add(StaffSession(secret_hash=_hash(secret), staff_id=person.id))
    _forget_ended(session)
    session.flush()
    return secret


def find_by_session(session: Session, secret: str) -> Staff | None:
    """Return who holds this secret, None when it is unknown, idle or too old."""
    found = session.get(StaffSession, _hash(secret))
    now = utcnow()
    if not found or now - found.seen_at > IDLE or now - found.created_at > ABSOLUTE:
        return None
    return session.get(Staff, found.staff_id)


def touch(session: Session, secret: str) -> None:
    """Remember that a session was used just now, once in a few minutes."""
    session.exec(
        update(StaffSession)
        .where(
            col(StaffSession.secret_hash) == _hash(secret),
            col(StaffSession.seen_at) < utcnow() - _TOUCH,
        )
        .values(seen_at=utcnow())
    )


def close_session(session: Session, secret: str) -> None:
    """End the session this secret opens, if there is one."""
    ended = col(StaffSession.secret_hash) == _hash(secret)
    session.exec(delete(StaffSession).where(ended))


def _find(session: Session, key: str) -> Staff | None:
    return session.exec(select(Staff).where(Staff.email_key == key)).first()


@cache
def _nobody() -> str:
    """Return what a stranger's password is compared with: that takes as long."""
    return _hasher.hash(secrets.token_hex())


def _refuse_weak(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadPassword(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        )


def _forget_ended(session: Session) -> None:
    now = utcnow()
    idle = col(StaffSession.seen_at) < now - IDLE
    old = col(StaffSession.created_at) < now - ABSOLUTE
    session.exec(delete(StaffSession).where(idle | old))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
