"""Hand envelopes to a connection and see what becomes of each."""

import asyncio
from collections.abc import Callable, Sequence

from newsletter.config import Relay as RelayAddress
from newsletter.smtp import (
    Connection,
    Envelope,
    Letter,
    Manners,
    Mode,
    Outcome,
    Source,
    Timeouts,
)
from newsletter.smtp.connection import RelayConnection
from tests.relay import Relay

RAW = b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\nbody\r\n"
ANNE, BART, CRIS = "anne@example.org", "bart@example.org", "cris@example.org"


def envelope(recipient: str = ANNE, raw: bytes = RAW) -> Envelope:
    return Envelope("news@example.org", recipient, raw)


class Carrier:
    """A source with a fixed pile of envelopes, over one connection after the other."""

    def __init__(
        self, envelopes: Sequence[Envelope], connect: Callable[[Source], Connection]
    ) -> None:
        self.waiting = list(envelopes)
        self.outcomes: dict[int, Outcome] = {}
        self.begun: list[str] = []
        self.may = True
        self.losses: list[bool] = []
        self._places = {id(each): place for place, each in enumerate(envelopes)}
        self._rest = asyncio.Event()
        self._connect = connect

    async def carry(self) -> list[Outcome]:
        connection = self._connect(self)
        try:
            while len(self.outcomes) < len(self._places):
                self._rest.clear()
                if not connection.is_open:
                    await connection.open()
                await self._rest.wait()
        finally:
            await connection.close()
        return [self.outcomes[place] for place in sorted(self.outcomes)]

    def next(self) -> Letter | None:
        if not self.waiting:
            return None
        each = self.waiting.pop(0)
        self.begun.append(each.recipient)
        return Letter(each, self._places[id(each)])

    def may_leave(self, letter: Letter) -> bool:
        return self.may

    def settle(self, letter: Letter, outcome: Outcome) -> None:
        assert isinstance(letter.about, int)
        assert letter.about not in self.outcomes, "settled twice"
        self.outcomes[letter.about] = outcome
        if len(self.outcomes) == len(self._places):
            self._rest.set()

    def closed(self, connection: Connection, *, lost: bool) -> None:
        self.losses.append(lost)
        self._rest.set()


def connecting(
    relay: Relay, *, mode: Mode = Mode.FULL, messages: int = 50, **timeouts: float
) -> Callable[[Source], Connection]:
    """Return what connects to a relay, in a mode that all its sessions share."""
    manners = Manners(mode)

    def connect(source: Source) -> Connection:
        return RelayConnection(
            RelayAddress(relay.url),
            source,
            ehlo_name="news.example.org",
            manners=manners,
            timeouts=Timeouts(**timeouts),
            messages=messages,
        )

    return connect


def deliver(
    connect: Callable[[Source], Connection], *envelopes: Envelope
) -> list[Outcome]:
    """Return what became of each envelope, in their order."""
    return carried(connect, *envelopes)[0]


def carried(
    connect: Callable[[Source], Connection], *envelopes: Envelope
) -> tuple[list[Outcome], Carrier]:
    """Return outcomes, and the source as it was left."""

    async def run() -> tuple[list[Outcome], Carrier]:
        carrier = Carrier(envelopes, connect)
        return await asyncio.wait_for(carrier.carry(), 30), carrier

    return asyncio.run(run())
