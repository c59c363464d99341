import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from newsletter.config import Relay as RelayAddress
from newsletter.smtp import Envelope, Outcome, RelayUnavailable, Timeouts, Verdict
from newsletter.smtp.connection import Connection, RelayConnection
from newsletter.smtp.mailbox import MailboxConnection, received
from tests.relay import Relay, Script

RAW = b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\nbody\r\n"
ANNE = "anne@example.org"


def envelope(recipient: str = ANNE, raw: bytes = RAW) -> Envelope:
    return Envelope("news@example.org", recipient, raw)


def connection(relay: Relay, **timeouts: float) -> RelayConnection:
    return RelayConnection(
        RelayAddress(relay.url),
        ehlo_name="news.example.org",
        timeouts=Timeouts(**timeouts),
    )


def during(
    session: Connection, work: Callable[[Connection], Awaitable[Outcome]]
) -> Outcome:
    async def run() -> Outcome:
        await session.open()
        try:
            return await work(session)
        finally:
            await session.close()

    return asyncio.run(run())


def deliver(session: Connection, *envelopes: Envelope) -> list[Outcome]:
    outcomes: list[Outcome] = []

    async def work(session: Connection) -> Outcome:
        for each in envelopes:
            if not session.is_open:
                await session.open()
            outcomes.append(await session.deliver(each))
        return outcomes[-1]

    during(session, work)
    return outcomes


def test_a_message_arrives_byte_for_byte(relay: Relay) -> None:
    outcome = deliver(connection(relay), envelope())[0]

    assert outcome.verdict is Verdict.ACCEPTED
    assert relay.messages[0].raw == RAW
    assert relay.messages[0].sender == "news@example.org"


def test_one_connection_carries_many_messages(relay: Relay) -> None:
    people = [f"reader{number}@example.org" for number in range(5)]

    deliver(connection(relay), *(envelope(person) for person in people))

    assert [mail.recipient for mail in relay.messages] == people
    assert relay.connections == 1


def test_a_refusal_never_shifts_to_the_next_reader(relay: Relay) -> None:
    relay.scripts[ANNE] = Script(rcpt=["550 5.1.1 no such user"])

    outcomes = deliver(connection(relay), envelope(), envelope("bart@example.org"))

    assert [outcome.verdict for outcome in outcomes] == [
        Verdict.REJECTED,
        Verdict.ACCEPTED,
    ]
    assert [mail.recipient for mail in relay.messages] == ["bart@example.org"]


def test_a_reply_of_several_lines_is_read_whole(relay: Relay) -> None:
    relay.scripts[ANNE] = Script(rcpt=["550-5.1.1 first\r\n550 5.1.1 second"])

    outcome = deliver(connection(relay), envelope())[0]

    assert outcome.reply == "5.1.1 first\n5.1.1 second"


def test_silence_after_the_dot_is_unknown(relay: Relay) -> None:
    relay.scripts[ANNE] = Script(dot=["drop"])

    outcome = deliver(connection(relay), envelope())[0]

    assert outcome.verdict is Verdict.UNKNOWN


def test_waiting_too_long_after_the_dot_is_unknown_and_hangs_up(relay: Relay) -> None:
    relay.delay = 0.5
    session = connection(relay, dot=0.05)

    outcomes = deliver(session, envelope(), envelope("bart@example.org"))

    assert outcomes[0].verdict is Verdict.UNKNOWN
    assert relay.connections == 2  # the late reply must not answer for Bart


def test_a_message_the_kernel_never_took_is_certainly_not_accepted(
    relay: Relay,
) -> None:
    relay.scripts[ANNE] = Script(drop_in_data=[100])
    large = RAW + b"x" * 76 * 400_000  # more than any socket buffer holds

    outcome = deliver(connection(relay), envelope(raw=large + b"\r\n"))[0]

    assert outcome.verdict is Verdict.DEFERRED
    assert relay.messages == []


def test_a_drop_before_the_body_is_nobodys_attempt(relay: Relay) -> None:
    relay.scripts[ANNE] = Script(rcpt=["drop"])

    outcome = deliver(connection(relay), envelope())[0]

    assert outcome.verdict is Verdict.RETURNED


def test_421_in_the_dots_slot_defers_and_hangs_up(relay: Relay) -> None:
    relay.scripts[ANNE] = Script(dot=["421 4.3.2 going away"])

    outcomes = deliver(connection(relay), envelope(), envelope("bart@example.org"))

    assert outcomes[0].verdict is Verdict.DEFERRED
    assert relay.connections == 2


def test_a_surplus_reply_never_answers_for_the_next_command(relay: Relay) -> None:
    relay.scripts[ANNE] = Script(
        data=["354 go ahead\r\n250 2.0.0 accepted"], dot=["554 5.7.1 spam"]
    )

    outcome = deliver(connection(relay), envelope())[0]

    assert outcome.verdict is Verdict.RETURNED
    assert relay.messages == []


