"""Staff pause, resume and cancel while letters are on their way."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db, issues, jobs
from newsletter.config import Settings
from newsletter.models import Issue, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.newsletter.sending.sent import an_issue, report, run
from tests.relay import Relay

READERS = 200


@pytest.fixture
def slowly(settings: Settings, relay: Relay) -> Settings:
    relay.delay = 0.05
    return settings.model_copy(update={"smtp_url": relay.url, "gentle_start": 0})


def meanwhile(
    engine: Engine, relay: Relay, issue_id: int, do: Callable[[Session, Issue], object]
) -> tuple[threading.Thread, list[int]]:
    """Do something to an issue on its way; count what has arrived a second later."""
    arrived: list[int] = []

    def act() -> None:
        while len(relay.messages) < 20:
            time.sleep(0.01)
        with db.writing(engine) as session:
            do(session, issues.get_issue(session, issue_id))
        time.sleep(1)
        arrived.append(len(relay.messages))

    thread = threading.Thread(target=act)
    thread.start()
    return thread, arrived


@pytest.mark.parametrize(
    ("do", "state"),
    [
        (lambda s, i: issues.pause(s, i, because="Wait."), IssueState.PAUSED),
        (issues.cancel, IssueState.CANCELLED),
    ],
)
def test_it_stops_within_a_second(
    engine: Engine,
    slowly: Settings,
    relay: Relay,
    do: Callable[[Session, Issue], object],
    state: IssueState,
) -> None:
    issue_id = an_issue(engine, READERS)
    thread, arrived = meanwhile(engine, relay, issue_id, do)

    run(engine, slowly)
    thread.join()

    found = report(engine, issue_id)
    assert found.state is state
    assert arrived == [len(relay.messages)]
    assert len(relay.messages) < READERS / 2
    assert found.states["accepted"] == len(relay.messages)
    assert sum(found.states.values()) == READERS


def test_what_is_resumed_while_its_sender_runs_goes_on(
    engine: Engine, slowly: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 60)
    other = an_issue(engine, READERS, language="nl")

    def hold(session: Session, issue: Issue) -> None:
        issues.pause(session, issue, because="Wait.")

    thread, _ = meanwhile(engine, relay, issue_id, hold)

    def resume() -> None:
        thread.join()
        with db.writing(engine) as session:
            issue = issues.get_issue(session, issue_id)
            issues.resume(session, issue, now=utcnow())

    back = threading.Thread(target=resume)
    back.start()
    run(engine, slowly)
    back.join()
    run(engine, slowly)

    for each in (issue_id, other):
        found = report(engine, each)
        assert found.state is IssueState.SENT
        assert found.states["accepted"] == found.total


def test_a_small_issue_is_not_stuck_behind_a_large_one(
    engine: Engine, slowly: Settings, relay: Relay
) -> None:
    large = an_issue(engine, READERS)
    jobs.start_due_issues(engine, slowly, holder="test")
    with db.writing(engine) as session:
        few = factories.make_list(session, slug="few")
    small = an_issue(engine, 4, language="nl", mailing_list=few)
    jobs.start_due_issues(engine, slowly, holder="test")
    thread, _ = meanwhile(engine, relay, large, lambda _session, _issue: None)

    run(engine, slowly)
    thread.join()

    order = [mail.recipient for mail in relay.messages]
    last = max(order.index(f"nl{number}@example.org") for number in range(4))
    assert last < len(order) / 2
    assert report(engine, small).state is IssueState.SENT
