"""Two processes tick: a draft is prepared once, approved, and leaves at its moment."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, series
from newsletter.models import Issue, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.acceptance.test_clock import (
    LATE,
    serving_twice,
    started,
    stop,
    wait_until,
    wait_until_sent,
)
from tests.conftest import Run
from tests.newsletter.series.desk import an_item, staff_of
from tests.relay import Relay

pytestmark = pytest.mark.slow

AHEAD = timedelta(minutes=30)  # so that nothing leaves before it is approved


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


def draft_of(engine: Engine) -> Issue | None:
    with db.reading(engine) as session:
        return session.exec(select(Issue)).first()


def bring_forward(engine: Engine, issue: Issue) -> datetime:
    """Let the moment at which an issue leaves be soon, and return it."""
    with db.writing(engine) as session:
        soon = db.now(session) + timedelta(seconds=5)
        session.get_one(Issue, issue.id).send_at = soon
    return soon


def test_a_prepared_draft_leaves_at_its_moment_when_approved(
    engine: Engine, environment: dict[str, str], relay: Relay, run: Run
) -> None:
    with serving_twice(environment, relay) as processes:
        a_series_that_is_due(engine)
        wait_until(lambda: draft_of(engine) is not None, "no draft was prepared")
        draft = draft_of(engine)
        assert draft is not None
        wait_until(lambda: len(relay.messages) == 1, "the editor is not told")
        approved = run("issues", "approve", str(draft.id))
        moment = bring_forward(engine, draft)
        issue, report = wait_until_sent(engine, draft.id or 0)
        ends = [stop(process) for process in processes]

    assert approved.exit_code == 0, approved.output
    assert issue.state is IssueState.SENT
    assert timedelta(0) <= started(issue) - moment < LATE
    assert Counter(mail.recipient for mail in relay.messages) == {
        "editor-nl@example.org": 1,
        "anne@example.org": 1,
    }
    assert report.states["accepted"] == 1
    assert ends == [0, 0]
