"""Hand over a few messages that are no issue, one after the other."""

import asyncio
import threading
import time
from collections.abc import Sequence

from newsletter import smtp
from newsletter.config import Relay, Settings
from newsletter.smtp import (
    Connection,
    Envelope,
    Letter,
    Outcome,
    RelayUnavailable,
    Verdict,
)

# Seconds after which no further message is begun: whoever claimed them for a while
# must be done before that while is over.
_PATIENCE = 240


def hand_over(
    settings: Settings,
    envelopes: Sequence[Envelope],
    *,
    relay: Relay | None,
    stop: threading.Event,
) -> list[Outcome]:
    """Return what became of each message, in order; no `relay`: the built-in mailbox.

    With a relay out of reach, once `stop` is set or after four minutes, the rest is
    returned: nobody was tried.
    """
    if not envelopes:
        return []
    return asyncio.run(_hand_over(settings, envelopes, relay, stop))


async def _hand_over(
    settings: Settings,
    envelopes: Sequence[Envelope],
    relay: Relay | None,
    stop: threading.Event,
) -> list[Outcome]:
    pile = _Pile(envelopes, stop)
    connection = smtp.connect(
        settings,
        pile,
        relay=relay,
        messages=settings.messages_per_connection,
    )
    try:
        while not pile.is_done:
            if not connection.is_open:
                pile.at_rest.clear()
                await connection.open()
            await pile.at_rest.wait()
            if pile.lost > _PATIENT_WITH:
                break
    except RelayUnavailable as error:
        pile.fallback = error.outcome
    finally:
        await connection.close()
    return pile.outcomes


# Connections that may break before the rest is given up for this time.
_PATIENT_WITH = 3


class _Pile:
    """The messages as a source for one connection."""

    def __init__(self, envelopes: Sequence[Envelope], stop: threading.Event) -> None:
        self._stop, self._until = stop, time.monotonic() + _PATIENCE
        self._waiting = list(reversed(list(enumerate(envelopes))))
        self._outcomes: dict[int, Outcome] = {}
        self._many = len(envelopes)
        self.fallback = Outcome(Verdict.RETURNED)
        self.lost = 0
        self.at_rest = asyncio.Event()  # nothing is under way

    @property
    def is_done(self) -> bool:
        """Whether nothing is left that may be begun."""
        return not self._waiting or self._is_over

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of each message; those never begun share the fallback."""
        return [self._outcomes.get(at, self.fallback) for at in range(self._many)]

    def next(self) -> Letter | None:
        """Return the next message, unless it is too late."""
        if self.is_done:
            self._rest()
            return None
        place, envelope = self._waiting.pop()
        return Letter(envelope, place)

    def may_leave(self, letter: Letter) -> bool:
        """Nobody else can have taken it."""
        return True

    def settle(self, letter: Letter, outcome: Outcome) -> None:
        """Keep the outcome in the message's place."""
        assert isinstance(letter.about, int)  # noqa: S101  # `next` put it there
        self._outcomes[letter.about] = outcome
        self._rest()

    def closed(self, connection: Connection, *, lost: bool) -> None:
        """Let another connection be opened for the rest."""
        self.lost += lost
        self.at_rest.set()

    def _rest(self) -> None:
        if self.is_done and len(self._outcomes) + len(self._waiting) == self._many:
            self.at_rest.set()

    @property
    def _is_over(self) -> bool:
        return self._stop.is_set() or time.monotonic() > self._until
