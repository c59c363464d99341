"""Segments as issues use them: a rule may not change or go under an issue."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from newsletter.errors import WrongState
from newsletter.models import Issue, IssueState
from subscribers import segments
from subscribers.models import Segment

_OVER = (IssueState.SENT, IssueState.CANCELLED)


def change_segment(session: Session, name: str, rule: str) -> Segment:
    """Give a segment another rule; drafts and scheduled issues follow it.

    Raises WrongState while an issue draws up its list by the old one, or as
    `segments.change` does.
    """
    _require(session, name, (IssueState.STARTING,), "wait until it is sending")
    return segments.change(session, name, rule)


def remove_segment(session: Session, name: str) -> None:
    """Remove a segment that no issue needs; those that are over let go of it.

    Raises WrongState while an issue goes to it, or SegmentNotFound.
    """
    open_states = [state for state in IssueState if state not in _OVER]
    for issue in _require(session, name, open_states, "give it another segment first"):
        issue.segment_id = None
        session.add(issue)
    session.flush()
    segments.remove(session, name)


def _require(
    session: Session, name: str, busy: Collection[IssueState], advice: str
) -> list[Issue]:
    """Return the issues of a segment, locked: none starts while this decides."""
    segment = segments.get(session, name)
    query = select(Issue).where(col(Issue.segment_id) == segment.id).with_for_update()
    issues = list(session.exec(query.order_by(col(Issue.id))))
    for issue in issues:
        if issue.state in busy:
            raise WrongState(
                f"Issue {issue.id} “{issue.title}” ({issue.state}) goes to "
                f"{segment.name!r}: {advice}."
            )
    return issues
