"""Who may log in, as what: added, changed, removed, and never without an admin."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete, select

from newsletter.errors import LastAdmin, StaffExists, StaffNotFound
from newsletter.models import PasswordReset, Role, Staff
from newsletter.staff import passwords, sessions
from subscribers import addresses
from subscribers.clock import utcnow
from subscribers.errors import InvalidAddress

# No hash of any password looks like this.
_NO_PASSWORD = "-"  # noqa: S105  # the absence of one


def add(  # an account is this much
    session: Session,
    email: str,
    *,
    role: Role,
    password: str,
    languages: Sequence[str] = (),
    name: str = "",
) -> Staff:
    """Let somebody log in, perhaps again.

    `languages` are those a translator may write in. Raises StaffExists,
    BadPassword, or InvalidAddress.
    """
    address = addresses.normalise(email)
    found = _by_key(session, address.key)
    if found and found.left_at is None:
        raise StaffExists("{email} can already log in.", email=address.email)
    passwords.refuse_weak(password, own=(address.email, name))
    made = found or Staff(
        email_key=address.key, email="", role=role, password_hash=_NO_PASSWORD
    )
    made.email, made.name = address.email, name.strip()[:200]
    made.role, made.languages = role, list(languages)
    made.password_hash = passwords.hashed(password)
    made.left_at = None
    session.add(made)
    session.flush()
    return made


def every(session: Session) -> list[Staff]:
    """Return all who may log in, by address."""
    present = select(Staff).where(col(Staff.left_at).is_(None))
    return list(session.exec(present.order_by(col(Staff.email_key))))


def find(session: Session, email: str) -> Staff | None:
    """Return who logs in with this address, None for anybody else."""
    try:
        found = _by_key(session, addresses.normalise(email).key)
    except InvalidAddress:
        return None
    return found if found and found.left_at is None else None


def get(session: Session, staff_id: int) -> Staff:
    """Return somebody who may log in; raises StaffNotFound."""
    # A number beyond the column's reach is nobody either.
    found = session.get(Staff, staff_id) if 0 < staff_id < 2**31 else None
    if found is None or found.left_at is not None:
        raise StaffNotFound
    return found


def change_role(
    session: Session, person: Staff, *, role: Role, languages: Sequence[str]
) -> None:
    """Let somebody do something else from now on; their sessions end.

    What a session may do is looked up at every request; that it also has to be opened
    anew shows the change to whoever holds it. Raises LastAdmin.
    """
    if role is not Role.ADMIN:
        _require_another_admin(session, person)
    person.role, person.languages = role, list(languages)
    session.add(person)
    sessions.end_sessions(session, person)


def remove(session: Session, person: Staff) -> None:
    """Let somebody log in no more; what they did keeps their name. Raises LastAdmin."""
    _require_another_admin(session, person)
    person.left_at = utcnow()
    person.password_hash = _NO_PASSWORD
    person.totp_secret, person.recovery = "", []
    session.add(person)
    sessions.end_sessions(session, person)
    session.exec(delete(PasswordReset).where(col(PasswordReset.staff_id) == person.id))


def _require_another_admin(session: Session, person: Staff) -> None:
    """Raise unless somebody else is admin and stays so until this is done.

    All admins are locked, in one order: of two who remove each other at the same
    moment, the second waits here and then finds nobody left.
    """
    admins = (
        select(Staff.id)
        .where(Staff.role == Role.ADMIN, col(Staff.left_at).is_(None))
        .order_by(col(Staff.id))
        .with_for_update()
    )
    if not set(session.exec(admins)) - {person.id}:
        raise LastAdmin


def _by_key(session: Session, key: str) -> Staff | None:
    return session.exec(select(Staff).where(Staff.email_key == key)).first()
