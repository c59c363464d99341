import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, relays
from newsletter.config import Span
from newsletter.relay_tables import RelayLane, RelayUse
from newsletter.relays import HORIZON, PATIENCE, TOLERANCE, Profile
from subscribers.clock import utcnow
from tests.newsletter.relays.profile import make_profile

NOW = datetime(2026, 12, 1, 23, 0, tzinfo=UTC)
LENGTHS = {
    Span.MINUTE: timedelta(minutes=1),
    Span.HOUR: timedelta(hours=1),
    Span.DAY: timedelta(days=1),
}


def most_within(moments: list[datetime], length: timedelta) -> int:
    """Return how many of the moments lie within any `length` of time, at most."""
    ordered, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= length:
            first += 1
        most = max(most, last - first + 1)
    return most


def sent_by(
    session: Session, profile: Profile, *, start: datetime, until: datetime
) -> list[datetime]:
    """Reserve for an endless queue from `start` to `until`, as a sender would."""
    now, found = start, list[datetime]()
    while now < until:
        slots = relays.reserve(session, profile, want=16, now=now)
        found += slots.moments
        now = slots.again_at or max(slots.moments[-1], now + TOLERANCE)
    return found


def test_without_a_limit_all_may_leave_and_nothing_is_written(session: Session) -> None:
    slots = relays.reserve(session, make_profile(), want=3, now=NOW)

    assert slots.moments == (NOW, NOW, NOW)
    assert session.exec(select(RelayLane)).all() == []
    assert session.exec(select(RelayUse)).all() == []


def test_a_limit_a_second_is_evenly_spaced(session: Session) -> None:
    slots = relays.reserve(session, make_profile(per_second=10), want=3, now=NOW)

    step = timedelta(milliseconds=105)
    assert slots.moments == (NOW, NOW + step, NOW + 2 * step)


@pytest.mark.parametrize("limit", [1, 3, 13, 14, 100])
def test_no_second_sees_more_even_if_each_is_late_by_the_tolerance(
    session: Session, limit: int
) -> None:
    profile = make_profile(per_second=limit)

    moments = sent_by(session, profile, start=NOW, until=NOW + timedelta(seconds=8))

    assert most_within(moments, timedelta(seconds=1) + TOLERANCE) == limit
    assert len(moments) >= limit * 7


def test_a_slot_that_was_not_used_is_lost(session: Session) -> None:
    profile = make_profile(per_second=10)
    relays.reserve(session, profile, want=10, now=NOW)

    later = NOW + timedelta(minutes=5)
    slots = relays.reserve(session, profile, want=100, now=later)

    assert most_within(list(slots.moments), timedelta(seconds=1)) == 10


def test_slots_are_not_given_away_far_ahead(session: Session) -> None:
    profile = make_profile(per_second=1)

    first = relays.reserve(session, profile, want=100, now=NOW)
    second = relays.reserve(session, profile, want=100, now=NOW)

    assert max(first.moments) <= NOW + HORIZON
    assert second.moments == ()
    assert second.again_at
    again = relays.reserve(session, profile, want=1, now=second.again_at)
    assert again.moments == (first.moments[-1] + timedelta(seconds=1.05),)


@pytest.mark.parametrize("span", [Span.MINUTE, Span.HOUR, Span.DAY])
def test_a_span_that_is_used_up_says_when_to_ask_again(
    session: Session, span: Span
) -> None:
    profile = make_profile(**{f"per_{span}": 5})
    taken = relays.reserve(session, profile, want=9, now=NOW)

    full = relays.reserve(session, profile, want=1, now=NOW + timedelta(seconds=1))

    assert taken.moments == (NOW,) * 5
    assert full.moments == ()
    assert full.again_at
    assert LENGTHS[span] + PATIENCE <= full.again_at - NOW < LENGTHS[span] * 1.06
    assert relays.reserve(session, profile, want=9, now=full.again_at).moments


def test_midnight_gives_no_second_day(session: Session) -> None:
    profile = make_profile(per_day=5)
    relays.reserve(session, profile, want=5, now=NOW)

    after_midnight = NOW + timedelta(hours=2)
    slots = relays.reserve(session, profile, want=5, now=after_midnight)

    assert slots.moments == ()


@pytest.mark.parametrize("span", [Span.MINUTE, Span.HOUR])
def test_no_rolling_span_sees_more_than_its_limit(session: Session, span: Span) -> None:
    profile = make_profile(per_second=5, **{f"per_{span}": 100})

    moments = sent_by(session, profile, start=NOW, until=NOW + 3 * LENGTHS[span])

    assert most_within(moments, LENGTHS[span] + PATIENCE) == 100
    assert len(moments) >= 280


