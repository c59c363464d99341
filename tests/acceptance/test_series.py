"""Two processes tick: a draft is prepared once, approved, and leaves at its moment."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, series
from newsletter.models import Issue, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.acceptance.test_clock import serve, started, stop, wait_until_sent
from tests.conftest import Run
from tests.newsletter.series.desk import an_item, staff_of
from tests.relay import Relay

pytestmark = pytest.mark.slow

# The clock looks for work of this kind every ten seconds.
AHEAD = timedelta(seconds=40)


def a_series_that_is_due(engine: Engine) -> None:
    staff_of(engine, "nl")
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="anne@example.org")
        for number in range(3):
            an_item(session, number, published_at=utcnow() - timedelta(hours=1))
        # So that the turn after this one does not open while we look.
        weekday = f"{utcnow() + timedelta(days=3):%A}"
        plan = series.Plan({"": "News of {month}"}, f"every {weekday} 10:00", ahead=1)
        made = series.add(session, factories.the_list(session), plan, now=utcnow())
        made.next_at = db.now(session) + AHEAD


def wait_for_draft(engine: Engine) -> Issue:
    deadline = time.monotonic() + 30
    while True:
        with db.reading(engine) as session:
            found = session.exec(select(Issue)).first()
        if found is not None:
            return found
        assert time.monotonic() < deadline, "no draft was prepared"
        time.sleep(0.2)


def test_a_prepared_draft_leaves_at_its_moment_when_approved(
    engine: Engine, environment: dict[str, str], relay: Relay, run: Run
) -> None:
    processes = [serve(environment, relay), serve(environment, relay)]
    try:
        a_series_that_is_due(engine)
        draft = wait_for_draft(engine)
        time.sleep(1.5)  # for the mail to the editor
        approved = run("issues", "approve", str(draft.id))
        issue, report = wait_until_sent(engine, draft.id or 0)
    finally:
        ends = [stop(process) for process in processes]

    assert approved.exit_code == 0, approved.output
    assert issue.state is IssueState.SENT
    assert draft.send_at is not None
    assert timedelta(0) <= started(issue) - draft.send_at < timedelta(seconds=5)
    assert Counter(mail.recipient for mail in relay.messages) == {
        "editor-nl@example.org": 1,
        "anne@example.org": 1,
    }
    assert report.states["accepted"] == 1
    assert ends == [0, 0]
