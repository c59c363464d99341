from datetime import timedelta

import pytest

from newsletter import relays
from newsletter.config import Span
from newsletter.relays import Cause, Estimate
from newsletter.relays.windows import keeps

PLAIN = str.maketrans("\u00a0\u202f", "  ")
DAY = keeps(Span.DAY)


def spoken(
    busy: timedelta, cause: Cause | None = None, *, waits: int = 0, tag: str = "en"
) -> str:
    found = Estimate(400, "main", busy, busy + waits * DAY, cause)
    return relays.say(found, tag).translate(PLAIN)


@pytest.mark.parametrize(
    ("busy", "words"),
    [
        (timedelta(0), "a minute at most"),
        (timedelta(seconds=60), "a minute at most"),
        (timedelta(seconds=61), "2 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=3, minutes=4, seconds=30), "3 h 05"),
        (timedelta(hours=48), "48 h"),
        (timedelta(days=4, hours=5, minutes=30), "4 days 5 h"),
        (timedelta(days=9), "9 days"),
    ],
)
def test_a_time_is_said_as_people_say_it(busy: timedelta, words: str) -> None:
    assert spoken(busy) == f"Takes {words}; no limit holds it up."


def test_a_limit_is_the_reason() -> None:
    words = spoken(timedelta(hours=2), Cause(1200, Span.HOUR))

    assert words == "Takes 2 h because of the limit of 1,200 an hour."


def test_days_and_their_limit_are_told() -> None:
    words = spoken(timedelta(minutes=200), Cause(300, Span.DAY), waits=1)

    assert words == "Takes 3 h 20, over 2 days because of the limit of 300 a day."


def test_days_of_waiting_alone_are_told() -> None:
    words = spoken(timedelta(seconds=5), Cause(300, Span.DAY), waits=2)

    assert words == "Takes 3 days because of the limit of 300 a day."


def test_the_group_is_named() -> None:
    words = spoken(timedelta(minutes=50), Cause(10, Span.MINUTE, "gmail"))

    assert words == "Takes 50 min because of the limit of 10 a minute (gmail)."
