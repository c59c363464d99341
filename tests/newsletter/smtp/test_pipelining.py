"""What pipelining alone can get wrong, and how it steps down."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.config import Relay as RelayAddress
from newsletter.smtp import (
    Connection,
    Manners,
    Mode,
    Outcome,
    Source,
    Timeouts,
    Verdict,
)
from newsletter.smtp.connection import RelayConnection
from newsletter.smtp.reading import Reading, Unreadable
from tests.newsletter.smtp.carrying import (
    ANNE,
    BART,
    CRIS,
    Carrier,
    carried,
    connecting,
    deliver,
    envelope,
)
from tests.relay import Relay, Script, serving


def connecting_with(relay: Relay, manners: Manners) -> Callable[[Source], Connection]:
    def connect(source: Source) -> Connection:
        return RelayConnection(
            RelayAddress(relay.url), source, ehlo_name="x.example.org", manners=manners
        )

    return connect


def test_one_round_trip_a_message(relay: Relay) -> None:
    """Whoever waited for the answer before the next envelope would wait in vain."""
    relay.waits_behind = 19

    outcomes = deliver(
        connecting(relay, dot=20), *(envelope(f"r{n}@example.org") for n in range(20))
    )

    assert [each.verdict for each in outcomes] == [Verdict.ACCEPTED] * 20
    assert relay.connections == 1


def test_nothing_is_said_twice_or_out_of_turn(relay: Relay) -> None:
    deliver(connecting(relay), envelope(ANNE), envelope(BART))

    assert [line[:4] for line in relay.log] == [
        "EHLO",
        *["MAIL", "RCPT", "DATA"] * 2,
        "QUIT",
    ]


def test_a_relay_that_forgets_what_was_pipelined_steps_down(relay: Relay) -> None:
    relay.forgets = True
    manners = Manners()

    def impatient(source: Source) -> Connection:
        return RelayConnection(
            RelayAddress(relay.url),
            source,
            ehlo_name="x.example.org",
            manners=manners,
            timeouts=Timeouts(command=0.2),
        )

    outcomes = deliver(impatient, envelope(ANNE), envelope(BART), envelope(CRIS))

    assert outcomes[0].verdict is Verdict.ACCEPTED
    assert outcomes[1].verdict is Verdict.RETURNED  # certainly not sent
    assert manners.mode is Mode.ENVELOPE


@pytest.mark.parametrize("reply", ["503 5.5.1 bad sequence", "354 what", "gibberish"])
def test_an_answer_out_of_place_steps_down_and_hangs_up(
    relay: Relay, reply: str
) -> None:
    relay.scripts[ANNE] = Script(rcpt=[reply])
    manners = Manners()

    _, source = carried(connecting_with(relay, manners), envelope(ANNE))

    assert manners.mode is Mode.ENVELOPE
    assert source.losses == [True]


def test_nothing_steps_down_below_lockstep(relay: Relay) -> None:
    relay.scripts[ANNE] = Script(rcpt=["gibberish"])
    manners = Manners(Mode.LOCKSTEP)

    carried(connecting_with(relay, manners), envelope(ANNE))

    assert manners.mode is Mode.LOCKSTEP


def test_the_last_message_of_a_connection_goes_without_a_next_envelope(
    relay: Relay,
) -> None:
    deliver(connecting(relay, messages=1), envelope(ANNE), envelope(BART))

    assert relay.connections == 2
    assert [line[:4] for line in relay.log] == [
        "EHLO",
        "MAIL",
        "RCPT",
        "DATA",
        "QUIT",
    ] * 2


REPLIES = [
    (250, "2.1.0 Ok"),
    (250, "2.1.5 Ok"),
    (354, "End"),
    (550, "a\nb\nc"),
    (421, ""),
]


def wire(code: int, text: str) -> bytes:
    *begun, last = text.split("\n")
    lines = [f"{code}-{line}" for line in begun] + [f"{code} {last}"]
    return "".join(f"{line}\r\n" for line in lines).encode()


@given(st.lists(st.sampled_from(REPLIES), max_size=12), st.data())
def test_replies_are_the_same_however_they_are_cut(
    replies: list[tuple[int, str]], data: st.DataObject
) -> None:
    octets = b"".join(wire(*reply) for reply in replies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=20)))
    reading = Reading()

    heard = [
        reply
        for begin, end in zip([0, *cuts], [*cuts, len(octets)], strict=True)
        for reply in reading.feed(octets[begin:end])
    ]

    assert heard == replies
    assert not reading.is_amid


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_any_octets_are_replies_or_unreadable(octets: bytes) -> None:
    reading = Reading()

    with contextlib.suppress(Unreadable):
        for code, text in reading.feed(octets):
            assert 200 <= code < 600
            assert isinstance(text, str)


ANSWERS = st.sampled_from(
    [
        "250 2.1.5 ok",
        "451 4.2.1 later",
        "550 5.1.1 nobody",
        "550-5.1.1 no\r\n550 body",
        "421 4.3.2 bye",
        "503 5.5.1 sequence",
        "354 go",
        "gibberish",
        "drop",
    ]
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["rcpt", "data", "dot"]),
            ANSWERS,
            st.integers(0, 5),
        ),
        max_size=4,
    ),
    st.sampled_from(list(Mode)),
)
@settings(max_examples=60, deadline=None)
def test_no_reader_ever_gets_anothers_answer(
    faults: list[tuple[str, str, int]], mode: Mode
) -> None:
    """Accepted means that the relay has it; rejected, that it said so to that one."""
    people = [f"reader{number}@example.org" for number in range(6)]
    with serving(Relay()) as relay:
        for stage, answer, number in faults:
            script = relay.scripts[people[number]]
            getattr(script, stage).append(answer)

        outcomes = deliver(
            connecting(relay, mode=mode), *(envelope(person) for person in people)
        )

    got = [mail.recipient for mail in relay.messages]
    for number, (person, outcome) in enumerate(zip(people, outcomes, strict=True)):
        own = [answer for _, answer, about in faults if about == number]
        if outcome.verdict is Verdict.ACCEPTED:
            assert person in got
        if outcome.verdict is Verdict.REJECTED:
            assert any(answer.startswith("550") for answer in own)
        if outcome.verdict in {Verdict.RETURNED, Verdict.DEFERRED, Verdict.REJECTED}:
            assert person not in got
        assert got.count(person) <= 1


class Skipping(asyncio.SelectorEventLoop):
    """An event loop whose clock can be put forward."""

    skipped = 0.0  # seconds

    def time(self) -> float:
        return super().time() + self.skipped


def _answered_after(relay: Relay, seconds: float) -> list[Verdict]:
    """Deliver one message whose final dot is answered after so many seconds."""
    relay.holds_at = 0

    async def deliver_it(loop: Skipping) -> list[Outcome]:
        carrying = asyncio.create_task(Carrier([envelope()], connecting(relay)).carry())
        while not relay.holding:
            await asyncio.sleep(0.01)
        loop.skipped = seconds
        await asyncio.sleep(0.1)
        relay.holds_at = None
        return await carrying

    loop = Skipping()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return [each.verdict for each in runner.run(deliver_it(loop))]


def test_nine_minutes_of_silence_after_the_dot_are_waited_for(relay: Relay) -> None:
    assert _answered_after(relay, 9 * 60) == [Verdict.ACCEPTED]


def test_eleven_minutes_of_silence_are_too_long(relay: Relay) -> None:
    assert _answered_after(relay, 11 * 60) == [Verdict.UNKNOWN]
