"""What every connection promises, however much it pipelines."""

from collections.abc import Callable

import pytest

from newsletter.smtp import (
    Connection,
    Envelope,
    Mode,
    RelayUnavailable,
    Source,
    Verdict,
)
from tests.newsletter.smtp.carrying import (
    ANNE,
    BART,
    CRIS,
    RAW,
    carried,
    connecting,
    deliver,
    envelope,
)
from tests.relay import Relay, Script

Connect = Callable[..., Callable[[Source], Connection]]
NO_USER = "550 5.1.1 no such user"


@pytest.fixture(params=["full", "envelope", "lockstep", "no pipelining offered"])
def connect(request: pytest.FixtureRequest, relay: Relay) -> Connect:
    """Connections in each mode, to the relay of the test."""
    mode = Mode.__members__.get(request.param.upper(), Mode.FULL)
    if request.param == "no pipelining offered":
        relay.offers.remove("PIPELINING")

    def make(**options: float) -> Callable[[Source], Connection]:
        messages = int(options.pop("messages", 50))
        return connecting(relay, mode=mode, messages=messages, **options)

    return make


def verdicts(connect: Callable[[Source], Connection], *pile: Envelope) -> list[Verdict]:
    return [outcome.verdict for outcome in deliver(connect, *pile)]


def three() -> list[Envelope]:
    return [envelope(ANNE), envelope(BART), envelope(CRIS)]


def test_a_message_arrives_byte_for_byte(connect: Connect, relay: Relay) -> None:
    outcomes = verdicts(connect(), envelope())

    assert outcomes == [Verdict.ACCEPTED]
    assert relay.messages[0].raw == RAW
    assert relay.messages[0].sender == "news@example.org"


def test_one_connection_carries_many_messages(connect: Connect, relay: Relay) -> None:
    people = [f"reader{number}@example.org" for number in range(20)]

    deliver(connect(), *(envelope(person) for person in people))

    assert [mail.recipient for mail in relay.messages] == people
    assert relay.connections == 1


def test_a_connection_ends_after_its_messages(connect: Connect, relay: Relay) -> None:
    people = [f"reader{number}@example.org" for number in range(5)]

    _, source = carried(connect(messages=2), *(envelope(p) for p in people))

    assert [mail.recipient for mail in relay.messages] == people
    assert relay.connections == 3
    assert not any(source.losses)
    assert relay.log.count("QUIT") == 3


@pytest.mark.parametrize("naive", [False, True])
def test_a_refused_recipient_never_shifts_an_answer(
    connect: Connect, relay: Relay, naive: bool
) -> None:
    relay.is_naive = naive
    relay.scripts[BART] = Script(rcpt=[NO_USER])

    outcomes = deliver(connect(), *three(), envelope("dora@example.org"))

    assert [o.verdict for o in outcomes] == [
        Verdict.ACCEPTED,
        Verdict.REJECTED,
        Verdict.ACCEPTED,
        Verdict.ACCEPTED,
    ]
    assert outcomes[1].code == 550
    assert [m.recipient for m in relay.messages] == [ANNE, CRIS, "dora@example.org"]
    assert relay.connections == 1


def test_every_recipient_refused_is_every_one_rejected(
    connect: Connect, relay: Relay
) -> None:
    for person in (ANNE, BART, CRIS):
        relay.scripts[person] = Script(rcpt=[NO_USER])

    assert verdicts(connect(), *three()) == [Verdict.REJECTED] * 3
    assert relay.messages == []


def test_a_refusal_at_data_is_that_letters_alone(
    connect: Connect, relay: Relay
) -> None:
    relay.scripts[BART] = Script(data=["451 4.3.0 not now"])

    outcomes = verdicts(connect(), *three())

    assert outcomes == [Verdict.ACCEPTED, Verdict.DEFERRED, Verdict.ACCEPTED]


def test_a_refusal_at_the_dot_is_that_letters_alone(
    connect: Connect, relay: Relay
) -> None:
    relay.scripts[BART] = Script(dot=["550 5.1.1 found out late"])

    outcomes = verdicts(connect(), *three())

    assert outcomes == [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ACCEPTED]
    assert [m.recipient for m in relay.messages] == [ANNE, CRIS]


def test_a_sender_that_is_refused_is_nobodys_fault(
    connect: Connect, relay: Relay
) -> None:
    relay.mail_reply = "451 4.7.0 try again"

    outcomes = verdicts(connect(), envelope())

    assert outcomes == [Verdict.RETURNED]


