"""What the send loop and a connection want of each other."""

import logging
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from newsletter.smtp.outcomes import Envelope, Outcome, Stage

logger = logging.getLogger(__name__)

_OFTEN = 3


class Letter:
    """One message on its way over one connection, and how far it came."""

    __slots__ = ("about", "ahead", "envelope", "refusal", "size", "stage")

    def __init__(self, envelope: Envelope, about: Any = None) -> None:
        """Carry an envelope; `about` is the caller's own, handed back with it."""
        self.envelope, self.about = envelope, about
        self.stage = Stage.CONNECT
        # The first failing reply: it decides (RFC 2920 §3.1).
        self.refusal: tuple[Stage, int, str] | None = None
        self.ahead = False  # the relay waits for the body
        self.size = envelope.size


class Source(Protocol):
    """Where a connection gets its letters from, and tells what became of them."""

    def next(self) -> Letter | None:
        """Return what may begin now; None: nothing, until `wake`."""

    def may_leave(self, letter: Letter) -> bool:
        """Whether a body may still be sent; asked when its first octet would go."""

    def settle(self, letter: Letter, outcome: Outcome) -> None:
        """Take the outcome of a letter; called once for each."""

    def closed(self, connection: "Connection", *, lost: bool) -> None:
        """Take note that a connection is gone; `lost`: it was not our doing."""


class Connection(Protocol):
    """A session with a relay, whatever carries it."""

    @property
    def is_open(self) -> bool:
        """Whether letters can be handed over."""

    async def open(self) -> None:
        """Open the session past EHLO and begin; raises RelayUnavailable."""

    def wake(self) -> None:
        """Ask the source again, if nothing is under way."""

    async def close(self) -> None:
        """Take nothing more, finish what is under way, say goodbye; never raises."""

    def abandon(self) -> None:
        """Hang up unless a final dot has left: its reply is still worth waiting for."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait per stage, RFC 5321 §4.5.3.2.

    A short wait after the dot makes duplicates (RFC 1047): ten minutes, no less.
    """

    connect: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600
    quit: float = 2  # it matters to nobody

    def of(self, stage: Stage) -> float:
        """Return how long to wait for the reply to a stage."""
        if stage is Stage.DOT:
            return self.dot
        if stage is Stage.DATA:
            return self.data
        return self.quit if stage is Stage.QUIT else self.command


class Mode(IntEnum):
    """How many commands go out before their replies are read."""

    LOCKSTEP = 0  # one
    ENVELOPE = 1  # MAIL, RCPT and DATA together
    FULL = 2  # with the body of one letter the envelope of the next


class Manners:
    """How much pipelining a relay takes: remembered for all its connections."""

    def __init__(self, mode: Mode = Mode.FULL) -> None:
        self.mode = mode
        self._broken_off = 0

    def broken_off(self) -> None:
        """Take note that a relay hung up on an envelope sent behind a dot.

        It may be at its end; one that does so time and again does not pipeline.
        """
        self._broken_off += 1
        if self._broken_off >= _OFTEN:
            self._broken_off = 0
            self.step_down("it hangs up on what is sent behind a dot")

    def step_down(self, why: str) -> None:
        """Ask less of a relay whose answers did not fit what it was asked."""
        if self.mode > Mode.LOCKSTEP:
            self.mode = Mode(self.mode - 1)
            logger.warning("the relay gets one mode less of pipelining: %s", why)
