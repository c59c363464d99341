"""A test of an issue made ready: its bytes, and the relay of its list."""

from datetime import datetime

from sqlmodel import Session

from newsletter import editions, issues, relays
from newsletter.config import Relay, Settings
from newsletter.models import Notice
from newsletter.smtp import Envelope
from subscribers.models import MailingList


def compose(
    session: Session, notice: Notice, settings: Settings, *, now: datetime
) -> Envelope:
    """Return the letter in one language as it would leave now, to a colleague.

    Raises EditionNotFound, RenderingFailed.
    """
    issue = issues.get_issue(session, notice.issue_id or 0)
    compiled = editions.for_test(session, issue, notice.language, settings, now=now)
    dated = notice.dated_at or now
    reader = editions.stand_in(notice.email, now=dated, number=notice.id or 0)
    return Envelope(compiled.sender(reader), notice.email, compiled.pieces(reader))


def relay_of(session: Session, notice: Notice, settings: Settings) -> Relay | None:
    """Return where the list's letters go; at later attempts, its next relays.

    Raises RelayNotFound.
    """
    mailing_list = session.get_one(MailingList, notice.list_id)
    found = relays.of_list(session, settings, mailing_list)
    return found[(notice.attempt - 1) % len(found)].address
