"""News kept, set aside, thrown away, and each of these taken back."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, not_, update
from sqlmodel import Session, col, select

from newsletter.desk import shelf
from newsletter.models import IssueItem, Item, ItemState

# How long what was thrown away can be taken back.
_KEPT_FOR = timedelta(days=1)
_MANY = 200  # in one request: a page and some more


def find(session: Session, ids: Collection[int]) -> list[Item]:
    """Return the items of these numbers that there are, in the order of arrival."""
    wanted = [each for each in dict.fromkeys(ids) if 0 < each < 2**31][:_MANY]
    query = select(Item).where(col(Item.id).in_(wanted), col(Item.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(Item.id))))


def put(session: Session, ids: Collection[int], state: ItemState) -> list[int]:
    """Move items to a state; those that an issue has stay where they are."""
    return _change(session, ids, state=state)


def throw_away(session: Session, ids: Collection[int], *, now: datetime) -> list[int]:
    """Take items off the desk that no issue ever had; they can be brought back."""
    # Set aside as well: then nothing else that picks news finds them.
    return _change(session, ids, deleted_at=now, state=ItemState.ASIDE)


def bring_back(session: Session, ids: Collection[int], state: ItemState) -> list[int]:
    """Put items that were thrown away where they lay."""
    wanted = [each for each in ids if 0 < each < 2**31][:_MANY]
    rows = session.execute(
        update(Item)
        .where(col(Item.id).in_(wanted), col(Item.deleted_at).is_not(None))
        .values(deleted_at=None, state=state)
        .returning(col(Item.id))
    )
    return sorted(row[0] for row in rows)


def purge(session: Session, *, now: datetime) -> int:
    """Forget for good what was thrown away some time ago."""
    gone = session.execute(
        delete(Item).where(
            col(Item.deleted_at) < now - _KEPT_FOR, not_(_was_ever_used())
        )
    )
    return int(getattr(gone, "rowcount", 0))


def _change(session: Session, ids: Collection[int], **values: object) -> list[int]:
    wanted = [each for each in dict.fromkeys(ids) if 0 < each < 2**31][:_MANY]
    free = not_(_was_ever_used()) if "deleted_at" in values else ~shelf.in_an_issue()
    rows = session.execute(
        update(Item)
        .where(col(Item.id).in_(wanted), col(Item.deleted_at).is_(None), free)
        .values(**values)
        .returning(col(Item.id))
    )
    return sorted(row[0] for row in rows)


def _was_ever_used() -> ColumnElement[bool]:
    return select(IssueItem.id).where(col(IssueItem.item_id) == col(Item.id)).exists()
