from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db, relays
from tests.newsletter.relays.profile import make_profile

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)


def pace(session: Session, group: str, after: timedelta) -> float:
    return relays.pace(session, make_profile(), group, now=NOW + after)


@pytest.mark.parametrize(
    ("after", "part"),
    [
        (timedelta(0), 0.5),
        (10 * MINUTES, 0.5),
        (11 * MINUTES, 0.6),
        (14 * MINUTES, 0.9),
        (15 * MINUTES, 1.0),
        (60 * MINUTES, 1.0),
    ],
)
def test_a_brake_halves_for_ten_minutes_and_recovers_step_by_step(
    session: Session, after: timedelta, part: float
) -> None:
    relays.brake(session, make_profile(), "gmail", now=NOW)

    assert pace(session, "gmail", after) == pytest.approx(part)


def test_only_the_group_is_slowed_down(session: Session) -> None:
    relays.brake(session, make_profile(), "gmail", now=NOW)

    assert relays.braked(session, make_profile(), now=NOW) == {"gmail": 0.5}
    assert relays.braked(session, make_profile(name="backup"), now=NOW) == {}


def test_a_second_complaint_halves_again(session: Session) -> None:
    relays.brake(session, make_profile(), "gmail", now=NOW)

    relays.brake(session, make_profile(), "gmail", now=NOW + MINUTES)

    assert pace(session, "gmail", 2 * MINUTES) == 0.25


def test_complaints_that_come_together_are_one(session: Session) -> None:
    for second in range(20):
        now = NOW + timedelta(seconds=second)
        relays.brake(session, make_profile(), "gmail", now=now)

    assert pace(session, "gmail", MINUTES) == 0.5


def test_it_never_stands_still(session: Session) -> None:
    for minute in range(30):
        relays.brake(session, make_profile(), "", now=NOW + minute * MINUTES)

    assert pace(session, "", 30 * MINUTES) == 1 / 32


def reserved(session: Session, group: str = "", **limits: object) -> int:
    """Return how many of a hundred may leave within the next two seconds."""
    profile = make_profile(**limits)
    slots = relays.reserve(session, profile, want=100, now=NOW, group=group)
    return len(slots.moments)


def test_a_limit_a_second_is_halved(session: Session) -> None:
    relays.brake(session, make_profile(), "", now=NOW)

    assert reserved(session, per_second=10) == 10  # 20 without the brake


def test_a_limit_a_minute_is_halved(session: Session) -> None:
    relays.brake(session, make_profile(), "", now=NOW)

    assert reserved(session, per_minute=30) == 15


def test_a_groups_limit_is_halved(session: Session) -> None:
    relays.brake(session, make_profile(), "gmail", now=NOW)

    assert reserved(session, "gmail", domains={"gmail": 30}) == 15


@pytest.mark.parametrize(("group", "assumed"), [("", 300), ("gmail", 30)])
def test_without_a_limit_half_of_a_careful_rate_is_left(
    session: Session, group: str, assumed: int
) -> None:
    profile = make_profile()
    relays.brake(session, profile, group, now=NOW)

    slots = relays.reserve(session, profile, want=999, now=NOW, group=group)

    assert len(slots.moments) == assumed


def test_without_a_limit_half_of_what_was_seen_is_left(session: Session) -> None:
    relays.brake(session, make_profile(), "gmail", now=NOW, seen=90)

    assert reserved(session, "gmail") == 45
    assert reserved(session) == 100


def test_a_quota_stays_what_it_is(session: Session) -> None:
    relays.brake(session, make_profile(), "", now=NOW, seen=1000)

    assert reserved(session, per_day=20) == 20


def test_every_sender_follows(engine: Engine) -> None:
    with db.writing(engine) as one:
        relays.brake(one, make_profile(), "", now=db.now(one))

    with db.reading(engine) as another:
        paces = relays.braked(another, make_profile(), now=db.now(another))

    assert paces == {"": 0.5}
