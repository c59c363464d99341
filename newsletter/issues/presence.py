"""Who has which cell of an issue open: said every half minute, forgotten after one."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from newsletter.models import Issue, Presence
from subscribers.columns import table_of
from subscribers.inserts import insert_new

FADES = timedelta(minutes=1)


def arrive(session: Session, here: Presence) -> None:
    """Write down where somebody is now; they are in one place at a time."""
    table = table_of(Presence)
    values = here.model_dump()
    moved = update(table).where(table.c.holder == here.holder).values(**values)
    if session.execute(moved.returning(table.c.holder)).first() is None:
        insert_new(session, Presence, values)


def leave(session: Session, holder: str) -> None:
    """Forget where somebody was."""
    session.execute(delete(Presence).where(col(Presence.holder) == holder))


def others(
    session: Session, issue: Issue, *, than: str, now: datetime
) -> list[Presence]:
    """Return who else is at an issue, the latest first."""
    query = select(Presence).where(
        Presence.issue_id == issue.id,
        Presence.holder != than,
        col(Presence.seen_at) > now - FADES,
    )
    return list(session.exec(query.order_by(col(Presence.seen_at).desc())))
