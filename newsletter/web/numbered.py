"""What a number in an address stands for, or the page for 404."""

from sqlmodel import Session

from newsletter import issues
from newsletter.models import Issue
from newsletter.web.failures import not_found


def issue(session: Session, issue_id: int) -> Issue:
    """Return the issue of this number, or end in the page for 404."""
    # A number beyond the column's reach is an issue that does not exist either.
    if not 0 < issue_id < 2**31:
        raise not_found()
    return issues.get_issue(session, issue_id)
