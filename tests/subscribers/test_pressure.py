"""How hard the forms are used, counted without knowing by whom."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from subscribers import pressure
from subscribers.clock import utcnow
from subscribers.models import Request, RequestKind
from subscribers.tokens import KeyRing


def ask(session: Session, count: int, *, ago: timedelta, network: str = "n") -> None:
    for number in range(count):
        session.add(
            Request(
                kind=RequestKind.JOIN,
                email=f"a{number}@example.org",
                email_key=f"a{number}@example.org",
                email_hash="h",
                limit_hash="h",
                language="fr",
                network=network,
                asked_at=utcnow() - ago,
            )
        )
    session.flush()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.200", True),
        ("203.0.113.9", "203.0.114.9", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_a_network_is_counted_whole_and_named_by_a_hash(
    keys: KeyRing, one: str, other: str, *, same: bool
) -> None:
    first, second = (pressure.network_of(keys, each) for each in (one, other))

    assert (first == second) is same
    assert first is not None
    assert len(first) == 32


@pytest.mark.parametrize("client", ["", "testclient", "1.2.3", "unix:"])
def test_what_is_no_address_belongs_to_no_network(keys: KeyRing, client: str) -> None:
    assert pressure.network_of(keys, client) is None


def test_a_network_rests_after_so_many_in_an_hour(session: Session) -> None:
    ask(session, pressure.PER_NETWORK - 1, ago=timedelta(minutes=5))
    before = pressure.is_tired(session, "n", now=utcnow())
    ask(session, 1, ago=timedelta(minutes=5))

    assert not before
    assert pressure.is_tired(session, "n", now=utcnow())
    assert not pressure.is_tired(session, "m", now=utcnow())
    assert not pressure.is_tired(session, "n", now=utcnow() + timedelta(hours=1))


def test_the_breaker_trips_far_above_the_usual_hour(session: Session) -> None:
    # 20 an hour, all week.
    ask(session, 20 * 24 * 7, ago=timedelta(days=3))
    ask(session, 399, ago=timedelta(minutes=5))
    before = pressure.is_busy(session, now=utcnow())
    ask(session, 1, ago=timedelta(minutes=5))

    assert not before
    assert pressure.is_busy(session, now=utcnow())


def test_a_quiet_site_may_have_a_lively_hour(session: Session) -> None:
    ask(session, 199, ago=timedelta(minutes=5))

    assert not pressure.is_busy(session, now=utcnow())
