"""What the clock asks for, from several processes at once, by the database's clock."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, jobs, series
from newsletter.config import Settings
from newsletter.models import Issue, IssueItem, IssueState, Turn
from subscribers.clock import utcnow
from tests import factories
from tests.newsletter.series.desk import (
    a_series,
    an_item,
    load,
    made,
    staff_of,
    told,
)

SOON = timedelta(hours=1)


def a_due_series(engine: Engine, *, news: int, leaves_in: timedelta = SOON) -> int:
    """Make a series whose next issue is to be prepared now."""
    series_id = a_series(engine, news=0)
    with db.writing(engine) as session:
        series.get(session, series_id).next_at = db.now(session) + leaves_in
        for number in range(news):
            an_item(session, number, published_at=utcnow() - timedelta(hours=1))
    return series_id


def tick_together(engine: Engine, settings: Settings, machines: int) -> list[int]:
    """Let so many clocks tick at the same moment; return what they prepared."""
    together, prepared = threading.Barrier(machines), list[int]()

    def tick() -> None:
        together.wait()
        prepared.extend(jobs.prepare_series(engine, settings))

    threads = [threading.Thread(target=tick) for _ in range(machines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return prepared


@pytest.mark.parametrize("machines", [2, 5])
def test_of_several_machines_one_prepares(
    engine: Engine, settings: Settings, machines: int
) -> None:
    a_due_series(engine, news=3)
    staff_of(engine, "fr")

    prepared = tick_together(engine, settings, machines)

    assert len(prepared) == 1
    assert len(made(engine)) == 1
    assert told(engine) == ["prepared"]


def test_two_series_of_a_list_share_no_number_and_no_news(
    engine: Engine, settings: Settings
) -> None:
    both = [a_due_series(engine, news=0), a_due_series(engine, news=5)]

    prepared = tick_together(engine, settings, 2)

    with db.reading(engine) as session:
        taken = session.exec(select(IssueItem.item_id)).all()
    assert len(prepared) == 1
    assert len(taken) == len(set(taken)) == 5
    assert {load(engine, each).turn for each in both} == {Turn.PREPARED, Turn.THIN}


def test_one_series_that_fails_keeps_no_other_waiting(
    engine: Engine, settings: Settings
) -> None:
    broken = a_due_series(engine, news=3)
    a_due_series(engine, news=0)
    with db.writing(engine) as session:
        series.get(session, broken).rule = "full moon"

    prepared = jobs.prepare_series(engine, settings)

    assert len(prepared) == 1


def test_of_a_draft_nobody_approved_editors_are_told_once(
    engine: Engine, settings: Settings
) -> None:
    series_id = a_due_series(engine, news=3)
    staff_of(engine, "fr", "nl")
    jobs.prepare_series(engine, settings)
    with db.writing(engine) as session:
        issue = session.exec(select(Issue)).one()
        issue.send_at = load(engine, series_id).turn_at
        passed = db.now(session) - timedelta(seconds=1)
        issue.send_at = series.get(session, series_id).turn_at = passed

    for _ in range(3):
        tick_together(engine, settings, 2)

    (issue,) = made(engine)
    assert (issue.state, issue.send_at) == (IssueState.DRAFT, None)
    assert sorted(told(engine)) == ["prepared"] * 2 + ["unapproved"] * 2
    assert load(engine, series_id).turn is Turn.UNAPPROVED


def test_a_change_after_approval_is_told(engine: Engine, settings: Settings) -> None:
    staff_of(engine, "de")
    with db.writing(engine) as session:
        factories.the_list(session).approval = True
        factories.make_issue(
            session, state=IssueState.SCHEDULED, send_at=utcnow() + SOON
        )

    for _ in range(2):
        tick_together(engine, settings, 2)

    (issue,) = made(engine)
    assert issue.state is IssueState.DRAFT
    assert issue.send_at is not None
    assert told(engine) == ["changed"]


def test_removing_a_series_keeps_its_issues(engine: Engine, settings: Settings) -> None:
    series_id = a_due_series(engine, news=3)
    jobs.prepare_series(engine, settings)

    with db.writing(engine) as session:
        series.remove(session, series.get(session, series_id))

    (issue,) = made(engine)
    assert issue.series_id is None
