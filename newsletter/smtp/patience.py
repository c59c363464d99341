"""Wait for something with a deadline that moves a thousand times a second."""

import asyncio
from collections.abc import Callable


class Patience:
    """One timer that looks again: to set one for each deadline would cost more."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, give_up: Callable[[], None]
    ) -> None:
        """Call `give_up` once a deadline has passed."""
        self._loop, self._give_up = loop, give_up
        self._deadline = float("inf")
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = float("inf")

    def wait(self, seconds: float) -> None:
        """Give up so many seconds from now, unless told otherwise before."""
        self._deadline = self._loop.time() + seconds
        if self._deadline < self._looks_at:
            self._set()

    def rest(self) -> None:
        """Wait for nothing."""
        self._deadline = float("inf")

    def end(self) -> None:
        """Never give up any more."""
        self.rest()
        if self._timer is not None:
            self._timer.cancel()

    def _set(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = self._deadline
        self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer, self._looks_at = None, float("inf")
        if self._loop.time() >= self._deadline:
            self._give_up()
        elif self._deadline != float("inf"):
            self._set()
