"""The first few of each language go first, and decide about the others."""

import pytest
from sqlalchemy import Connection, Engine, event, select

from newsletter import db, i18n, issues
from newsletter.config import Settings
from newsletter.models import Delivery, DeliveryState, IssueState
from subscribers.clock import utcnow
from subscribers.columns import table_of
from tests.newsletter.sending.sent import an_issue, report, rows, run
from tests.relay import Relay, Script

REFUSED = ["550 5.1.1 no such user"]


@pytest.fixture
def gentle(settings: Settings, relay: Relay) -> Settings:
    return settings.model_copy(update={"smtp_url": relay.url, "gentle_start": 10})


def test_everybody_gets_it_when_the_first_are_accepted(
    engine: Engine, gentle: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 40)

    run(engine, gentle)

    assert report(engine, issue_id).states["accepted"] == 40
    assert len({mail.recipient for mail in relay.messages}) == 40


def test_nobody_else_goes_while_one_of_the_first_has_no_answer(
    engine: Engine, gentle: Settings, relay: Relay
) -> None:
    an_issue(engine, 40)
    relay.scripts["fr3@example.org"] = Script(dot=["hang"])

    run(
        engine,
        gentle,
        until=lambda: len(relay.attempts) >= 9,
        seconds=1,
        relay=relay,
    )

    # One may wait behind the body that gets no answer.
    assert set(relay.attempts) <= {f"fr{number}@example.org" for number in range(10)}
    assert len(relay.attempts) >= 9


def test_too_many_refusals_among_the_first_pause_it(
    engine: Engine, gentle: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 40)
    for number in (2, 5):
        relay.scripts[f"fr{number}@example.org"] = Script(rcpt=[*REFUSED])

    run(engine, gentle)

    found = report(engine, issue_id)
    assert found.state is IssueState.PAUSED
    said = i18n.retold(found.paused_because, "en")
    assert said.startswith("2 of the first 10 readers in French were")
    assert (found.states["accepted"], found.states["queued"]) == (8, 30)


def test_a_request_for_patience_is_no_refusal(
    engine: Engine, gentle: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 40)
    for number in range(5):
        relay.scripts[f"fr{number}@example.org"] = Script(rcpt=["450 4.2.1 later"])

    run(engine, gentle)

    found = report(engine, issue_id)
    assert (found.states["accepted"], found.states["deferred"]) == (35, 5)


def test_resuming_lets_the_next_few_decide(
    engine: Engine, gentle: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 40)
    for number in (2, 5):
        relay.scripts[f"fr{number}@example.org"] = Script(rcpt=[*REFUSED])
    run(engine, gentle)
    with db.writing(engine) as session:
        issues.resume(session, issues.get_issue(session, issue_id), now=utcnow())

    run(engine, gentle)

    assert report(engine, issue_id).states["accepted"] == 38


def test_each_language_has_a_start_of_its_own(
    engine: Engine, gentle: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 40)
    with db.writing(engine) as session:
        issues.get_issue(session, issue_id).state = IssueState.DRAFT
    other = an_issue(engine, 3, language="nl")
    relay.scripts["fr0@example.org"] = Script(dot=["hang"])

    run(
        engine,
        gentle,
        # All but the one who hangs, and one who may wait behind.
        until=lambda: len(relay.messages) >= 3 + 8,
        seconds=1,
        relay=relay,
    )

    dutch = rows(engine, issue_id=other, language="nl")
    assert [row.state for row in dutch] == [DeliveryState.ACCEPTED] * 3
    french = {f"fr{number}@example.org" for number in range(10)}
    assert {each for each in relay.attempts if each.startswith("fr")} <= french


def test_zero_turns_it_off(engine: Engine, gentle: Settings, relay: Relay) -> None:
    an_issue(engine, 40)
    relay.scripts["fr3@example.org"] = Script(dot=["hang"])
    at_once = gentle.model_copy(update={"gentle_start": 0})

    enough = 39
    run(
        engine,
        at_once,
        until=lambda: len(relay.attempts) >= enough,
        seconds=0,
        relay=relay,
    )

    assert len(relay.attempts) >= enough


def test_the_first_few_keep_to_the_window_too(
    engine: Engine, settings: Settings, relay: Relay
) -> None:
    relay.delay = 0.01
    limits = {"smtp_url": relay.url, "gentle_start": 40, "connections": 2}
    issue_id = an_issue(engine, 60)
    held: list[int] = []

    # What a process that dies just after a commit leaves behind.
    @event.listens_for(engine, "commit")
    def count(connection: Connection) -> None:
        row = table_of(Delivery).c
        sending = select(row.id).where(row.state == DeliveryState.SENDING)
        held.append(len(connection.execute(sending).all()))

    run(engine, settings.model_copy(update=limits))

    assert report(engine, issue_id).states["accepted"] == 60
    assert 0 < max(held) <= 4 * 2
