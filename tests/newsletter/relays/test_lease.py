import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db, relays
from newsletter.relays.leases import LEASE
from tests.newsletter.relays.profile import make_profile

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
PROFILE = make_profile(connections=4)


def ask(session: Session, holder: str, want: int, now: datetime = NOW) -> int:
    return relays.lease(session, PROFILE, holder=holder, want=want, now=now)


def test_a_sender_alone_gets_what_it_wants_up_to_the_limit(session: Session) -> None:
    assert ask(session, "anne", 3) == 3
    assert ask(session, "anne", 9) == 4


def test_the_second_sender_gets_what_is_left(session: Session) -> None:
    ask(session, "anne", 3)

    assert ask(session, "bart", 4) == 1


def test_what_is_given_back_is_free(session: Session) -> None:
    ask(session, "anne", 4)

    relays.give_back(session, PROFILE, holder="anne")

    assert ask(session, "bart", 4) == 4


def test_what_the_dead_held_is_free(session: Session) -> None:
    ask(session, "anne", 4)

    relays.give_back_all(session, ["anne", "cris"])

    assert ask(session, "bart", 4) == 4


def test_a_lease_that_ran_out_is_free(session: Session) -> None:
    ask(session, "anne", 4)

    assert ask(session, "bart", 4, NOW + LEASE - timedelta(seconds=1)) == 0
    assert ask(session, "bart", 4, NOW + LEASE) == 4
    assert ask(session, "anne", 4, NOW + LEASE) == 0


def test_renewing_keeps_a_lease(session: Session) -> None:
    ask(session, "anne", 4)

    ask(session, "anne", 4, NOW + LEASE / 2)

    assert ask(session, "bart", 4, NOW + LEASE) == 0


def test_a_newcomer_gets_a_fair_share_once_the_first_has_closed_some(
    session: Session,
) -> None:
    ask(session, "anne", 4)
    ask(session, "bart", 4)

    lower = ask(session, "anne", 4)
    still_open = ask(session, "bart", 4)
    ask(session, "anne", lower)  # they are closed now

    assert (lower, still_open) == (2, 0)
    assert ask(session, "bart", 4) == 2
    assert ask(session, "anne", 4) == 2


def test_who_wants_little_leaves_the_rest_to_others(session: Session) -> None:
    ask(session, "bart", 1)

    assert ask(session, "anne", 4) == 3
    assert ask(session, "anne", 4) == 3


def test_a_lower_limit_asks_to_close_some(session: Session) -> None:
    ask(session, "anne", 4)

    fewer = make_profile(connections=1)

    assert relays.lease(session, fewer, holder="anne", want=4, now=NOW) == 1
    assert relays.lease(session, fewer, holder="bart", want=4, now=NOW) == 0


def test_senders_that_ask_at_once_never_get_more_than_there_are(engine: Engine) -> None:
    together = threading.Barrier(5)
    granted = []

    def sender(holder: str) -> None:
        together.wait(timeout=30)
        for _ in range(5):
            with db.writing(engine) as session:
                now = db.now(session)
                relays.lease(session, PROFILE, holder=holder, want=3, now=now)
                granted.append(relays.leased(session, PROFILE, now=now))

    threads = [threading.Thread(target=sender, args=(f"h{n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(granted) == 25
    assert max(granted) == 4
