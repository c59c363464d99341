"""An issue on its way, for tests of what happens to it there."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import Session, select

from newsletter import db, deliveries, issues, jobs
from newsletter.config import Settings
from newsletter.models import Delivery, IssueState
from subscribers.clock import utcnow
from subscribers.models import MailingList
from tests import factories
from tests.relay import Relay


def an_issue(
    engine: Engine,
    readers: int,
    *,
    language: str = "fr",
    domain: str = "example.org",
    mailing_list: MailingList | None = None,
) -> int:
    """Schedule an issue for now, with so many readers in one language."""
    with db.writing(engine) as session:
        for number in range(readers):
            factories.make_subscriber(
                session,
                email=f"{language}{number}@{domain}",
                language=language,
                list=mailing_list,
            )
        return scheduled(session, mailing_list)


def scheduled(session: Session, mailing_list: MailingList | None = None) -> int:
    """Schedule an issue of one item for now."""
    issue = factories.make_issue(
        session,
        list=mailing_list,
        items=[factories.make_item(session)],
        state=IssueState.SCHEDULED,
        send_at=utcnow() - timedelta(seconds=5),
    )
    return issue.id or 0


def run(
    engine: Engine,
    settings: Settings,
    *,
    seconds: float | None = None,
    until: Callable[[], bool] | None = None,
    relay: Relay | None = None,
) -> None:
    """Do what the clock does, once; stop after so many seconds if they are given.

    Those begin once `until` is so, a minute later at most. `relay` then hangs up:
    replies that it owes would be waited for.
    """
    stop, over = threading.Event(), threading.Event()
    jobs.recover(engine, settings)
    jobs.start_due_issues(engine, settings, holder="test")

    def end() -> None:
        deadline = time.monotonic() + 60
        while until and not until() and time.monotonic() < deadline:
            if over.wait(0.02):
                return
        if not over.wait(seconds):
            stop.set()
            if relay is not None:
                relay.hang_up()

    ending = threading.Thread(target=end)
    if seconds is not None or until is not None:
        ending.start()
    jobs.send_due(engine, settings, stop=stop)
    over.set()
    if ending.ident is not None:
        ending.join()


def report(engine: Engine, issue_id: int) -> deliveries.Report:
    with db.reading(engine) as session:
        return deliveries.status(session, issues.get_issue(session, issue_id))


def rows(engine: Engine, **columns: Any) -> list[Delivery]:
    """Return the rows of the ledger with these values, in order."""
    with db.reading(engine) as session:
        query = select(Delivery).filter_by(**columns)
        return sorted(session.exec(query), key=lambda row: row.id or 0)


def break_lines(engine: Engine) -> None:
    """End every other session on PostgreSQL, as a restart of the server does."""
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
