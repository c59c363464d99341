"""Try the links of issues that are still being written, in the background."""

import threading

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db, trials
from newsletter.checks import reach, reading
from newsletter.checks.proof import links_of
from newsletter.config import Settings
from newsletter.issues import composing
from newsletter.models import Issue

_ISSUES = 10  # the newest ones
_LINKS = 60  # in one round


def try_links(
    engine: Engine,
    settings: Settings,
    *,
    seconds: float,
    issue_id: int | None = None,
    stop: threading.Event | None = None,
) -> int:
    """Try what is due of one issue, or of the newest drafts; return how many.

    Never takes longer than `seconds`; what was not reached comes next time. Two
    processes may try the same link: then the later answer counts.
    """
    with db.reading(engine) as session:
        now = db.now(session)
        found = [
            url
            for issue in _issues(session, issue_id)
            for url in addresses_of(session, issue, settings)
        ]
        due = trials.due(session, found, now=now)[:_LINKS]
    if not due:
        return 0
    results = trials.try_all(
        due, allow=settings.fetch_allow, seconds=seconds, stop=stop
    )
    with db.writing(engine) as session:
        trials.keep(session, results, now=db.now(session))
    return len(results)


def addresses_of(session: Session, issue: Issue, settings: Settings) -> list[str]:
    """Return the links of an issue that can be tried over the network."""
    found = reading.read_items(session, issue, folder=settings.media_dir)
    tried = reach.outside(
        links_of(found), base_url=settings.base_url, allow=settings.fetch_allow
    )
    return [link.url for link in tried]


def _issues(session: Session, issue_id: int | None) -> list[Issue]:
    query = select(Issue).where(col(Issue.state).in_(composing.EDITABLE))
    if issue_id is not None:
        query = query.where(Issue.id == issue_id)
    return list(session.exec(query.order_by(col(Issue.id).desc()).limit(_ISSUES)))
