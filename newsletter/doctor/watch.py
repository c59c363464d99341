"""The clock that an examination goes by: one deadline for everything in it."""

import time
from queue import Empty, SimpleQueue
from typing import TypeVar

_Result = TypeVar("_Result")


class Watch:
    """Time as it passes for everybody; that of a test needs no waiting."""

    def now(self) -> float:
        """Return a moment, in seconds, of a clock that never goes back."""
        return time.monotonic()

    def next_of(self, results: SimpleQueue[_Result], *, until: float) -> _Result | None:
        """Wait for the next result; None if there is none by then."""
        try:
            return results.get(timeout=max(until - self.now(), 0))
        except Empty:
            return None
