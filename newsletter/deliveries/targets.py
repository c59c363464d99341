"""Segments as issues use them: a rule may not change or go under an issue."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from newsletter.errors import WrongState
from newsletter.models import Issue, IssueState
from subscribers import segments
from subscribers.models import Segment
from subscribers.sentences import N_, Saying


def change_segment(session: Session, name: str, rule: str) -> Segment:
    """Give a segment another rule; drafts and scheduled issues follow it.

    Raises WrongState while an issue draws up its list by the old one, or as
    `segments.change` does.
    """
    _require(session, name, (IssueState.STARTING,), N_("wait until it is sending"))
    return segments.change(session, name, rule)


def remove_segment(session: Session, name: str) -> None:
    """Remove a segment that no issue was ever made for.

    One that has left keeps its segment: the archive lists only what went to the
    whole list. Raises WrongState with the issue, or SegmentNotFound.
    """
    _require(session, name, tuple(IssueState), N_("a letter to some stays one"))
    segments.remove(session, name)


def _require(
    session: Session, name: str, busy: Collection[IssueState], advice: str
) -> None:
    """Refuse while an issue of the segment is in one of these states.

    They are locked: none starts while this decides.
    """
    segment = segments.get(session, name)
    query = select(Issue).where(col(Issue.segment_id) == segment.id).with_for_update()
    issues = list(session.exec(query.order_by(col(Issue.id))))
    for issue in issues:
        if issue.state in busy:
            raise WrongState(
                "Issue {issue} “{title}” ({state}) goes to “{segment}”: {advice}.",
                issue=str(issue.id),
                title=issue.title,
                state=Saying(issue.state),
                segment=segment.name,
                advice=Saying(advice),
            )
