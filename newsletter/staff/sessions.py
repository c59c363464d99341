"""Sessions: what a cookie opens, how long, and how each of them ends."""

import hashlib
import secrets
from datetime import timedelta

from sqlmodel import Session, col, delete, select, update

from newsletter.models import Staff, StaffSession
from subscribers.clock import utcnow

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
# `seen_at` is written this often, not at each click: a page should only read.
_TOUCH = timedelta(minutes=5)


def open_session(session: Session, person: Staff, *, agent: str = "") -> str:
    """Return a new secret for the cookie; the database only keeps its hash.

    `agent` is what the browser calls itself, for the list of one's sessions.
    """
    secret = secrets.token_urlsafe(32)
    if person.id is None:
        raise ValueError("only staff in the database can log in")
    opened = StaffSession(
        secret_hash=_hash(secret), staff_id=person.id, agent=agent[:200]
    )
    session.add(opened)
    _forget_ended(session)
    _note_seen(session, person.id)
    session.flush()
    return secret


def find_by_session(session: Session, secret: str) -> Staff | None:
    """Return who holds this secret, None when it is unknown, idle or too old."""
    found = session.get(StaffSession, _hash(secret))
    if not found or not _is_open(found):
        return None
    person = session.get(Staff, found.staff_id)
    return person if person and person.left_at is None else None


def sessions_of(session: Session, person: Staff) -> list[StaffSession]:
    """Return the open sessions of somebody, the latest used first."""
    query = select(StaffSession).where(StaffSession.staff_id == person.id)
    found = session.exec(query.order_by(col(StaffSession.seen_at).desc()))
    return [each for each in found if _is_open(each)]


def is_session_of(opened: StaffSession, secret: str) -> bool:
    """Whether this secret is the one that opens it."""
    return opened.secret_hash == _hash(secret)


def is_worth_a_touch(session: Session, secret: str) -> bool:
    """Whether it is so long since a session was seen that `touch` would write."""
    found = session.get(StaffSession, _hash(secret))
    return found is not None and found.seen_at < utcnow() - _TOUCH


def touch(session: Session, secret: str) -> None:
    """Remember that a session was used just now, once in a few minutes."""
    touched = session.exec(
        update(StaffSession)
        .where(
            col(StaffSession.secret_hash) == _hash(secret),
            col(StaffSession.seen_at) < utcnow() - _TOUCH,
        )
        .values(seen_at=utcnow())
        .returning(col(StaffSession.staff_id))
    ).first()
    if touched:
        _note_seen(session, touched[0])


def close_session(session: Session, secret: str) -> None:
    """End the session this secret opens, if there is one."""
    ended = col(StaffSession.secret_hash) == _hash(secret)
    session.exec(delete(StaffSession).where(ended))


def end_session(session: Session, person: Staff, secret_hash: str) -> None:
    """End one session of this person; those of others are out of reach."""
    session.exec(
        delete(StaffSession).where(
            col(StaffSession.staff_id) == person.id,
            col(StaffSession.secret_hash) == secret_hash,
        )
    )


def end_sessions(session: Session, person: Staff, *, but: str = "") -> None:
    """End every session of somebody, perhaps but the one this secret opens."""
    session.exec(
        delete(StaffSession).where(
            col(StaffSession.staff_id) == person.id,
            col(StaffSession.secret_hash) != _hash(but),
        )
    )


def _is_open(opened: StaffSession) -> bool:
    now = utcnow()
    return now - opened.seen_at <= IDLE and now - opened.created_at <= ABSOLUTE


def _note_seen(session: Session, staff_id: int) -> None:
    seen = update(Staff).where(col(Staff.id) == staff_id).values(seen_at=utcnow())
    session.exec(seen.execution_options(synchronize_session=False))


def _forget_ended(session: Session) -> None:
    now = utcnow()
    idle = col(StaffSession.seen_at) < now - IDLE
    old = col(StaffSession.created_at) < now - ABSOLUTE
    session.exec(delete(StaffSession).where(idle | old))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
