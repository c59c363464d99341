"""Who finds an issue on the web once it has left."""

from sqlmodel import Session

from newsletter.models import Issue, Visibility
from subscribers.clock import utcnow
from subscribers.models import MailingList


def show_to(session: Session, issue: Issue, visibility: Visibility) -> None:
    """Change who finds the issue on the web, at any time: pages obey at once.

    Mail that has left keeps the links it left with.
    """
    issue.visibility = visibility
    issue.updated_at = utcnow()
    session.flush()


def is_listed(issue: Issue, mailing_list: MailingList) -> bool:
    """Whether everybody may find the issue: archive, feed, sitemap, search.

    What was meant for some, a segment or the readers of a private list, never is.
    """
    everybody = mailing_list.public and issue.segment_id is None
    return everybody and issue.visibility is Visibility.PUBLIC
