"""What the clock asks for: every job may run twice, late, or on two machines."""

import logging
import threading
from datetime import timedelta

from sqlalchemy import Engine, delete
from sqlmodel import col

from newsletter import db, deliveries, editions, issues, notices, sending
from newsletter.config import Settings
from newsletter.errors import IssueNotReady, NewsletterError
from newsletter.models import Issue, Sender
from subscribers import signup, unconfirmed

logger = logging.getLogger(__name__)

# Requests decided about in one transaction.
_REQUESTS = 100


def start_due_issues(engine: Engine, settings: Settings, *, holder: str) -> list[int]:
    """Start every issue whose moment has come; return the ids this process started."""
    limit = timedelta(minutes=settings.late_limit)
    with db.writing(engine) as session:
        now = db.now(session)
        for issue_id in issues.hold_missed(session, now=now, late_limit=limit):
            logger.warning("issue %s missed its time and waits for a person", issue_id)
        taken = [
            issue.id or 0
            for issue in (
                *issues.take_due(session, holder=holder, now=now),
                *issues.take_over(session, holder=holder, now=now),
            )
        ]
    for issue_id in taken:
        start_issue(engine, settings, issue_id, holder=holder)
    return taken


def start_issue(
    engine: Engine, settings: Settings, issue_id: int, *, holder: str
) -> None:
    """Freeze the editions and fan out, for as long as `holder` has the lease.

    A process that dies here leaves the lease to run out, and another starts over.
    """
    try:
        languages = _freeze(engine, settings, issue_id, holder)
        while languages and not _fan_out(engine, issue_id, languages, holder):
            pass
        logger.info("issue %s has started", issue_id)
    except NewsletterError as error:
        logger.exception("issue %s cannot start", issue_id)
        with db.writing(engine) as session:
            issues.fail_start(session, session.get_one(Issue, issue_id), str(error))


def _freeze(
    engine: Engine, settings: Settings, issue_id: int, holder: str
) -> list[str]:
    with db.writing(engine) as session:
        now = db.now(session)
        issue = issues.leased(session, issue_id, holder=holder, now=now)
        if issue is None:
            return []
        dated_on = issue.started_at or now
        languages = editions.freeze(session, issue, settings, now=dated_on)
        if not languages:
            raise IssueNotReady("No edition has a subject: there is nothing to send.")
        return languages


def _fan_out(engine: Engine, issue_id: int, languages: list[str], holder: str) -> bool:
    """Add one chunk; True when the list is complete or the lease is lost."""
    with db.writing(engine) as session:
        now = db.now(session)
        issue = issues.leased(session, issue_id, holder=holder, now=now)
        if issue is None:
            return True
        return deliveries.fan_out(session, issue, languages=languages, now=now)


def send_due(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Send whatever is due; returns at once when nothing is."""
    with db.reading(engine) as session:
        due = deliveries.anything_due(session, now=db.now(session))
    if due:
        sending.send(engine, settings, stop=stop)
    close_issues(engine)


def send_issue(
    engine: Engine, settings: Settings, issue_id: int, *, stop: threading.Event
) -> None:
    """Send what is due of one issue, from here."""
    sending.send(engine, settings, stop=stop, issue_id=issue_id)


def close_issues(engine: Engine) -> None:
    """End the issues that have nothing left to attempt, let cancelled rows follow."""
    with db.writing(engine) as session:
        now = db.now(session)
        for issue_id in issues.finish(session, now=now):
            logger.info("issue %s is sent", issue_id)
    while True:
        with db.writing(engine) as session:
            if not deliveries.cancel_queued(session, limit=1_000, now=db.now(session)):
                return


def answer(engine: Engine, settings: Settings, *, stop: threading.Event) -> None:
    """Decide about what was asked on pages, and send the mails that say so."""
    while not stop.is_set():
        with db.reading(engine) as session:
            waiting = signup.is_anything_due(session, now=db.now(session))
        if not waiting:
            break
        with db.writing(engine) as session:
            now = db.now(session)
            notices.answer_requests(session, settings.keys, now=now, limit=_REQUESTS)
    notices.send_due(engine, settings, stop=stop)


def purge(engine: Engine) -> None:
    """Forget what was asked and never confirmed, and mails settled long ago."""
    with db.writing(engine) as session:
        notices.purge(session, now=db.now(session))
    while True:
        with db.writing(engine) as session:
            gone = unconfirmed.purge(session, now=db.now(session), limit=_REQUESTS)
        if gone:
            logger.info("%s subscriptions were never confirmed and are forgotten", gone)
        else:
            return


def recover(engine: Engine, settings: Settings) -> None:
    """Free the rows of senders that are gone."""
    with db.writing(engine) as session:
        now = db.now(session)
        dead = sending.dead_senders(session, data_dir=settings.data_dir, now=now)
        if not dead:
            return
        rows = deliveries.recover(
            session, dead=dead, now=now, on_unknown=settings.on_unknown
        )
        session.execute(delete(Sender).where(col(Sender.id).in_(dead)))
    if rows:
        logger.warning("%s deliveries of a sender that stopped are unknown", rows)
