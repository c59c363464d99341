from dataclasses import replace

import pytest

from newsletter.bounces.breakers import Breaker, Toll, likeness, tripped

QUIET = Toll(answered=400, accepted=400, hard=0, alike=0, complaints=0)


@pytest.mark.parametrize(
    ("toll", "breaker"),
    [
        (replace(QUIET, hard=11), Breaker.UNKNOWN_READERS),
        (replace(QUIET, answered=10_000, hard=201), Breaker.UNKNOWN_READERS),
        (replace(QUIET, alike=20), Breaker.NOT_TRUSTED),
        (replace(QUIET, accepted=1_000, complaints=3), Breaker.COMPLAINTS),
        (replace(QUIET, accepted=100, complaints=2), Breaker.COMPLAINTS),
    ],
)
def test_so_much_stops_an_issue(toll: Toll, breaker: Breaker) -> None:
    assert tripped(toll) is breaker


@pytest.mark.parametrize(
    "toll",
    [
        QUIET,
        replace(QUIET, hard=10),
        replace(QUIET, answered=10_000, hard=200),
        replace(QUIET, alike=19),
        replace(QUIET, accepted=1_001, complaints=3),
        replace(QUIET, accepted=100, complaints=1),
    ],
)
def test_so_little_does_not(toll: Toll) -> None:
    assert tripped(toll) is None


def test_what_somebody_overruled_stops_it_no_more() -> None:
    toll = replace(QUIET, hard=50, alike=50)

    assert tripped(toll, tolerated=["unknown readers"]) is Breaker.NOT_TRUSTED
    assert tripped(toll, tolerated=list(Breaker)) is None


def test_refusals_are_alike_whomever_and_whenever_they_are_about() -> None:
    one = "<anne@example.org>: host mx1.example.net[192.0.2.7] said: 550 5.7.1 blocked"
    two = "<bart@example.org>: host mx2.example.net[192.0.2.9] said: 550 5.7.1 Blocked"

    assert likeness("5.7.1", one) == likeness("5.7.1", two)
    assert likeness("5.7.1", one) != likeness("5.7.26", two)
    assert likeness("5.7.1", one) != likeness("5.7.1", "550 5.7.1 spam detected")
