"""One share: it sends its issue alone, and has a successor while there is work."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from newsletter import db, deliveries, issues, jobs, shares
from newsletter.config import Settings
from newsletter.models import IssueState
from newsletter.tasks import Share
from subscribers.clock import utcnow
from tests import factories
from tests.relay import Relay

READERS = 40


@pytest.fixture
def database_url(_postgres_url: str) -> str:
    """PostgreSQL alone: SQLite has no queue."""
    return _postgres_url


@pytest.fixture
def issue_id(engine: Engine, settings: Settings) -> int:
    """An issue that has started."""
    with db.writing(engine) as session:
        for _ in range(READERS):
            factories.make_subscriber(session)
        made = factories.make_issue(
            session,
            items=[factories.make_item(session)],
            state=IssueState.SCHEDULED,
            send_at=utcnow() - timedelta(seconds=5),
        )
    jobs.start_due_issues(engine, settings, holder="test")
    return made.id or 0


def over(settings: Settings, relay: Relay) -> Settings:
    return settings.model_copy(update={"smtp_url": relay.url})


def accepted(engine: Engine, issue_id: int) -> int:
    with db.reading(engine) as session:
        report = deliveries.status(session, issues.get_issue(session, issue_id))
        return report.states["accepted"]


def queued(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        query = text("SELECT lock FROM procrastinate.procrastinate_jobs")
        return list(session.scalars(query))


def test_it_sends_until_nothing_is_due(
    engine: Engine, settings: Settings, relay: Relay, issue_id: int
) -> None:
    never = threading.Event()

    shares.send_share(engine, over(settings, relay), Share(issue_id, 0), stop=never)

    assert accepted(engine, issue_id) == READERS
    assert queued(engine) == []


def test_it_has_a_successor_when_its_time_is_over(
    engine: Engine, settings: Settings, relay: Relay, issue_id: int
) -> None:
    relay.delay = 0.1
    over_soon = threading.Event()
    timer = threading.Timer(0.5, over_soon.set)
    timer.start()

    shares.send_share(engine, over(settings, relay), Share(issue_id, 3), stop=over_soon)

    timer.join()
    assert 0 < accepted(engine, issue_id) < READERS
    assert queued(engine) == [Share(issue_id, 3).lock]


def test_one_that_moved_nothing_has_none(
    engine: Engine, settings: Settings, issue_id: int
) -> None:
    nowhere = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1?tls=none"})
    over_soon = threading.Event()
    timer = threading.Timer(0.5, over_soon.set)
    timer.start()

    shares.send_share(engine, nowhere, Share(issue_id, 0), stop=over_soon)

    timer.join()
    assert accepted(engine, issue_id) == 0
    assert queued(engine) == []


def test_it_leaves_other_issues_alone(
    engine: Engine, settings: Settings, relay: Relay, issue_id: int
) -> None:
    never = threading.Event()
    other = Share(issue_id + 1, 0)

    shares.send_share(engine, over(settings, relay), other, stop=never)

    assert relay.messages == []
