"""What the relay said about one message, as a value in our words."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

_LONGEST = 1_000
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Stage(StrEnum):
    """How far a transaction had come when the deciding reply arrived."""

    CONNECT = "connect"
    AUTH = "auth"
    RSET = "rset"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"  # some of the message has left, the final dot has not
    DOT = "dot"  # the final dot is with the kernel
    LONE_DOT = "lone dot"  # ends a message that nobody is to get
    QUIT = "quit"


class Fault(StrEnum):
    """Whose fault a refusal is; the classes of RFC 3463 codes, folded to ours."""

    NONE = ""
    RECIPIENT = "recipient"  # no such mailbox, disabled, full: this reader alone
    TEMPORARY = "temporary"
    POLICY = "policy"  # content, reputation, block lists
    SENDER = "sender"  # SPF, DKIM, DMARC, reverse DNS, the From domain
    MESSAGE = "message"  # too big, badly formed
    QUOTA = "quota"  # the relay's own limit is used up
    CONFIGURATION = "configuration"  # credentials, protocol
    CONNECTION = "connection"
    EXPIRED = "expired"  # deferred until it was no longer news


class Verdict(StrEnum):
    """What the ledger makes of a reply."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # counts as an attempt; tried again later
    REJECTED = "rejected"
    UNKNOWN = "unknown"  # the dot left, no reply came
    RETURNED = "returned"  # certainly not sent, nobody's attempt: back to the queue
    HELD = "held"  # our fault: waits for a person, the issue pauses


class Outcome(NamedTuple):
    """The end of one attempt; a tuple, since a sender makes thousands a second."""

    verdict: Verdict
    code: int | None = None
    reply: str = ""
    fault: Fault = Fault.NONE


class Envelope(NamedTuple):
    """One message to one reader: octets with CRLF line ends, in pieces.

    The pieces are joined where they are written, since a copy of a large message
    costs as much as its way to the kernel. `id` is what failure reports call it
    (ENVID, RFC 3461), where the relay passes that on: letters, digits and dots.
    `octets` is how many they are, where that is known without adding up.
    """

    sender: str
    recipient: str
    pieces: Sequence[bytes]
    id: str = ""
    octets: int = 0

    @property
    def raw(self) -> bytes:
        """The whole message."""
        return b"".join(self.pieces)

    @property
    def size(self) -> int:
        """How many octets the message has."""
        return self.octets or sum(map(len, self.pieces))


def lost(verdict: Verdict, why: str) -> Outcome:
    """Return the outcome of an attempt that no reply ended."""
    return Outcome(verdict, None, cleaned(why), Fault.CONNECTION)


def cleaned(reply: str) -> str:
    """Return a reply as text that any database takes and any terminal can show."""
    if reply.isprintable() and len(reply) <= _LONGEST:
        return reply
    return _UNPRINTABLE.sub("\ufffd", reply)[:_LONGEST]


class RelayUnavailable(Exception):
    """No session with the relay could be opened; nobody's delivery is to blame."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reply)
        self.outcome = outcome
