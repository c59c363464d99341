"""Whether an issue may leave when its moment has come, and what is said if not."""

import logging
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import audit, checks, db, editions, issues, notices
from newsletter.checks import Finding
from newsletter.config import Settings
from newsletter.models import Action, Issue, IssueState
from subscribers.models import MailingList

logger = logging.getLogger(__name__)

_NAMED = 5  # findings that a notice names; the page has them all
_CLOCK = "Newsletter"  # who does what nobody pressed a button for


def may_leave(
    engine: Engine, settings: Settings, issue_id: int, *, holder: str
) -> bool:
    """Check a starting issue once more; False when it is a draft again, or not ours.

    What came up after it was scheduled stands in the way as it did before: the list
    has lost its mail server, an event is over, words are gone. Nothing here asks the
    network. Once editions are frozen its readers may be listed, and it goes on.
    """
    with db.reading(engine) as session:
        issue = issues.get_issue(session, issue_id)
        if _has_begun(session, issue):
            return True
        now = db.now(session)
        report = checks.run(session, issue, settings=settings, now=now)
    if not report.must_fix:
        return True
    with db.writing(engine) as session:
        now = db.now(session)
        mine = issues.leased(session, issue_id, holder=holder, now=now)
        if mine is not None:
            _hold_back(session, mine, report.must_fix)
    return False


def _has_begun(session: Session, issue: Issue) -> bool:
    frozen = [each.frozen_at for each in editions.editions_of(session, issue)]
    return issue.state is not IssueState.STARTING or any(frozen)


def _hold_back(session: Session, issue: Issue, found: tuple[Finding, ...]) -> None:
    moment = issue.send_at
    if not issues.hold_back(session, issue):
        return
    logger.warning("issue %s is held back: %s must be fixed", issue.id, len(found))
    at = moment.isoformat() if moment else ""
    audit.note(session, _CLOCK, Action.TOOK_BACK, issue=issue, at=at, held=len(found))

    def facts(language: str) -> dict[str, Any]:
        return {
            "about": "held",
            "title": issue.title,
            "number": issue.number,
            "when": at,
            "zone": issue.timezone,
            "items": [checks.describe(each, language) for each in found[:_NAMED]],
            "more": max(len(found) - _NAMED, 0),
        }

    mailing_list = session.get_one(MailingList, issue.list_id)
    now = db.now(session)
    notices.tell_editors(session, mailing_list, facts=facts, issue=issue, now=now)
