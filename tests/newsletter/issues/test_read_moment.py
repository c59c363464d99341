from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter import issues
from newsletter.errors import BadTime

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01 09:00", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("2026-07-01T09:00", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-12-01 09:00+00:00", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2026-12-01T09:00Z", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        # Each side of the repeated hour, when an offset says which.
        ("2026-10-25 02:30+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        # The last minute before and the first after each change of the clocks.
        ("2026-03-29 01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29 03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25 01:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25 03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_typed_time_is_one_instant(text: str, instant: datetime) -> None:
    assert issues.read_moment(text, BRUSSELS) == instant


def test_the_hour_that_spring_skips_is_refused() -> None:
    with pytest.raises(BadTime, match="does not exist"):
        issues.read_moment("2026-03-29 02:30", BRUSSELS)


def test_the_hour_that_autumn_repeats_asks_which() -> None:
    with pytest.raises(BadTime, match=r"\+02:00 or 2026-10-25T02:30:00\+01:00"):
        issues.read_moment("2026-10-25 02:30", BRUSSELS)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01 09:00", "09:00"])
def test_what_is_no_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadTime, match="is not a date and time"):
        issues.read_moment(text, BRUSSELS)
