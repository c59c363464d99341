"""Several relays: who sends what, who takes over, and what each of them takes."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, relays, staff
from newsletter.config import Settings
from newsletter.models import DeliveryState, IssueState, Notice, Role
from newsletter.relays import Statement
from tests import factories
from tests.newsletter.sending.sent import an_issue, report, rows, run
from tests.relay import Relay, Script, serving


@pytest.fixture
def backup() -> Iterator[Relay]:
    with serving(Relay()) as server:
        yield server


@pytest.fixture
def two(settings: Settings, relay: Relay, backup: Relay) -> Settings:
    """The relay of the test is "main", and there is another one."""
    return settings.model_copy(
        update={
            "smtp_url": relay.url,
            "relays": f"backup={backup.url}",
            "gentle_start": 0,
        }
    )


def state(engine: Engine, name: str = "main", **limits: int) -> None:
    with db.writing(engine) as session:
        relays.state(session, name, Statement(figures=limits))


def test_a_list_goes_through_the_relay_it_prefers(
    engine: Engine, two: Settings, relay: Relay, backup: Relay
) -> None:
    with db.writing(engine) as session:
        factories.the_list(session).relays = ["backup"]
    issue_id = an_issue(engine, 5)

    run(engine, two)

    assert len(backup.messages) == 5
    assert relay.connections == 0
    assert {row.relay for row in rows(engine, issue_id=issue_id)} == {"backup"}


def test_another_relay_takes_over_when_one_is_out_of_reach(
    engine: Engine, two: Settings, relay: Relay, backup: Relay
) -> None:
    relay.greeting = "421 4.3.2 not today"
    issue_id = an_issue(engine, 5)

    run(engine, two)

    assert report(engine, issue_id).state is IssueState.SENT
    assert len(backup.messages) == 5
    assert relay.messages == []


def test_another_relay_takes_over_in_the_middle(
    engine: Engine, two: Settings, relay: Relay, backup: Relay
) -> None:
    relay.hang_up_after(7, refuse=1_000)
    issue_id = an_issue(engine, 30)

    run(engine, two)

    found = report(engine, issue_id)
    copies = Counter(m.recipient for m in (*relay.messages, *backup.messages))
    assert len(copies) == 30
    assert found.states["accepted"] + found.states["unknown"] == 30
    assert len(backup.messages) >= 20


def test_a_log_in_refused_by_one_relay_pauses_nothing_that_has_another(
    engine: Engine, two: Settings, relay: Relay, backup: Relay
) -> None:
    relay.greeting = "554 5.7.1 no service for you"
    issue_id = an_issue(engine, 5)

    run(engine, two)

    assert report(engine, issue_id).state is IssueState.SENT
    assert len(backup.messages) == 5


def test_what_may_have_arrived_goes_again_by_the_same_relay(
    engine: Engine, two: Settings, relay: Relay, backup: Relay
) -> None:
    relay.scripts["fr0@example.org"] = Script(dot=["drop"])
    issue_id = an_issue(engine, 1)
    run(engine, two)
    with db.writing(engine) as session:
        factories.the_list(session).relays = ["backup"]
        (row,) = rows(engine, issue_id=issue_id)
        assert (row.state, row.relay) == (DeliveryState.UNKNOWN, "main")
        session.merge(row).due_at = db.now(session)

    run(engine, two, seconds=1)

    assert backup.messages == []


def test_a_list_whose_relay_is_gone_waits_for_a_person(
    engine: Engine, two: Settings, relay: Relay
) -> None:
    with db.writing(engine) as session:
        factories.the_list(session).relays = ["lost"]
        staff.add(
            session, "lea@example.org", role=Role.EDITOR, password="a sound password"
        )
    issue_id = an_issue(engine, 3)

    run(engine, two)

    # A draft again: somebody must choose a relay, then say when it leaves.
    assert report(engine, issue_id).state is IssueState.DRAFT
    assert relay.messages == []
    with db.reading(engine) as session:
        told = session.exec(select(Notice)).one()
    assert told.email == "lea@example.org"
    assert "lost" in " ".join(told.facts["items"])


def test_no_more_connections_than_the_relay_takes(
    engine: Engine, two: Settings, relay: Relay
) -> None:
    state(engine, connections=2, messages_per_connection=100)
    an_issue(engine, 40)

    run(engine, two)

    assert len(relay.messages) == 40
    assert relay.connections <= 2


def test_a_limit_a_second_holds_in_every_calendar_second(
    engine: Engine, two: Settings, relay: Relay
) -> None:
    state(engine, per_second=20)
    an_issue(engine, 50)
    begun = time.monotonic()

    run(engine, two)

    assert len(relay.messages) == 50
    assert time.monotonic() - begun > 2
    seconds = Counter(int(at) for at in relay.accepted_at)
    assert max(seconds.values()) <= 21


def test_a_limit_that_is_used_up_holds_nothing_back_in_sending(
    engine: Engine, two: Settings, relay: Relay
) -> None:
    state(engine, per_day=8)
    issue_id = an_issue(engine, 20)

    run(engine, two, until=lambda: len(relay.messages) >= 8, seconds=1)

    found = report(engine, issue_id)
    assert len(relay.messages) == 8
    assert (found.states["accepted"], found.states["queued"]) == (8, 12)


def test_a_group_of_domains_has_a_limit_of_its_own(
    engine: Engine, two: Settings, relay: Relay
) -> None:
    with db.writing(engine) as session:
        relays.state(session, "main", Statement(domains={"gmail": 3}))
    an_issue(engine, 10, domain="gmail.com")
    an_issue(engine, 10, language="nl")

    # Both issues go to those at example.org.
    run(engine, two, until=lambda: len(relay.messages) >= 23, seconds=1)

    got = Counter(mail.recipient.rpartition("@")[2] for mail in relay.messages)
    # The second issue also goes to whoever is on the list already.
    assert got["gmail.com"] == 3
    assert got["example.org"] >= 10


def test_a_relay_that_asks_for_patience_gets_it(
    engine: Engine, two: Settings, relay: Relay
) -> None:
    relay.scripts["fr0@example.org"] = Script(rcpt=["421 4.7.0 too fast"])
    relay.scripts["fr1@example.org"] = Script(rcpt=["450 4.7.28 rate limited"])
    an_issue(engine, 6)

    run(engine, two, seconds=2)

    with db.reading(engine) as session:
        (profile,) = [p for p in relays.profiles(session, two) if p.name == "main"]
        paces = relays.braked(session, profile, now=db.now(session))
    assert paces
    assert all(pace == 0.5 for pace in paces.values())


def test_greylisting_one_reader_slows_nobody_else(
    engine: Engine, two: Settings, relay: Relay
) -> None:
    relay.scripts["fr0@example.org"] = Script(rcpt=["451 4.7.1 greylisted"])
    issue_id = an_issue(engine, 30)

    run(engine, two)

    found = report(engine, issue_id)
    assert (found.states["accepted"], found.states["deferred"]) == (29, 1)
