"""What lies on the desk: how much of each state, and one page of it at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, func, not_, or_
from sqlmodel import Session, col, select

from newsletter import i18n, issues
from newsletter.models import Issue, IssueItem, Item, ItemState, ItemText

PAGE = 50  # items
# Texts that a search looks through, the newest first, and items it brings back.
_SEARCHED = 8_000
_FOUND = 500


class Sort(StrEnum):
    """In which order items lie there."""

    NEWEST = "newest"  # as they came to the desk
    OLDEST = "oldest"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Wanted:
    """Which part of the desk somebody looks at."""

    state: ItemState = ItemState.INBOX
    sort: Sort = Sort.NEWEST
    words: str = ""
    after: int = 0  # the last item of the page before


@dataclass(frozen=True)
class Shelf:
    """One page of the desk."""

    items: Sequence[Item]
    more: bool


def counts(session: Session) -> dict[ItemState, int]:
    """Count the items in each state; what an issue has is used, whatever it was."""
    is_used = in_an_issue()
    rows = session.execute(
        select(Item.state, is_used, func.count())
        .where(col(Item.deleted_at).is_(None))
        .group_by(col(Item.state), is_used)
    ).all()
    found = dict.fromkeys(ItemState, 0)
    for state, used, count in rows:
        found[ItemState.USED if used else ItemState(state)] += count
    return found


def page(session: Session, wanted: Wanted) -> Shelf:
    """Return one page of what somebody looks at."""
    query = select(Item).where(in_state(wanted.state), *_matching(session, wanted))
    if wanted.after > 0:
        query = query.where(_behind(wanted))
    rows = session.exec(query.order_by(*_order(wanted.sort)).limit(PAGE + 1)).all()
    return Shelf(rows[:PAGE], more=len(rows) > PAGE)


def in_state(state: ItemState) -> ColumnElement[bool]:
    """Whether an item lies where this state says, as the desk shows it."""
    there = col(Item.deleted_at).is_(None)
    if state is ItemState.USED:
        return and_(there, or_(col(Item.state) == state, in_an_issue()))
    return and_(there, col(Item.state) == state, not_(in_an_issue()))


def in_an_issue() -> ColumnElement[bool]:
    """Whether any issue has an item, those that were given up left aside."""
    return (
        select(IssueItem.id)
        .join(Issue, col(Issue.id) == col(IssueItem.issue_id))
        .where(col(IssueItem.item_id) == col(Item.id), not_(issues.was_discarded()))
        .exists()
    )


def _matching(session: Session, looked_for: Wanted) -> list[ColumnElement[bool]]:
    """Return what keeps the items whose words hold all of these, accents or not."""
    wanted = i18n.fold(looked_for.words).split()
    if not wanted:
        return []
    rows = session.execute(
        sa.select(
            col(ItemText.item_id),
            col(ItemText.title) + " " + col(ItemText.summary),
            col(Item.attribution) + " " + col(Item.url),
        )
        .join(Item, col(Item.id) == col(ItemText.item_id))
        .where(in_state(looked_for.state))
        .order_by(col(ItemText.item_id).desc())
        .limit(_SEARCHED)
    )
    found = dict.fromkeys(
        item_id
        for item_id, words_of, where in rows
        if all(word in i18n.fold(f"{words_of} {where}") for word in wanted)
    )
    return [col(Item.id).in_(list(found)[:_FOUND])]


def _order(sort: Sort) -> list[ColumnElement[Any]]:
    if sort is Sort.PUBLISHED:
        return [_published().desc(), col(Item.id).desc()]
    own = col(Item.id)
    return [own.asc() if sort is Sort.OLDEST else own.desc()]


def _behind(wanted: Wanted) -> ColumnElement[bool]:
    """Keep what comes after the last item of the page before."""
    own = col(Item.id)
    if wanted.sort is Sort.OLDEST:
        return own > wanted.after
    if wanted.sort is Sort.NEWEST:
        return own < wanted.after
    there = select(_published()).where(col(Item.id) == wanted.after).scalar_subquery()
    return or_(_published() < there, and_(_published() == there, own < wanted.after))


def _published() -> ColumnElement[Any]:
    return func.coalesce(col(Item.published_at), col(Item.created_at))
