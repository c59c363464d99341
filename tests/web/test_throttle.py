from datetime import UTC, datetime, timedelta

from newsletter.web.throttle import WINDOW, Throttle

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_it_tires_at_the_limit() -> None:
    throttle = Throttle()
    throttle.note("anne", now=NOON)

    throttle.note("anne", now=NOON)

    assert throttle.is_tired("anne", limit=2, now=NOON)
    assert not throttle.is_tired("anne", limit=3, now=NOON)
    assert not throttle.is_tired("bart", limit=1, now=NOON)


def test_it_recovers() -> None:
    throttle = Throttle()

    throttle.note("anne", now=NOON)

    later = NOON + WINDOW + timedelta(seconds=1)
    assert not throttle.is_tired("anne", limit=1, now=later)


def test_who_got_in_starts_anew() -> None:
    throttle = Throttle()
    throttle.note("anne", now=NOON)

    throttle.forget("anne")

    assert not throttle.is_tired("anne", limit=1, now=NOON)


def test_its_memory_is_bounded() -> None:
    throttle = Throttle()

    for number in range(20_000):
        throttle.note(f"client {number}", now=NOON)

    assert not throttle.is_tired("client 0", limit=1, now=NOON)
    assert throttle.is_tired("client 19999", limit=1, now=NOON)
