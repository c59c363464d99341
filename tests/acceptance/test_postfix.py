"""What we hand to a Postfix comes out of it octet by octet, its signatures whole."""

import re
import threading
import time

import pytest
from sqlalchemy import Engine

from newsletter import sending
from newsletter.config import Relay as Address
from newsletter.config import Settings
from newsletter.messages import Compiled, Reader
from newsletter.smtp import Envelope, Verdict
from subscribers.clock import utcnow
from tests import factories
from tests.acceptance import postfix
from tests.acceptance.sample import letters
from tests.newsletter.dkim import signed
from tests.newsletter.messages.edition import HTML, TEXT, make_envelope
from tests.relay import Received, Relay

pytestmark = pytest.mark.slow

DOMAIN = "riviere.example"
# Fields that every mail server on the way puts on top of a message.
_ADDED = re.compile(rb"^Received: [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")
# What a mail server may be tempted to change: dots, mailbox separators, white space
# at the end, tabs, long lines, characters of four octets.
NASTY = "\n".join(
    (
        ".", "..", "From here on", ".From", "ends in blanks   ", "\ttab\t", "=20 =",
        "x" * 1500, "é" * 700, "🎈" * 300, "a.b " * 400, "",
    )
)  # fmt: skip


def through(
    port: int, messages: list[Envelope], relay: Relay, settings: Settings
) -> list[Received]:
    """Hand messages to Postfix as letters are, and return what came out of it."""
    outcomes = sending.hand_over(
        settings,
        messages,
        relay=Address(f"smtp://127.0.0.1:{port}?tls=none"),
        stop=threading.Event(),
    )
    assert {each.verdict for each in outcomes} == {Verdict.ACCEPTED}, outcomes
    until = time.monotonic() + 60
    while len(relay.messages) < len(messages) and time.monotonic() < until:
        time.sleep(0.1)
    by_address = {each.recipient: each for each in relay.messages}
    return [by_address[message.recipient] for message in messages]


def as_sent(came: Received) -> bytes:
    return _ADDED.sub(b"", came.raw)


def nasty(settings: Settings) -> Compiled:
    ring = settings.dkim_keys
    return Compiled(
        make_envelope(dkim=ring.current, sender_address=f"lettre@{DOMAIN}"),
        factories.KEYS,
        language="fr",
        subject="Été " * 60,
        html=HTML + f"<pre>{NASTY}</pre>",
        text=TEXT + NASTY,
        signing=ring,
    )


def test_quoted_printable_and_signatures_survive_a_pass_through_postfix(
    sqlite_engine: Engine, settings: Settings, relay: Relay
) -> None:
    ring = signed.both()
    signing = settings.model_copy(update={"dkim_keys": ring})
    compiled, now = nasty(signing), utcnow()
    readers = [
        Reader(n, f"reader-{n}@example.org", f"{'b' * 15}{n}", "2026-01-02", now)
        for n in range(2, 4)
    ]
    envelopes = [
        Envelope(compiled.sender(reader), reader.address, compiled.pieces(reader))
        for reader in readers
    ]
    envelopes += [
        Envelope(f"lettre@{DOMAIN}", f"{each.language}@example.org", [each.message])
        for each in letters(sqlite_engine, signing)
    ]

    with postfix.running(relay=relay.port) as port:
        came = through(port, envelopes, relay, settings)

    assert len(came) == 6
    for sent, received in zip(envelopes, came, strict=True):
        assert received.raw.startswith(b"Received: ")
        assert as_sent(received) == sent.raw
        domain = sent.raw.partition(b"\r\n d=")[2] or sent.raw.partition(b" d=")[2]
        named = domain.partition(b";")[0].decode()
        assert signed.verdicts(received.raw, ring, named) == [True, True]


def test_a_word_that_changes_on_the_way_is_noticed(settings: Settings) -> None:
    """The test above can fail: a signature does not verify whatever comes."""
    ring = signed.both()
    compiled = nasty(settings.model_copy(update={"dkim_keys": ring}))
    raw = compiled.build(Reader(1, "a@example.org", "b" * 16, "2026-01-02", utcnow()))

    changed = raw.replace(b"ends in blanks", b"ends in blanky")

    assert changed != raw
    assert signed.verdicts(raw, ring, DOMAIN) == [True, True]
    assert signed.verdicts(changed, ring, DOMAIN) == [False, False]