def test_a_farewell_glued_to_the_acceptance_ends_the_session_alone(
    relay: Relay,
) -> None:
    relay.scripts[ANNE] = Script(dot=["250 2.0.0 ok\r\n421 4.3.2 enough for now"])

    outcomes = deliver(connection(relay), envelope(), envelope("bart@example.org"))

    assert [each.verdict for each in outcomes] == [Verdict.ACCEPTED] * 2
    assert relay.connections == 2


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("200 fine", Verdict.ACCEPTED),  # RFC 5321 §4.2.1: the first digit says it
        ("354 go on", Verdict.UNKNOWN),
        ("hello", Verdict.UNKNOWN),
        ("999 hello", Verdict.UNKNOWN),
        ("550 " + "x" * 10_000, Verdict.UNKNOWN),
    ],
)
def test_what_is_no_answer_to_the_dot_is_unknown_and_hangs_up(
    relay: Relay, reply: str, verdict: Verdict
) -> None:
    relay.scripts[ANNE] = Script(dot=[reply])

    outcomes = deliver(connection(relay), envelope(), envelope("bart@example.org"))

    assert [each.verdict for each in outcomes] == [verdict, Verdict.ACCEPTED]
    assert relay.connections == (1 if verdict is Verdict.ACCEPTED else 2)


@pytest.mark.parametrize("reply", ["354 go on", "hello", "250 " + "x" * 10_000])
def test_what_is_no_answer_to_a_recipient_is_nobodys_attempt(
    relay: Relay, reply: str
) -> None:
    relay.scripts[ANNE] = Script(rcpt=[reply])

    outcome = deliver(connection(relay), envelope())[0]

    assert outcome.verdict is Verdict.RETURNED


def test_a_reply_is_kept_as_text_any_database_takes(relay: Relay) -> None:
    latin = "550 5.1.1 utilisateur supprim\udce9\x00 \x1b[31m"
    relay.scripts[ANNE] = Script(rcpt=[latin], dot=["250 accept\udce9\x00"])

    refused, accepted = deliver(connection(relay), envelope(), envelope())

    assert refused.reply == "5.1.1 utilisateur supprim\ufffd\ufffd \ufffd[31m"
    assert accepted.reply == "accept\ufffd\ufffd"


def test_a_relay_that_cannot_reset_gets_a_new_session(relay: Relay) -> None:
    relay.rset_reply = "502 5.5.1 what is that"
    relay.scripts[ANNE] = Script(rcpt=["550 5.1.1 no such user"])
    bart = envelope("bart@example.org")

    outcomes = deliver(connection(relay), envelope(), bart, bart)

    assert [each.verdict for each in outcomes[1:]] == [
        Verdict.RETURNED,
        Verdict.ACCEPTED,
    ]


def test_a_message_that_may_not_leave_any_more_is_withheld_before_the_body(
    relay: Relay,
) -> None:
    session = connection(relay)

    outcome = during(
        session, lambda open_: open_.deliver(envelope(), may_leave=lambda: False)
    )

    assert outcome.verdict is Verdict.RETURNED
    assert relay.messages == []


def test_a_full_disk_is_no_readers_fault(tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"
    session = MailboxConnection(folder)

    async def work(session: Connection) -> Outcome:
        folder.rmdir()
        return await session.deliver(envelope())

    assert during(session, work).verdict is Verdict.RETURNED
    assert not session.is_open


def test_a_mailbox_that_cannot_be_made_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("in the way")

    with pytest.raises(RelayUnavailable):
        deliver(MailboxConnection(tmp_path / "mailbox"), envelope())


def test_an_unreachable_relay_says_so() -> None:
    relay = Relay()
    relay.port = 9  # nobody listens there

    with pytest.raises(RelayUnavailable) as caught:
        deliver(connection(relay, connect=2), envelope())

    assert caught.value.outcome.verdict is Verdict.RETURNED


def test_a_greeting_that_refuses_holds_everything(relay: Relay) -> None:
    relay.greeting = "554 5.7.1 no service"

    with pytest.raises(RelayUnavailable) as caught:
        deliver(connection(relay), envelope())

    assert caught.value.outcome.verdict is Verdict.HELD


def test_a_local_part_beyond_ascii_rejects_that_reader_alone(relay: Relay) -> None:
    outcomes = deliver(
        connection(relay), envelope("zoë@example.org"), envelope("bart@example.org")
    )

    assert [outcome.verdict for outcome in outcomes] == [
        Verdict.REJECTED,
        Verdict.ACCEPTED,
    ]


def test_starttls_is_not_skipped_when_the_relay_lacks_it(relay: Relay) -> None:
    address = RelayAddress(relay.url.replace("tls=none", "tls=starttls"))
    session = RelayConnection(address, ehlo_name="news.example.org")

    with pytest.raises(RelayUnavailable):
        deliver(session, envelope())

    assert relay.messages == []


def test_the_built_in_mailbox_keeps_each_message_once(tmp_path: Path) -> None:
    session = MailboxConnection(tmp_path / "mailbox")

    deliver(session, envelope(), envelope(), envelope("bart@example.org"))

    kept = received(tmp_path / "mailbox")
    assert sorted(mail.address for mail in kept) == [ANNE, "bart@example.org"]
    assert received(tmp_path / "mailbox", ANNE)[0].raw == RAW
