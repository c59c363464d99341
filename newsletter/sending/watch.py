"""What time it is by the database, without asking it each time."""

import time
from datetime import datetime, timedelta

from subscribers.clock import utcnow


class Watch:
    """A clock that was set by the database's."""

    def __init__(self) -> None:
        self._read, self._at = utcnow(), float("-inf")

    def set(self, now: datetime) -> datetime:
        """Set it, and return the same moment."""
        self._read, self._at = now, time.monotonic()
        return now

    def now(self) -> datetime:
        """Return the moment it is."""
        return self._read + timedelta(seconds=time.monotonic() - self._at)
