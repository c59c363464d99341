"""Which items of the desk an issue could still take."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, not_, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from newsletter.issues.composing import was_discarded
from newsletter.models import Issue, IssueItem, Item, ItemState, ItemText


def available(
    session: Session, issue: Issue, *, search: str = "", limit: int
) -> Sequence[Item]:
    """Return kept items and those in the inbox that its list has not had, newest first.

    `search` finds words in titles and summaries of any language, also among items
    of earlier issues.
    """
    taken = select(IssueItem.item_id).where(IssueItem.issue_id == issue.id)
    if not search.strip():
        taken = _had(issue)
    published = func.coalesce(col(Item.published_at), col(Item.created_at))
    query = (
        select(Item)
        .where(
            col(Item.state) != ItemState.ASIDE,
            col(Item.id).not_in(taken),
        )
        .order_by(published.desc(), col(Item.id).desc())
        .limit(limit)
    )
    if search.strip():
        query = query.where(col(Item.id).in_(_said(search.strip())))
    return session.exec(query).all()


def numbers_of(session: Session, issue: Issue, ids: Sequence[int]) -> dict[int, int]:
    """Return {item id: number of the last other issue of the list it was in}."""
    query = (
        select(IssueItem.item_id, func.max(Issue.number))
        .join(Issue, col(Issue.id) == col(IssueItem.issue_id))
        .where(
            Issue.list_id == issue.list_id,
            col(Issue.id) != issue.id,
            col(IssueItem.item_id).in_(ids),
            not_(was_discarded()),
        )
        .group_by(col(IssueItem.item_id))
    )
    return dict(session.exec(query).all())


def _had(issue: Issue) -> SelectOfScalar[int]:
    return (
        select(IssueItem.item_id)
        .join(Issue, col(Issue.id) == col(IssueItem.issue_id))
        .where(Issue.list_id == issue.list_id, not_(was_discarded()))
    )


def _said(search: str) -> SelectOfScalar[int]:
    words = "".join(filter(str.isprintable, search.lower()))
    return select(ItemText.item_id).where(
        or_(
            func.lower(ItemText.title).contains(words, autoescape=True),
            func.lower(ItemText.summary).contains(words, autoescape=True),
        )
    )
