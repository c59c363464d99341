"""The questions of one check: bounded in time and number, each asked once."""

import threading
import time
from collections.abc import Callable

from newsletter.domains import Answer, Found, Resolver

# Of one check. SPF alone may need a dozen; nobody needs more than this.
QUESTIONS = 30
# Seconds one question may take, so that a silent server leaves time for others.
_EACH = 1.5


class Inquiry:
    """A resolver with a memory, a deadline, and patience for so many questions."""

    def __init__(
        self,
        resolver: Resolver,
        *,
        until: float,
        questions: int = QUESTIONS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take no question after `until`, a moment of the monotonic clock."""
        self._resolver, self._until, self._clock = resolver, until, clock
        self._left = questions
        self._known: dict[tuple[str, str], Answer] = {}
        self._lock = threading.Lock()

    def ask(self, name: str, kind: str) -> Answer:
        """Return the records of a kind."""
        key = (name.lower().rstrip("."), kind)
        if key in self._known:
            return self._known[key]
        with self._lock:
            if self._left <= 0:
                return Answer(Found.NOT_ASKED)
            self._left -= 1
        seconds = min(self._until - self._clock(), _EACH)
        if seconds <= 0:
            return Answer(Found.TIMEOUT)
        answer = self._known[key] = self._resolver.ask(*key, seconds=seconds)
        return answer

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self._until - self._clock()


class Offline:
    """The resolver of a machine that must not ask anybody."""

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        """Ask nobody."""
        return Answer(Found.NOT_ASKED)


def could_not_ask(answer: Answer) -> bool:
    """Whether nothing can be concluded from an answer."""
    return not answer.is_known
