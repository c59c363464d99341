"""Who did what: entries that are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from newsletter.models import Action, AuditEntry, Issue, Staff


@dataclass(frozen=True)
class Secrecy:
    """Actions that a reader of the log sees of nobody but themselves."""

    actions: tuple[Action, ...]
    reader: int | None


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
    by: int | None = None,
    before: int | None = None,
    limit: int = 100,
    secret: Secrecy | None = None,
) -> Sequence[AuditEntry]:
    """Return what was done, the newest first.

    `by` is the id of who did it, `before` the id of the entry a page ended with.
    """
    query = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if issue is not None:
        query = query.where(AuditEntry.issue_id == issue.id)
    if by is not None:
        query = query.where(AuditEntry.staff_id == by)
    if before is not None:
        query = query.where(col(AuditEntry.id) < before)
    if secret is not None:
        open_to_all = col(AuditEntry.action).not_in(secret.actions)
        query = query.where(open_to_all | (col(AuditEntry.staff_id) == secret.reader))
    return session.exec(query).all()
