"""Count what went wrong lately, so that nobody can try passwords for ever."""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=15)
_MANY = 10_000  # names remembered; the oldest go first


class Throttle:
    """Failures per name within the last quarter of an hour, in this process."""

    def __init__(self) -> None:
        self._failures: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def is_tired(self, name: str, *, limit: int, now: datetime) -> bool:
        """Whether `name` failed `limit` times within the window."""
        with self._lock:
            return len(self._recent(name, now)) >= limit

    def note(self, name: str, *, now: datetime) -> None:
        """Count one failure."""
        with self._lock:
            recent = self._recent(name, now)
            recent.append(now)
            # Put back last: a dict forgets its first, the one idle for longest.
            self._failures.pop(name, None)
            self._failures[name] = recent
            while len(self._failures) > _MANY:
                self._failures.pop(next(iter(self._failures)))

    def forget(self, name: str) -> None:
        """Start anew for somebody who got in."""
        with self._lock:
            self._failures.pop(name, None)

    def _recent(self, name: str, now: datetime) -> deque[datetime]:
        recent = self._failures.get(name, deque())
        while recent and now - recent[0] > WINDOW:
            recent.popleft()
        return recent
