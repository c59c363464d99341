"""Invitations: who may become staff through a link in a mail, once, for a week.

The link holds a token that SECRET_KEYS signed around a random handle; the database
keeps the handle's hash. Neither a backup nor a queued mail is enough to make one.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from newsletter.errors import InvitationNotFound, StaffExists
from newsletter.models import Invitation, Role, Staff
from newsletter.staff import accounts
from subscribers import addresses
from subscribers.clock import utcnow
from subscribers.tokens import new_handle

LASTS = timedelta(days=7)
# What has run out can be sent anew for so long; then the address is nobody's business.
_KEPT = timedelta(days=30)


def invite(  # what an account will be
    session: Session,
    email: str,
    *,
    role: Role,
    languages: Sequence[str],
    name: str,
    by: str,
) -> tuple[Invitation, str]:
    """Invite somebody, or anew whom was invited before; return the link's handle too.

    Raises StaffExists, or InvalidAddress.
    """
    address = addresses.normalise(email)
    if accounts.find(session, address.email):
        raise StaffExists("{email} can already log in.", email=address.email)
    query = select(Invitation).where(Invitation.email_key == address.key)
    made = session.exec(query).first() or Invitation(
        email_key=address.key, email="", role=role, secret_hash="", expires_at=utcnow()
    )
    made.email, made.name, made.role = address.email, name.strip()[:200], role
    made.languages, made.invited_by = list(languages), by[:254]
    made.created_at = utcnow()
    return made, renew(session, made)


def renew(session: Session, invitation: Invitation) -> str:
    """Give an invitation another week and another link; return the link's handle."""
    handle = new_handle()
    invitation.secret_hash = hashed(handle)
    invitation.expires_at = utcnow() + LASTS
    session.add(invitation)
    session.flush()
    return handle


def every(session: Session) -> list[Invitation]:
    """Return what is open, also what has run out: it can be sent anew."""
    return list(session.exec(select(Invitation).order_by(col(Invitation.email_key))))


def get(session: Session, invitation_id: int) -> Invitation:
    """Return an invitation by its number; raises InvitationNotFound."""
    within = 0 < invitation_id < 2**31
    found = session.get(Invitation, invitation_id) if within else None
    if found is None:
        raise InvitationNotFound
    return found


def find(session: Session, handle: str) -> Invitation | None:
    """Return the invitation of a link, None once it is used, withdrawn or too old."""
    query = select(Invitation).where(Invitation.secret_hash == hashed(handle))
    found = session.exec(query).first()
    return found if found and found.expires_at > utcnow() else None


def accept(session: Session, handle: str, *, name: str, password: str) -> Staff:
    """Turn an invitation into an account, once.

    Raises InvitationNotFound, BadPassword, or StaffExists.
    """
    found = find(session, handle)
    if found is None:
        raise InvitationNotFound
    # One DELETE decides who of two clicks comes in.
    gone = session.exec(delete(Invitation).where(col(Invitation.id) == found.id))
    if gone.rowcount != 1:
        raise InvitationNotFound
    return accounts.add(
        session,
        found.email,
        role=found.role,
        password=password,
        languages=found.languages,
        name=name,
    )


def withdraw(session: Session, invitation: Invitation) -> None:
    """Take an invitation back: its link opens nothing any more."""
    session.exec(delete(Invitation).where(col(Invitation.id) == invitation.id))


def purge(session: Session, *, now: datetime) -> None:
    """Forget whom nobody has invited again since it ran out."""
    session.exec(delete(Invitation).where(col(Invitation.expires_at) < now - _KEPT))


def hashed(handle: str) -> str:
    """Return what the database keeps of a link."""
    return hashlib.sha256(handle.encode()).hexdigest()
