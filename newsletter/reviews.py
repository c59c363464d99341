"""People without an account who read an issue before it leaves, and what they say.

A link opens one issue, for thirty days and until it leaves. Its secret is in the link
alone: we keep the hash.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from newsletter import audit, notices
from newsletter.errors import BadReview, ReviewNotFound
from newsletter.i18n import N_
from newsletter.models import (
    Action,
    Comment,
    Guest,
    GuestRole,
    Issue,
    IssueItem,
    IssueState,
    Staff,
    Verdict,
)

LASTS = timedelta(days=30)
LONGEST = 4_000  # characters of a comment
_LONGEST_NAME = 200
_MOST_LINKS = 50  # of an issue: whoever has more reviewers has a public page
_MOST_COMMENTS = 200  # through one link
_BEFORE = (IssueState.DRAFT, IssueState.SCHEDULED, IssueState.PAUSED)


@dataclass(frozen=True)
class About:
    """What a comment is about: an item, a language, both, or the whole issue."""

    item_id: int | None = None
    language: str = ""


def invite(
    session: Session, issue: Issue, *, name: str, by: Staff, now: datetime
) -> str:
    """Make a link for somebody and return its secret; nobody can read it again.

    Raises BadReview once the issue has left, or without a name.
    """
    called = " ".join(name.split())[:_LONGEST_NAME]
    if not called:
        raise BadReview(N_("Say who will read it: their name stands beside comments."))
    if not is_open(issue):
        raise BadReview(N_("This issue has left: there is nothing to review any more."))
    if len(links(session, issue)) >= _MOST_LINKS:
        raise BadReview(N_("That is a lot of links. End some of them first."))
    secret = secrets.token_urlsafe(24)
    session.add(
        Guest(
            issue_id=issue.id or 0,
            role=GuestRole.REVIEW,
            name=called,
            secret_hash=_hash(secret),
            made_by=audit.name_of(by),
            staff_id=by.id,
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    audit.note(session, by, Action.MADE_LINK, issue=issue, subject=called)
    session.flush()
    return secret


def find(session: Session, secret: str, *, now: datetime) -> tuple[Guest, Issue] | None:
    """Return who holds a link, and the issue it opens; None where it opens nothing."""
    guest = session.exec(
        select(Guest).where(
            Guest.secret_hash == _hash(secret), Guest.role == GuestRole.REVIEW
        )
    ).first()
    if guest is None or guest.ended_at is not None or guest.expires_at <= now:
        return None
    issue = session.get_one(Issue, guest.issue_id)
    return (guest, issue) if is_open(issue) else None


def is_open(issue: Issue) -> bool:
    """Whether an issue can still be changed, and so is worth a comment."""
    return issue.total is None and issue.state in _BEFORE


def comment(
    session: Session, guest: Guest, words: str, about: About, *, now: datetime
) -> None:
    """Keep what a reviewer says of an issue; raises BadReview where it says nothing."""
    said = words.replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST]
    if not said:
        raise BadReview(N_("Write what you want to say."))
    if _many(session, guest) >= _MOST_COMMENTS:
        raise BadReview(N_("That is a lot of comments. Please talk to each other."))
    session.add(
        Comment(
            issue_id=guest.issue_id,
            item_id=_item(session, guest, about.item_id),
            language=about.language[:35],
            guest_id=guest.id,
            who=guest.name,
            words=said,
            created_at=now,
        )
    )
    guest.seen_at = now
    session.add(guest)
    session.flush()


def judge(session: Session, guest: Guest, verdict: Verdict, *, now: datetime) -> None:
    """Keep what a reviewer makes of it all, and tell whoever made the link.

    The last word counts; the same word twice is told once.
    """
    changed = guest.verdict is not verdict
    guest.verdict, guest.done_at, guest.seen_at = verdict, now, now
    session.add(guest)
    session.flush()
    person = session.get(Staff, guest.staff_id) if guest.staff_id else None
    if person is None or person.left_at is not None or not changed:
        return
    issue = session.get_one(Issue, guest.issue_id)
    facts = _told(guest, issue, comments=_many(session, guest))
    notices.tell_one(session, person, issue, facts=facts, now=now)


def links(session: Session, issue: Issue) -> Sequence[Guest]:
    """Return the reviewers of an issue whose link was not ended, the first first."""
    query = select(Guest).where(
        Guest.issue_id == issue.id,
        Guest.role == GuestRole.REVIEW,
        col(Guest.ended_at).is_(None),
    )
    return session.exec(query.order_by(col(Guest.id))).all()


def end(
    session: Session, issue: Issue, guest_id: int, *, by: Staff, now: datetime
) -> None:
    """Let a link open nothing any more; what was said through it stays."""
    found = session.get(Guest, guest_id)
    if found is None or found.issue_id != issue.id or found.role != GuestRole.REVIEW:
        raise ReviewNotFound
    if found.ended_at is None:
        found.ended_at = now
        session.add(found)
        audit.note(session, by, Action.ENDED_LINK, issue=issue, subject=found.name)


def comments(
    session: Session, issue: Issue, *, guest: Guest | None = None
) -> Sequence[Comment]:
    """Return what was said of an issue, what is not settled first."""
    query = select(Comment).where(Comment.issue_id == issue.id)
    if guest is not None:
        query = query.where(Comment.guest_id == guest.id)
    settled = col(Comment.settled_at).is_not(None)
    return session.exec(query.order_by(settled, col(Comment.id))).all()


def settle(
    session: Session, issue: Issue, comment_id: int, *, by: Staff, now: datetime
) -> None:
    """Mark a comment as dealt with, or open it again."""
    found = session.get(Comment, comment_id)
    if found is None or found.issue_id != issue.id:
        raise ReviewNotFound
    was = found.settled_at is not None
    found.settled_at = None if was else now
    found.settled_by = "" if was else audit.name_of(by)
    session.add(found)


def _told(guest: Guest, issue: Issue, *, comments: int) -> Mapping[str, Any]:
    return {
        "number": issue.number,
        "title": issue.title,
        "who": guest.name,
        "verdict": (guest.verdict or Verdict.FINE).value,
        "comments": comments,
    }


def _item(session: Session, guest: Guest, item_id: int | None) -> int | None:
    """Return an item only if it stands in the issue: the form may say anything."""
    if item_id is None:
        return None
    query = select(IssueItem.item_id).where(
        IssueItem.issue_id == guest.issue_id, IssueItem.item_id == item_id
    )
    return session.exec(query).first()


def _many(session: Session, guest: Guest) -> int:
    query = select(func.count()).where(Comment.guest_id == guest.id)
    return session.exec(query).one()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
