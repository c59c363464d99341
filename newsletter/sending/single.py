"""Hand over a few messages that are no issue, one after the other."""

import asyncio
import threading
import time
from collections.abc import Sequence

from newsletter import smtp
from newsletter.config import Settings
from newsletter.smtp import Envelope, Outcome, RelayUnavailable, Verdict

# Seconds after which no further message is begun: whoever claimed them for a while
# must be done before that while is over.
_PATIENCE = 240


def hand_over(
    settings: Settings, envelopes: Sequence[Envelope], *, stop: threading.Event
) -> list[Outcome]:
    """Return what became of each message, in order.

    With a relay out of reach, once `stop` is set or after four minutes, the rest is
    returned: nobody was tried.
    """
    return asyncio.run(_hand_over(settings, envelopes, stop))


async def _hand_over(
    settings: Settings, envelopes: Sequence[Envelope], stop: threading.Event
) -> list[Outcome]:
    connection = smtp.connect(settings)
    outcomes: list[Outcome] = []
    until = time.monotonic() + _PATIENCE
    try:
        for envelope in envelopes:
            if stop.is_set() or time.monotonic() > until:
                break
            if not connection.is_open:
                await connection.open()
            outcomes.append(await connection.deliver(envelope))
    except RelayUnavailable as error:
        outcomes += [error.outcome] * (len(envelopes) - len(outcomes))
    finally:
        await connection.close()
    left = len(envelopes) - len(outcomes)
    return outcomes + [Outcome(Verdict.RETURNED)] * left