def test_a_reply_of_several_lines_is_read_whole(connect: Connect, relay: Relay) -> None:
    relay.scripts[ANNE] = Script(rcpt=["550-5.1.1 first\r\n550 5.1.1 second"])

    outcome = deliver(connect(), envelope())[0]

    assert outcome.reply == "5.1.1 first\n5.1.1 second"


def test_silence_after_the_dot_is_unknown(connect: Connect, relay: Relay) -> None:
    relay.scripts[BART] = Script(dot=["drop"])

    outcomes = verdicts(connect(), *three())

    assert outcomes[:2] == [Verdict.ACCEPTED, Verdict.UNKNOWN]
    # Whose envelope was out behind Bart's dot has not been tried.
    assert outcomes[2] in {Verdict.RETURNED, Verdict.ACCEPTED}


def test_waiting_too_long_after_the_dot_is_unknown_and_hangs_up(
    connect: Connect, relay: Relay
) -> None:
    relay.delay = 0.5

    outcomes = verdicts(connect(dot=0.05), envelope(), envelope(BART))

    assert outcomes[0] is Verdict.UNKNOWN
    assert Verdict.ACCEPTED not in outcomes  # a late reply answers for nobody


def test_a_message_the_kernel_never_took_is_certainly_not_accepted(
    connect: Connect, relay: Relay
) -> None:
    relay.offers[0] = "SIZE 100000000"
    relay.scripts[ANNE] = Script(drop_in_data=[100])
    large = RAW + b"x" * 76 * 400_000  # more than any socket buffer holds

    outcomes = verdicts(connect(), envelope(raw=large + b"\r\n"))

    assert outcomes == [Verdict.DEFERRED]
    assert relay.messages == []


def test_a_drop_before_the_body_is_nobodys_attempt(
    connect: Connect, relay: Relay
) -> None:
    relay.scripts[ANNE] = Script(rcpt=["drop"])

    assert verdicts(connect(), envelope()) == [Verdict.RETURNED]


def test_421_in_the_dots_slot_defers_and_hangs_up(
    connect: Connect, relay: Relay
) -> None:
    relay.scripts[ANNE] = Script(dot=["421 4.3.2 going away"])

    outcomes = verdicts(connect(), envelope(), envelope(BART))

    assert outcomes[0] is Verdict.DEFERRED
    assert outcomes[1] in {Verdict.RETURNED, Verdict.ACCEPTED}
    assert all(mail.recipient == BART for mail in relay.messages)


def test_421_before_the_body_is_nobodys_attempt(connect: Connect, relay: Relay) -> None:
    relay.scripts[ANNE] = Script(rcpt=["421 4.3.2 going away"])

    assert verdicts(connect(), envelope()) == [Verdict.RETURNED]


def test_a_surplus_reply_never_answers_for_the_next_command(
    connect: Connect, relay: Relay
) -> None:
    relay.scripts[ANNE] = Script(
        data=["354 go ahead\r\n250 2.0.0 accepted"], dot=["554 5.7.1 spam"]
    )

    assert verdicts(connect(), envelope()) == [Verdict.RETURNED]
    assert relay.messages == []


def test_a_farewell_glued_to_the_acceptance_loses_nobody(
    connect: Connect, relay: Relay
) -> None:
    relay.scripts[ANNE] = Script(dot=["250 2.0.0 ok\r\n421 4.3.2 enough for now"])

    outcomes = verdicts(connect(), envelope(), envelope(BART))

    assert outcomes[0] is Verdict.ACCEPTED
    assert outcomes[1] in {Verdict.RETURNED, Verdict.ACCEPTED}


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("200 fine", Verdict.ACCEPTED),  # RFC 5321 §4.2.1: the first digit says it
        ("354 go on", Verdict.UNKNOWN),
        ("hello", Verdict.UNKNOWN),
        ("999 hello", Verdict.UNKNOWN),
        ("550-5.1.1 one\r\n250 two", Verdict.UNKNOWN),
        ("550 " + "x" * 10_000, Verdict.UNKNOWN),
        ("250-more\r\n" * 200 + "250 end", Verdict.UNKNOWN),
    ],
)
def test_what_is_no_answer_to_the_dot_is_unknown(
    connect: Connect, relay: Relay, reply: str, verdict: Verdict
) -> None:
    relay.scripts[ANNE] = Script(dot=[reply])

    assert verdicts(connect(), envelope(), envelope(BART))[0] is verdict


@pytest.mark.parametrize("reply", ["354 go on", "hello", "250 " + "x" * 10_000])
def test_what_is_no_answer_to_a_recipient_is_nobodys_attempt(
    connect: Connect, relay: Relay, reply: str
) -> None:
    relay.scripts[ANNE] = Script(rcpt=[reply])

    assert verdicts(connect(), envelope()) == [Verdict.RETURNED]


