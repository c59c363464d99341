"""How fast issues on their way are, by what was seen of them in the last minute."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

_SPAN = timedelta(minutes=1)
# From fewer seconds no speed is told: the first batch says nothing of the next.
_LEAST = timedelta(seconds=5)
_MOST_ISSUES = 100


@dataclass(frozen=True)
class Beat:
    """How many readers were done with at a moment."""

    at: datetime
    done: int


class Pulse:
    """What this process saw of issues on their way; shared by its pages."""

    def __init__(self) -> None:
        self._seen: dict[int, deque[Beat]] = {}
        self._lock = threading.Lock()

    def note(self, issue_id: int, done: int, *, at: datetime) -> None:
        """Remember how far an issue is; what is older than a minute is forgotten."""
        with self._lock:
            if issue_id not in self._seen and len(self._seen) >= _MOST_ISSUES:
                self._seen.pop(next(iter(self._seen)))
            beats = self._seen.setdefault(issue_id, deque())
            # Somebody has resumed it, or the clock was set: what was is no measure.
            if beats and (done < beats[-1].done or at < beats[-1].at):
                beats.clear()
            beats.append(Beat(at, done))
            while beats[0].at < at - _SPAN:
                beats.popleft()

    def per_minute(self, issue_id: int) -> int | None:
        """Return how many readers a minute are done with; None: not seen for long."""
        with self._lock:
            beats = self._seen.get(issue_id)
            if not beats or beats[-1].at - beats[0].at < _LEAST:
                return None
            seconds = (beats[-1].at - beats[0].at).total_seconds()
            return round((beats[-1].done - beats[0].done) * 60 / seconds)
