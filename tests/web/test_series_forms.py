"""Series made, changed, paused and removed on their pages."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db, series
from newsletter.models import Role, Series
from newsletter.web import cadence
from tests.newsletter.series.desk import AHEAD, LATE, MOMENT, TODAY, a_series
from tests.web.conftest import LogIn

PLAN = {"title.fr": "Nouvelles de {month}", "ahead": "48", "at_least": "3"}


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Pages do not depend on the kind of database."""
    return _sqlite_url


def kept(engine: Engine) -> list[Series]:
    with db.reading(engine) as session:
        return list(series.every(session))


def test_a_series_is_made_changed_paused_and_removed(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    form = {"form_token": log_in()} | PLAN
    weekly = {"kind": "weekly", "day.0": "1", "day.3": "1", "at": "08:30"}

    client.post("/series/new", data=form | weekly)
    (made,) = kept(engine)
    client.post(
        f"/series/{made.id}",
        data=form | {"kind": "worded", "words": "premier mardi 10 h"},
    )
    (changed,) = kept(engine)
    client.post(f"/series/{made.id}/pause", data=form)
    (paused,) = kept(engine)
    client.post(f"/series/{made.id}/resume", data=form)
    (resumed,) = kept(engine)
    client.post(f"/series/{made.id}/remove", data=form)

    assert made.rule == "every Monday and Thursday 08:30"
    assert made.titles == {"fr": "Nouvelles de {month}"}
    assert changed.rule == "first Tuesday 10:00"
    assert (paused.active, paused.next_at) == (False, None)
    assert resumed.next_at == changed.next_at
    assert kept(engine) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"day.1": None}, "day.0"),
        ({"at": "25:00"}, "at"),
        ({"kind": "worded", "words": "now and then"}, "words"),
        ({"kind": "monthly"}, "which.1"),
        ({"kind": "dated", "date": "31"}, "date"),
        ({"title.fr": "{secret.__class__}"}, "title.fr"),
        ({"title.fr": ""}, "title."),
        ({"ahead": "9" * 300}, "ahead"),
        ({"at_least": "0"}, "at_least"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
    ],
)
def test_what_is_no_rhythm_is_said_next_to_its_field(
    client: TestClient,
    log_in: LogIn,
    engine: Engine,
    wrong: dict[str, str | None],
    field: str,
) -> None:
    good = {"form_token": log_in(), "kind": "weekly", "day.1": "1", "at": "10:00"}
    sent = {k: v for k, v in (good | PLAN | wrong).items() if v is not None}

    answer = client.post("/series/new", data=sent)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="{field}-error"' in answer.text
    assert kept(engine) == []


def test_the_next_moments_are_shown_before_anything_is_saved(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    log_in(Role.VIEWER)

    with time_machine.travel(TODAY, tick=False):
        page = client.get(
            "/series/new?in=fr&kind=monthly&which.1=1&day.1=1&at=10:00"
            "&timezone=Europe/Brussels"
        ).text

    assert "premier mardi" in page
    assert "6\N{NO-BREAK SPACE}octobre 2026" in page
    assert kept(engine) == []


@pytest.mark.parametrize(
    "rule",
    [
        "every day 07:00",
        "every Monday and Friday 08:15",
        "first and last Tuesday 10:00",
        "15th of the month 09:00",
        "last day of the month 17:00",
        "first Tuesday and third Friday 10:00",
        "1st of the month and 15th of the month 09:00",
    ],
)
def test_a_rule_stands_in_the_form_as_it_was_stated(rule: str) -> None:
    fields = cadence.of_rule(series.read(rule))

    assert cadence.rule_of(fields) == rule


def test_another_hour_brings_no_second_issue_on_the_same_day(engine: Engine) -> None:
    with time_machine.travel(TODAY, tick=False):
        series_id = a_series(engine)
    with time_machine.travel(AHEAD + timedelta(hours=1), tick=False):
        with db.writing(engine) as session:
            now = db.now(session)
            series.take_turn(session, series_id, now=now, late_limit=LATE)
        with db.writing(engine) as session:
            found = series.get(session, series_id)
            plan = series.Plan(found.titles, "every Tuesday 11:00")
            series.change(session, found, plan, now=db.now(session))

    (found,) = kept(engine)
    assert found.turn_at == MOMENT
    assert found.next_at == datetime(2026, 10, 13, 9, 0, tzinfo=UTC)