def test_a_reply_is_kept_as_text_any_database_takes(
    connect: Connect, relay: Relay
) -> None:
    latin = "550 5.1.1 utilisateur supprim\udce9\x00 \x1b[31m"
    relay.scripts[ANNE] = Script(rcpt=[latin], dot=["250 accept\udce9\x00"])

    refused, accepted = deliver(connect(), envelope(), envelope())

    assert refused.reply == "5.1.1 utilisateur supprim\ufffd\ufffd \ufffd[31m"
    assert accepted.reply == "accept\ufffd\ufffd"


def test_a_relay_that_cannot_reset_gets_a_new_session(
    connect: Connect, relay: Relay
) -> None:
    relay.rset_reply = "502 5.5.1 what is that"
    relay.scripts[ANNE] = Script(rcpt=[NO_USER])

    outcomes = verdicts(connect(), envelope(), envelope(BART), envelope(CRIS))

    assert outcomes == [Verdict.REJECTED, Verdict.RETURNED, Verdict.ACCEPTED]


def test_a_letter_that_may_not_leave_is_withheld_before_the_body(
    connect: Connect, relay: Relay
) -> None:
    make = connect()

    def connect_once(source: Source) -> Connection:
        source.may = False  # type: ignore[attr-defined]  # the carrier of the test
        return make(source)

    outcomes, source = carried(connect_once, envelope())

    assert [outcome.verdict for outcome in outcomes] == [Verdict.RETURNED]
    assert relay.messages == []
    assert source.losses == [False]  # our doing: the relay is not to blame


def test_a_message_beyond_the_relays_size_is_held_and_not_begun(
    connect: Connect, relay: Relay
) -> None:
    relay.offers[0] = "SIZE 40"

    outcomes = deliver(connect(), envelope())

    assert outcomes[0].verdict is Verdict.HELD
    assert "takes 40 at most" in outcomes[0].reply
    assert not any(line.startswith("MAIL") for line in relay.log)


def test_a_local_part_beyond_ascii_rejects_that_reader_alone(
    connect: Connect, relay: Relay
) -> None:
    outcomes = verdicts(connect(), envelope("zoë@example.org"), envelope(BART))

    assert outcomes == [Verdict.REJECTED, Verdict.ACCEPTED]
    assert len(relay.messages) == 1


def test_a_local_part_beyond_ascii_goes_where_it_is_taken(
    connect: Connect, relay: Relay
) -> None:
    relay.offers.insert(0, "SMTPUTF8")

    outcomes = verdicts(connect(), envelope("zoë@example.org"))

    assert outcomes == [Verdict.ACCEPTED]
    assert relay.messages[0].recipient == "zoë@example.org"


@pytest.mark.parametrize("address", ["a b@example.org", "a>\r\nRSET@example.org"])
def test_an_address_that_would_end_its_path_is_refused_here(
    connect: Connect, relay: Relay, address: str
) -> None:
    outcomes = verdicts(connect(), envelope(address), envelope(BART))

    assert outcomes == [Verdict.REJECTED, Verdict.ACCEPTED]
    assert not any("RSET@" in line for line in relay.log)


def test_failure_reports_are_asked_for_where_they_are_offered(
    connect: Connect, relay: Relay
) -> None:
    relay.offers.insert(0, "DSN")

    deliver(connect(), envelope()._replace(id="7.abc"))

    mail, rcpt = (line for line in relay.log if line[:4] in {"MAIL", "RCPT"})
    assert mail.endswith(f"SIZE={len(RAW)} RET=HDRS ENVID=7.abc")
    assert rcpt.endswith("> NOTIFY=FAILURE")


def test_a_relay_that_breaks_off_for_each_letter_is_noticed(
    connect: Connect, relay: Relay
) -> None:
    relay.scripts[ANNE] = Script(rcpt=["drop"])

    _, source = carried(connect(), envelope())

    assert source.losses == [True]


def test_a_greeting_that_refuses_holds_everything(
    connect: Connect, relay: Relay
) -> None:
    relay.greeting = "554 5.7.1 no service"

    with pytest.raises(RelayUnavailable) as caught:
        deliver(connect(), envelope())

    assert caught.value.outcome.verdict is Verdict.HELD


def test_an_unreachable_relay_says_so() -> None:
    relay = Relay()
    relay.port = 9  # nobody listens there

    with pytest.raises(RelayUnavailable) as caught:
        deliver(connecting(relay, connect=2), envelope())

    assert caught.value.outcome.verdict is Verdict.RETURNED
