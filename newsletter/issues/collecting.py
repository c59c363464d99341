"""The draft that news is collected for, and news that goes into it or out of it."""

from datetime import datetime

from sqlmodel import Session, col, select

from newsletter.errors import ItemNotFound
from newsletter.issues import drafting, placing
from newsletter.models import Issue, IssueState, Item, ItemState
from subscribers.models import MailingList


def open_draft(session: Session, mailing_list: MailingList) -> Issue | None:
    """Return the issue that news is collected for now: the list's newest draft."""
    return session.exec(
        select(Issue)
        .where(Issue.list_id == mailing_list.id, Issue.state == IssueState.DRAFT)
        .order_by(col(Issue.id).desc())
        .limit(1)
    ).first()


def next_draft(session: Session, mailing_list: MailingList, *, now: datetime) -> Issue:
    """Return the open draft of a list, made like its last issue if it has none."""
    found = open_draft(session, mailing_list)
    return found or drafting.create_from_last(session, mailing_list, now=now)


def sections_of(session: Session, issue: Issue) -> list[str]:
    """Return the names of an issue's sections in order; "" stands before them all."""
    return list(placing.groups_of(session, issue))


def collect(
    session: Session, issue: Issue, item: Item, *, by: str, section: str | None = None
) -> bool:
    """Put an item at the end of its section; False if the issue has it already.

    Without `section`, or when that is gone, it goes where news of its kind goes.
    Raises IssueNotEditable.
    """
    known = section is not None and section in placing.groups_of(session, issue)
    change = placing.add(
        session, issue, [item], section=section if known else None, by=by
    )
    if item.state is not ItemState.USED:
        item.state = ItemState.KEPT
    return bool(change.many)


def let_go(session: Session, issue: Issue, item: Item, *, by: str) -> bool:
    """Take an item out of an issue; False if it is not in it. It stays on the desk."""
    try:
        placing.remove(session, issue, item.id or 0, by=by)
    except ItemNotFound:
        return False
    return True
