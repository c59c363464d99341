from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from newsletter import staff
from newsletter.models import Role, Staff, StaffSession

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def anne(session: Session) -> Staff:
    password = "a long enough password"
    return staff.add(session, "anne@example.org", role=Role.ADMIN, password=password)


def test_a_secret_finds_its_owner_and_is_not_kept(
    session: Session, anne: Staff
) -> None:
    secret = staff.open_session(session, anne)

    kept = session.exec(select(StaffSession)).one()

    assert staff.find_by_session(session, secret) is anne
    assert secret not in kept.secret_hash
    assert len(secret) >= 43  # 256 random bits


def test_no_other_secret_finds_anybody(session: Session, anne: Staff) -> None:
    secret = staff.open_session(session, anne)

    assert staff.find_by_session(session, secret[:-1]) is None
    assert staff.find_by_session(session, "") is None


def test_closing_one_session_leaves_the_other(session: Session, anne: Staff) -> None:
    here, there = staff.open_session(session, anne), staff.open_session(session, anne)

    staff.close_session(session, here)

    assert staff.find_by_session(session, here) is None
    assert staff.find_by_session(session, there) is anne


@pytest.mark.parametrize(
    ("later", "open_still"),
    [(timedelta(hours=11, minutes=59), True), (timedelta(hours=12, minutes=1), False)],
)
def test_an_idle_session_ends_after_half_a_day(
    session: Session, anne: Staff, later: timedelta, *, open_still: bool
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        secret = staff.open_session(session, anne)
        clock.shift(later)

        found = staff.find_by_session(session, secret)

    assert (found is anne) == open_still


def test_using_a_session_keeps_it_for_a_fortnight_and_no_longer(
    session: Session, anne: Staff
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        secret = staff.open_session(session, anne)
        seen = []
        for _ in range(15 * 3):
            clock.shift(timedelta(hours=8))
            session.expire_all()
            seen.append(staff.find_by_session(session, secret) is not None)
            staff.touch(session, secret)

    assert seen == [True] * 14 * 3 + [False] * 3


def test_a_touch_within_minutes_writes_nothing(session: Session, anne: Staff) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        secret = staff.open_session(session, anne)
        clock.shift(timedelta(minutes=4))

        staff.touch(session, secret)

    session.expire_all()
    assert session.exec(select(StaffSession)).one().seen_at == NOON


def test_ended_sessions_are_forgotten_at_the_next_log_in(
    session: Session, anne: Staff
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        staff.open_session(session, anne)
        clock.shift(timedelta(days=1))

        staff.open_session(session, anne)

    assert len(session.exec(select(StaffSession)).all()) == 1
