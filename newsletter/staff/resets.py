"""Links that set a new password, once, within an hour; made like invitations."""

from datetime import timedelta

from sqlmodel import Session, col, delete

from newsletter.errors import ResetNotFound
from newsletter.models import PasswordReset, Staff
from newsletter.staff import passwords
from newsletter.staff.invitations import hashed
from subscribers.clock import utcnow
from subscribers.tokens import new_handle

LASTS = timedelta(hours=1)


def begin(session: Session, person: Staff) -> str:
    """Let somebody choose a new password; return the handle for the link."""
    if person.id is None:
        raise ValueError("only staff in the database can log in")
    handle, now = new_handle(), utcnow()
    session.exec(delete(PasswordReset).where(col(PasswordReset.expires_at) <= now))
    session.add(
        PasswordReset(
            secret_hash=hashed(handle), staff_id=person.id, expires_at=now + LASTS
        )
    )
    session.flush()
    return handle


def find(session: Session, handle: str) -> Staff | None:
    """Return whose password a link sets, None once it is used or too old."""
    found = session.get(PasswordReset, hashed(handle))
    if not found or found.expires_at <= utcnow():
        return None
    person = session.get(Staff, found.staff_id)
    return person if person and person.left_at is None else None


def finish(session: Session, handle: str, password: str) -> Staff:
    """Set a new password, once; all sessions end, and all other such links.

    Raises ResetNotFound, or BadPassword, after which the link still works if the
    transaction does not commit.
    """
    person = find(session, handle)
    # One DELETE decides who of two clicks sets it.
    used = col(PasswordReset.secret_hash) == hashed(handle)
    if person is None or session.exec(delete(PasswordReset).where(used)).rowcount != 1:
        raise ResetNotFound
    passwords.set_password(session, person, password)
    return person
