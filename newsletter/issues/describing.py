"""What an issue is called, which number it has, who gets it and who finds it."""

from dataclasses import dataclass

from sqlmodel import Session, col, not_, select

from newsletter.errors import BadText
from newsletter.issues.composing import free_slug, require_editable, was_discarded
from newsletter.models import Issue, Visibility
from subscribers.clock import utcnow
from subscribers.models import MailingList, MissingPolicy

_LONGEST = 300  # characters


@dataclass(frozen=True)
class About:
    """What staff say about an issue as a whole."""

    title: str
    number: int
    segment_id: int | None
    visibility: Visibility
    missing: MissingPolicy


def describe(session: Session, issue: Issue, about: About) -> None:
    """Change what an issue is called and who gets it; raises BadText.

    As long as nobody has it, its address on the web follows its title.
    """
    require_editable(issue)
    title = " ".join(about.title.split())
    if not title or len(title) > _LONGEST or not title.isprintable():
        raise BadText("A title has 1 to {most} characters.", most=_LONGEST)
    _require_free(session, issue, about.number)
    if title != issue.title:
        mailing_list = session.get_one(MailingList, issue.list_id)
        issue.slug = free_slug(session, title, mailing_list)
    issue.title, issue.number = title, about.number
    issue.segment_id, issue.missing = about.segment_id, about.missing
    issue.visibility = about.visibility
    issue.updated_at = utcnow()
    session.flush()


def _require_free(session: Session, issue: Issue, number: int) -> None:
    if not 0 < number < 1_000_000:
        raise BadText("An issue has a number from 1 on.")
    query = select(Issue).where(
        Issue.list_id == issue.list_id,
        Issue.number == number,
        col(Issue.id) != issue.id,
        not_(was_discarded()),
    )
    other = session.exec(query).first()
    if other is not None:
        raise BadText(
            "“{title}” has the number {number} already.",
            title=other.title,
            number=str(number),
        )
