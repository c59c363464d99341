"""Make an issue of items: which, in what order, in which sections and languages."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, delete, func, not_
from sqlmodel import Session, col, select

from newsletter.errors import IssueNotEditable, IssueNotFound, ItemNotFound
from newsletter.models import (
    Edition,
    Issue,
    IssueItem,
    IssueState,
    Item,
    ItemState,
    Visibility,
)
from subscribers.clock import utcnow
from subscribers.models import MailingList, MissingPolicy, Segment
from subscribers.sentences import Saying

EDITABLE = (IssueState.DRAFT, IssueState.SCHEDULED)
# Path segments of /{lang}/… that are pages of their own.
_RESERVED = {"subscribe", "feed.xml", "search"}


@dataclass(frozen=True)
class Plan:
    """What a new issue is made of."""

    title: str
    items: Sequence[int] = ()
    languages: Sequence[str] = ()  # empty: the list's
    segment: Segment | None = None
    missing: MissingPolicy | None = None  # None: the list's
    sections: Mapping[str, Sequence[int]] = field(default_factory=dict)
    visibility: Visibility = Visibility.PUBLIC


def create(session: Session, mailing_list: MailingList, plan: Plan) -> Issue:
    """Create a draft with one empty edition per language; raises ItemNotFound."""
    assert mailing_list.id is not None  # noqa: S101  # a stored row
    issue = Issue(
        list_id=mailing_list.id,
        segment_id=plan.segment.id if plan.segment else None,
        number=next_number(session, mailing_list.id),
        title=plan.title,
        slug=free_slug(session, plan.title, mailing_list),
        missing=plan.missing or mailing_list.missing,
        timezone=mailing_list.timezone,
        visibility=plan.visibility,
    )
    session.add(issue)
    session.flush()
    for language in plan.languages or mailing_list.languages:
        add_language(session, issue, language)
    arrange(session, issue, items=plan.items, sections=plan.sections)
    return issue


def add_language(session: Session, issue: Issue, language: str) -> Edition:
    """Give the issue an edition in `language`, or return the one it has."""
    assert issue.id is not None  # noqa: S101  # a stored row
    query = select(Edition).where(
        Edition.issue_id == issue.id, Edition.language == language
    )
    edition = session.exec(query).one_or_none()
    if edition is None:
        edition = Edition(issue_id=issue.id, language=language)
        session.add(edition)
        session.flush()
    return edition


def arrange(
    session: Session,
    issue: Issue,
    *,
    items: Sequence[int],
    sections: Mapping[str, Sequence[int]] | None = None,
) -> None:
    """Put `items` in this order, those of each section after them under its name.

    The list is the whole issue: an item that is not named leaves it. Decisions of
    items that stay are kept, and so are sections, empty ones too. Raises
    ItemNotFound, IssueNotEditable.
    """
    require_editable(issue)
    named = sections or {}
    places = _places(items, named)
    require_items(session, list(places))
    rows = session.exec(select(IssueItem).where(IssueItem.issue_id == issue.id)).all()
    kept = {row.item_id: row for row in rows if row.item_id in places}
    gone = [row.id for row in rows if row.item_id not in places]
    session.execute(delete(IssueItem).where(col(IssueItem.id).in_(gone)))
    for position, (item_id, section) in enumerate(places.items(), start=1):
        row = kept.get(item_id) or IssueItem(
            issue_id=issue.id or 0, item_id=item_id, position=position
        )
        row.position, row.section = position, section
        session.add(row)
    issue.sections = list(dict.fromkeys([*filter(None, named), *issue.sections]))
    issue.arranged += 1
    issue.updated_at = utcnow()
    session.flush()


def aim(session: Session, issue: Issue, segment: Segment | None) -> None:
    """Send an issue to a segment of its list, or to all of it; raises as `arrange`."""
    require_editable(issue)
    issue.segment_id = segment.id if segment else None
    issue.updated_at = utcnow()
    session.flush()


def get_issue(session: Session, issue_id: int) -> Issue:
    """Return the issue; raises IssueNotFound."""
    # A number beyond the column's reach is an issue that does not exist either.
    issue = session.get(Issue, issue_id) if 0 < issue_id < 2**31 else None
    if issue is None:
        raise IssueNotFound("There is no issue {issue}.", issue=str(issue_id))
    return issue


def find_by_slug(session: Session, slug: str) -> Issue | None:
    """Return the issue with this address on the web."""
    return session.exec(select(Issue).where(Issue.slug == slug)).one_or_none()


def list_issues(session: Session) -> Sequence[Issue]:
    """Return every issue, the newest first."""
    return session.exec(select(Issue).order_by(col(Issue.id).desc())).all()


def list_some(
    session: Session,
    *,
    list_id: int | None = None,
    states: Sequence[IssueState] = (),
    before: int | None = None,
    limit: int,
) -> Sequence[Issue]:
    """Return issues, the newest first, without drafts that were discarded.

    `before` is the id a page ended with; no `states` are all of them.
    """
    query = select(Issue).where(not_(was_discarded()))
    if list_id is not None:
        query = query.where(Issue.list_id == list_id)
    if states:
        query = query.where(col(Issue.state).in_(states))
    if before is not None:
        query = query.where(col(Issue.id) < before)
    return session.exec(query.order_by(col(Issue.id).desc()).limit(limit)).all()


def list_sending(session: Session, *, issue_id: int | None = None) -> Sequence[Issue]:
    """Return the issues that are being sent, or the one of them that is meant."""
    query = select(Issue).where(Issue.state == IssueState.SENDING)
    if issue_id is not None:
        query = query.where(Issue.id == issue_id)
    return session.exec(query).all()


def is_under_way(issue: Issue) -> bool:
    """Whether the issue has started and is not at its end."""
    return issue.state in (IssueState.STARTING, IssueState.SENDING)


def next_number(session: Session, list_id: int) -> int:
    """Return the number that the next issue of a list gets."""
    query = select(func.max(Issue.number)).where(
        Issue.list_id == list_id, not_(was_discarded())
    )
    return (session.exec(query).one() or 0) + 1


def require_editable(issue: Issue) -> None:
    """Raise IssueNotEditable once the issue has left."""
    if issue.state not in EDITABLE:
        raise IssueNotEditable(
            "Issue {issue} is {state}: its contents are frozen.",
            issue=str(issue.id),
            state=Saying(issue.state),
        )


def _places(
    items: Sequence[int], sections: Mapping[str, Sequence[int]]
) -> dict[int, str]:
    """Return item id → section in reading order; a section wins over the plain list."""
    sectioned = {item: name for name, ids in sections.items() for item in ids}
    return {item: "" for item in items if item not in sectioned} | sectioned


def require_items(session: Session, ids: Sequence[int]) -> None:
    """Raise ItemNotFound for what is no item; what is used is not in the inbox."""
    found = session.exec(select(Item).where(col(Item.id).in_(ids))).all()
    missing = sorted(set(ids) - {item.id for item in found})
    if missing:
        raise ItemNotFound("There is no item {items}.", items=tuple(map(str, missing)))
    for item in found:
        if item.state is ItemState.INBOX:
            item.state = ItemState.KEPT


def was_discarded() -> ColumnElement[bool]:
    """Whether a row is a draft that was ended: nobody ever got it."""
    ended = col(Issue.state) == IssueState.CANCELLED
    return and_(ended, col(Issue.total).is_(None))


def free_slug(session: Session, title: str, mailing_list: MailingList) -> str:
    """Return an address on the web, made of a title, that no issue has."""
    base = _stem(title, mailing_list)
    for suffix in range(1, 10_000):
        slug = base if suffix == 1 else f"{base}-{suffix}"
        if slug not in _RESERVED and find_by_slug(session, slug) is None:
            return slug
    raise AssertionError("ten thousand issues share one title")


def slug_in(
    session: Session, issue: Issue, *, old: MailingList, new: MailingList
) -> str:
    """Return the address on the web that an issue of one list has in another.

    It changes only where the title has no letters for one and the list's name stands.
    """
    if _stem(issue.title, old) == _stem(issue.title, new):
        return issue.slug
    return free_slug(session, issue.title, new)


def _stem(title: str, mailing_list: MailingList) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")
    return words or mailing_list.slug