@pytest.mark.parametrize(
    ("limits", "patience"),
    [
        ({}, PATIENCE),
        ({"per_day": 9}, PATIENCE),
        ({"per_second": 9}, TOLERANCE),
        ({"per_second": 9, "per_day": 9}, TOLERANCE),
    ],
)
def test_slots_within_a_second_are_for_the_moment_others_for_two_seconds(
    session: Session, limits: dict[str, int], patience: timedelta
) -> None:
    slots = relays.reserve(session, make_profile(**limits), want=1, now=NOW)

    assert slots.patience == patience


def test_the_tightest_limit_decides(session: Session) -> None:
    profile = make_profile(per_second=100, per_minute=50, per_hour=8, per_day=20)

    slots = relays.reserve(session, profile, want=40, now=NOW)

    assert len(slots.moments) == 8


def test_what_was_used_is_known(session: Session) -> None:
    profile = make_profile(per_second=100, per_hour=8, per_day=20)
    relays.reserve(session, profile, want=6, now=NOW)

    used = relays.used(session, profile, now=NOW + timedelta(hours=2))

    assert used == {Span.HOUR: 0, Span.DAY: 6}


def test_old_counts_are_forgotten(session: Session) -> None:
    profile = make_profile(per_minute=1000)

    sent_by(session, profile, start=NOW, until=NOW + timedelta(minutes=10))

    assert len(session.exec(select(RelayUse)).all()) < 130


def test_relays_do_not_share_their_limits(session: Session) -> None:
    relays.reserve(session, make_profile(per_day=5), want=5, now=NOW)

    other = make_profile(name="backup", per_day=5)
    slots = relays.reserve(session, other, want=5, now=NOW)

    assert len(slots.moments) == 5


def test_a_group_has_a_limit_of_its_own(session: Session) -> None:
    profile = make_profile(domains={"gmail": 2})

    gmail = relays.reserve(session, profile, want=5, now=NOW, group="gmail")
    others = relays.reserve(session, profile, want=5, now=NOW)

    assert (len(gmail.moments), len(others.moments)) == (2, 5)


def test_a_groups_slots_are_the_relays_too(session: Session) -> None:
    profile = make_profile(per_minute=3, domains={"gmail": 2})

    gmail = relays.reserve(session, profile, want=5, now=NOW, group="gmail")
    others = relays.reserve(session, profile, want=5, now=NOW)

    assert (len(gmail.moments), len(others.moments)) == (2, 1)


def test_a_group_that_is_full_takes_no_slot_of_the_relay(session: Session) -> None:
    profile = make_profile(per_minute=9, domains={"gmail": 2})
    relays.reserve(session, profile, want=2, now=NOW, group="gmail")

    full = relays.reserve(session, profile, want=5, now=NOW, group="gmail")

    assert full.moments == ()
    assert relays.used(session, profile, now=NOW) == {Span.MINUTE: 2}


def reserve_at_once(
    engine: Engine, ask: Callable[[Session], list[datetime]]
) -> list[datetime]:
    """Let four senders ask at the same time, each in transactions of its own."""
    together = threading.Barrier(4)
    found: list[list[datetime]] = [[] for _ in range(4)]

    def sender(number: int) -> None:
        together.wait(timeout=30)
        for _ in range(10):
            with db.writing(engine) as session:
                found[number] += ask(session)

    threads = [threading.Thread(target=sender, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return [moment for moments in found for moment in moments]


def test_senders_that_reserve_at_once_never_share_a_second_too_many(
    engine: Engine,
) -> None:
    profile = make_profile(per_second=20)

    def ask(session: Session) -> list[datetime]:
        slots = relays.reserve(session, profile, want=5, now=db.now(session))
        return list(slots.moments)

    moments = reserve_at_once(engine, ask)

    assert len(moments) >= 20
    assert most_within(moments, timedelta(seconds=1) + TOLERANCE) <= 20
    assert len(set(moments)) == len(moments)


@pytest.mark.parametrize("group", ["", "gmail"])
def test_senders_that_reserve_at_once_never_pass_a_span(
    engine: Engine, group: str
) -> None:
    profile = make_profile(per_day=100, domains={"gmail": 60})
    start = utcnow()

    def ask(session: Session) -> list[datetime]:
        slots = relays.reserve(
            session, profile, want=7, now=db.now(session), group=group
        )
        return list(slots.moments)

    moments = reserve_at_once(engine, ask)

    assert utcnow() - start < timedelta(minutes=1)  # else the group begins anew
    assert len(moments) == (60 if group else 100)
