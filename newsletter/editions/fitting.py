"""A letter in a look that nobody has kept yet: the latest issue, or a specimen."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from newsletter import looks
from newsletter.editions.compose import compose
from newsletter.models import Edition, Issue
from newsletter.rendering import Letter, Style
from newsletter.rendering.markers import Markers
from subscribers.models import MailingList


def fitted(
    session: Session,
    mailing_list: MailingList,
    style: Style,
    *,
    language: str,
    base_url: str,
    now: datetime,
) -> Letter:
    """Return a letter of the list to look at; the values of its reader are markers."""
    latest = (
        select(Issue)
        .join(Edition, col(Edition.issue_id) == Issue.id)
        .where(
            Issue.list_id == mailing_list.id,
            Edition.language == language,
            Edition.subject != "",
        )
        .order_by(col(Issue.number).desc())
        .limit(1)
    )
    issue = session.exec(latest).first()
    if issue is None:
        return looks.specimen(mailing_list, language, style, base_url=base_url, at=now)
    letter = compose(
        session,
        issue,
        language,
        base_url=base_url,
        markers=Markers("fi1t1"),
        dated_on=issue.send_at or now,
    )
    return replace(letter, style=style)
