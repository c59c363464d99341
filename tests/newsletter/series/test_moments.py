"""One moment for each turn of a rule, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from newsletter.series import moments, rules
from newsletter.series.moments import Moment

BRUSSELS = ZoneInfo("Europe/Brussels")


def following(rule: str, since: datetime, *, count: int = 3) -> list[str]:
    """Return moments as clocks in Brussels show them."""
    found = moments.several(rules.read(rule), BRUSSELS, since, count=count)
    return [f"{each.at.astimezone(BRUSSELS):%a %d %b %H:%M %z}" for each in found]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("first Tuesday 10:00", ["Tue 06 Jan", "Tue 03 Feb", "Tue 03 Mar"]),
        ("second and fourth Friday 9:30", ["Fri 09 Jan", "Fri 23 Jan", "Fri 13 Feb"]),
        ("every Monday 08:00", ["Mon 05 Jan", "Mon 12 Jan", "Mon 19 Jan"]),
        ("last Thursday 17:00", ["Thu 29 Jan", "Thu 26 Feb", "Thu 26 Mar"]),
        ("1st and 15th of the month 9:00", ["Thu 15 Jan", "Sun 01 Feb", "Sun 15 Feb"]),
        ("last day of the month 17:00", ["Sat 31 Jan", "Sat 28 Feb", "Tue 31 Mar"]),
    ],
)
def test_a_rule_comes_round(rule: str, expected: list[str]) -> None:
    found = following(rule, datetime(2026, 1, 2, tzinfo=UTC))

    assert [each[:10] for each in found] == expected


@pytest.mark.parametrize("weekday", range(7))
def test_weekdays_are_the_ones_that_were_named(weekday: int) -> None:
    name = f"{datetime(2026, 1, 5 + weekday):%A}"  # noqa: DTZ001  # only its name

    found = following(f"every {name} 10:00", datetime(2026, 1, 2, tzinfo=UTC))

    assert {each[:3] for each in found} == {name[:3]}


def test_the_hour_on_the_wall_stays_when_the_clocks_change() -> None:
    assert following("every Monday 10:00", datetime(2026, 3, 20, tzinfo=UTC)) == [
        "Mon 23 Mar 10:00 +0100",
        "Mon 30 Mar 10:00 +0200",
        "Mon 06 Apr 10:00 +0200",
    ]


def test_a_time_that_clocks_skip_is_the_minute_after_and_says_so() -> None:
    rule = rules.read("every Sunday 02:30")

    before, skipped, after = moments.several(
        rule, BRUSSELS, datetime(2026, 3, 20, tzinfo=UTC), count=3
    )

    assert not before.moved
    assert skipped == Moment(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), moved=True)
    assert not after.moved


def test_a_time_that_clocks_repeat_is_the_first_and_comes_once() -> None:
    assert following("every day 02:30", datetime(2026, 10, 24, 12, tzinfo=UTC)) == [
        "Sun 25 Oct 02:30 +0200",
        "Mon 26 Oct 02:30 +0100",
        "Tue 27 Oct 02:30 +0100",
    ]


@pytest.mark.parametrize("minutes", [31, 50, 61, 89, 91, 119])
def test_within_the_repeated_hour_the_moment_has_been(minutes: int) -> None:
    midnight = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 the first time

    found = following("every day 02:30", midnight + timedelta(minutes=minutes), count=1)

    assert found == ["Mon 26 Oct 02:30 +0100"]


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Brussels",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "UTC",
    ],
)
def test_each_day_has_one_moment_in_two_years(zone: str) -> None:
    there = ZoneInfo(zone)
    since = datetime(2010, 6, 1, tzinfo=UTC)

    found = moments.several(rules.read("every day 02:15"), there, since, count=730)

    gaps = {later.at - earlier.at for earlier, later in pairwise(found)}
    assert len({each.at for each in found}) == 730
    assert all(timedelta(hours=2) < gap < timedelta(hours=26) for gap in gaps)


def test_walking_from_moment_to_moment_misses_none_and_repeats_none() -> None:
    rule, at = rules.read("every day 02:30"), datetime(2026, 3, 1, tzinfo=UTC)
    walked = []
    for _ in range(365):
        at = moments.after(rule, BRUSSELS, at).at
        walked.append(at)

    straight = moments.several(
        rule, BRUSSELS, datetime(2026, 3, 1, tzinfo=UTC), count=365
    )

    assert walked == [each.at for each in straight]
