"""Links for people without an account who translate one language of one issue."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from newsletter.issues.composing import EDITABLE, require_editable
from newsletter.models import Guest, GuestRole, Issue, Staff

LASTS = timedelta(days=30)
_SECRET = 24  # bytes


def invite(
    session: Session,
    issue: Issue,
    *,
    language: str,
    name: str,
    by: Staff,
    now: datetime,
) -> tuple[Guest, str]:
    """Make a link for somebody, and return it with its secret, which is not kept.

    It ends after thirty days, when the issue leaves, or when staff end it. Raises
    IssueNotEditable.
    """
    require_editable(issue)
    secret = secrets.token_urlsafe(_SECRET)
    guest = Guest(
        issue_id=issue.id or 0,
        role=GuestRole.TRANSLATE,
        language=language,
        name=name.strip()[:200],
        secret_hash=_hash(secret),
        made_by=(by.name or by.email)[:254],
        staff_id=by.id,
        created_at=now,
        expires_at=now + LASTS,
    )
    session.add(guest)
    session.flush()
    return guest, secret


def find_translator(
    session: Session, secret: str, *, now: datetime
) -> tuple[Guest, Issue] | None:
    """Return whose link this is and to which issue; None once it has ended."""
    query = select(Guest).where(
        Guest.secret_hash == _hash(secret), Guest.role == GuestRole.TRANSLATE
    )
    guest = session.exec(query).one_or_none()
    if guest is None or guest.ended_at is not None or guest.expires_at <= now:
        return None
    issue = session.get_one(Issue, guest.issue_id)
    return (guest, issue) if issue.state in EDITABLE else None


def translators(session: Session, issue: Issue) -> Sequence[Guest]:
    """Return the guests who translate an issue, the newest first."""
    query = select(Guest).where(
        Guest.issue_id == issue.id, Guest.role == GuestRole.TRANSLATE
    )
    return session.exec(query.order_by(col(Guest.id).desc())).all()


def end(
    session: Session, issue: Issue, guest_id: int, *, now: datetime
) -> Guest | None:
    """End a link of an issue; what was written through it stays."""
    guest = session.get(Guest, guest_id) if 0 < guest_id < 2**31 else None
    if guest is None or guest.issue_id != issue.id:
        return None
    guest.ended_at = guest.ended_at or now
    session.add(guest)
    return guest


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
