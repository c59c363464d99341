from datetime import timedelta

import pytest

from newsletter import relays
from newsletter.config import Span
from newsletter.relays import Cause
from newsletter.relays.windows import keeps
from tests.newsletter.relays.profile import make_profile

# What a span lasts: until all that was counted in it has surely left it.
MINUTE, HOUR, DAY = (keeps(span) for span in (Span.MINUTE, Span.HOUR, Span.DAY))


@pytest.mark.parametrize(
    ("readers", "limits", "elapsed", "cause"),
    [
        # Spans are full at once, so the last letters leave at the last one's start.
        (300, {"per_day": 300}, 0 * DAY, None),
        (301, {"per_day": 300}, 1 * DAY, Cause(300, Span.DAY)),
        (900, {"per_day": 300}, 2 * DAY, Cause(300, Span.DAY)),
        (100, {"per_hour": 10}, 9 * HOUR, Cause(10, Span.HOUR)),
        (400, {"per_minute": 2}, 199 * MINUTE, Cause(2, Span.MINUTE)),
        # A shorter limit fills the days of a longer one.
        (
            250,
            {"per_hour": 10, "per_day": 100},
            2 * DAY + 4 * HOUR,
            Cause(100, Span.DAY),
        ),
        # … or is so low that the longer one never matters.
        (250, {"per_hour": 1, "per_day": 100}, 249 * HOUR, Cause(1, Span.HOUR)),
    ],
)
def test_the_limit_that_decides_is_told(
    readers: int, limits: dict[str, int], elapsed: timedelta, cause: Cause | None
) -> None:
    found = relays.estimate([make_profile(**limits)], readers=readers)

    assert found.cause == cause
    assert elapsed <= found.elapsed < elapsed + MINUTE


def test_a_limit_a_second_counts_the_room_between_slots() -> None:
    found = relays.estimate([make_profile(per_second=1)], readers=61)

    assert found.elapsed == 60 * timedelta(seconds=1.05)
    assert found.cause == Cause(1, Span.SECOND)


def test_days_begin_with_the_first_letter() -> None:
    found = relays.estimate([make_profile(per_day=300)], readers=301)

    assert found.days == 2


def test_waiting_for_the_next_day_is_not_sending() -> None:
    found = relays.estimate([make_profile(per_minute=2, per_day=300)], readers=400)

    assert found.busy == 149 * MINUTE + 49 * MINUTE + 2 * timedelta(seconds=1 / 40)
    assert found.elapsed == DAY + 49 * MINUTE + timedelta(seconds=1 / 40)


def test_what_is_used_today_is_not_there_any_more() -> None:
    relay = make_profile(per_day=300)

    before = relays.estimate([relay], readers=200)
    after = relays.estimate([relay], readers=200, used={Span.DAY: 200})

    assert (before.days, after.days) == (1, 2)


def test_more_may_be_used_than_is_allowed_since() -> None:
    relay = make_profile(per_day=300)

    found = relays.estimate([relay], readers=10, used={Span.DAY: 500})

    assert found.days == 2


def test_a_slow_group_holds_up_the_whole() -> None:
    relay = make_profile(per_minute=1000, domains={"gmail": 10, "gmx": 100})

    found = relays.estimate([relay], readers=1000, groups={"gmail": 500, "gmx": 500})

    assert 49 * MINUTE <= found.elapsed < 50 * MINUTE
    assert found.cause == Cause(10, Span.MINUTE, "gmail")


def test_the_preferred_relay_counts() -> None:
    fast, slow = make_profile(name="fast"), make_profile(name="slow", per_day=1)

    assert relays.estimate([fast, slow], readers=10).relay == "fast"
    assert relays.estimate([slow, fast], readers=10).days == 10


def test_nobody_takes_no_time() -> None:
    relay = make_profile(per_second=1, per_day=3)

    found = relays.estimate([relay], readers=0, used={Span.DAY: 9})

    assert found.elapsed == timedelta(0)


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_a_million_readers_are_estimated_at_once(limit: int) -> None:
    relay = make_profile(per_second=limit, per_minute=50, per_hour=100, per_day=1000)

    found = relays.estimate([relay], readers=1_000_000)

    assert found.days == 1000
