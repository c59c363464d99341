"""Who did what: entries that are only ever added."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from newsletter.models import Action, AuditEntry, Issue, Staff


def note(
    session: Session,
    who: Staff | str,
    action: Action,
    *,
    issue: Issue | None = None,
    subject: str = "",
    **facts: Any,
) -> None:
    """Keep that `who`, a member of staff or a name, did this, in this transaction.

    `subject` names what it was done to, in words that no language changes; `facts` are
    figures for its sentence. Neither holds a reader's address.
    """
    person = who if isinstance(who, Staff) else None
    session.add(
        AuditEntry(
            staff_id=person.id if person else None,
            who=name_of(who)[:254],
            action=action,
            issue_id=issue.id if issue else None,
            subject=subject[:300],
            facts=facts,
        )
    )


def name_of(who: Staff | str) -> str:
    """Return what others call them."""
    return (who.name or who.email) if isinstance(who, Staff) else who


def entries(
    session: Session,
    *,
    issue: Issue | None = None,
    before: int | None = None,
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """Return what was done, the newest first; `before` is the id a page ended with."""
    query = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if issue is not None:
        query = query.where(AuditEntry.issue_id == issue.id)
    if before is not None:
        query = query.where(col(AuditEntry.id) < before)
    return session.exec(query).all()
