"""What must be right before an issue may go out, each point a sentence."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from newsletter import deliveries, editions, relays
from newsletter.config import Settings
from newsletter.errors import IssueNotReady, RelayNotFound
from newsletter.models import Issue
from subscribers.models import MailingList


def must_fix(
    session: Session, issue: Issue, *, settings: Settings, now: datetime
) -> list[str]:
    """Return everything that stands in the way; empty means ready."""
    languages = [edition.language for edition in editions.editions_of(session, issue)]
    readers = {}
    if languages:
        readers = deliveries.languages_of(session, issue, languages=languages, now=now)
    return must_fix_for(session, issue, readers=readers, settings=settings)


def must_fix_for(
    session: Session, issue: Issue, *, readers: Mapping[str, int], settings: Settings
) -> list[str]:
    """Return the same where the readers of each edition are counted already."""
    problems = _of_relays(session, issue, settings)
    if not editions.coverage(session, issue).rows:
        problems.append("The issue has no items. Add some: newsletter issues arrange.")
    all_editions = editions.editions_of(session, issue)
    if not all_editions:
        return [*problems, "The issue has no language."]
    if not readers:
        problems.append(
            "Nobody would get it: the list or the segment has no confirmed reader."
        )
    problems += [
        f"The edition in “{edition.language}” has no subject, and "
        f"{readers[edition.language]} people read it."
        for edition in all_editions
        if readers.get(edition.language) and not edition.subject.strip()
    ]
    return problems


def require_ready(
    session: Session, issue: Issue, *, settings: Settings, now: datetime
) -> None:
    """Raise IssueNotReady naming everything that must be fixed first."""
    problems = must_fix(session, issue, settings=settings, now=now)
    if problems:
        raise IssueNotReady(
            f"Issue {issue.id} cannot go out yet:\n  " + "\n  ".join(problems)
        )


def _of_relays(session: Session, issue: Issue, settings: Settings) -> list[str]:
    mailing_list = session.get_one(MailingList, issue.list_id)
    try:
        relays.of_list(session, settings, mailing_list)
    except RelayNotFound as error:
        return [str(error)]
    return []
