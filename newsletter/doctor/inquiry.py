"""The questions of a check: bounded in time and number, each put once."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from copy import copy

from newsletter.domains import CONTROL, Answer, Found, Resolver

# Of one check. SPF alone may need a dozen; nobody needs more than this.
QUESTIONS = 30
# Seconds one question may take, so that a silent server leaves time for others.
EACH = 1.5


class Inquiry:
    """A resolver with a deadline, and patience for so many questions."""

    def __init__(
        self,
        resolver: Resolver,
        *,
        until: float,
        questions: int = QUESTIONS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take no question after `until`, a moment of the clock `now`."""
        self._resolver, self._until, self._left = resolver, until, questions
        self._now = now
        self._known: dict[tuple[str, str], Answer] = {}

    def ask(self, name: str, kind: str) -> Answer:
        """Return the records of a kind."""
        key = (name.lower().rstrip("."), kind)
        if key in self._known:
            return self._known[key]
        if self._left <= 0:
            return Answer(Found.NOT_ASKED)
        self._left -= 1
        seconds = min(self._until - self._now(), EACH)
        if seconds <= 0:
            return Answer(Found.TIMEOUT)
        answer = self._known[key] = self._resolver.ask(*key, seconds=seconds)
        return answer

    def supposing(self, name: str, kind: str, *values: str) -> "Inquiry":
        """Return one that knows what this one does, and takes some records for so."""
        other = copy(self)
        told = Answer(Found.RECORDS, values)
        other._known = {**self._known, (name.lower().rstrip("."), kind): told}
        return other


class Remembering:
    """A resolver that several checks share, so that each question is put once.

    A name that is not there counts only while another one, that must be, is found.
    """

    def __init__(
        self, resolver: Resolver, *, until: float, now: Callable[[], float]
    ) -> None:
        """Ask nobody after `until`, a moment of the clock `now`."""
        self._resolver, self._until, self._now = resolver, until, now
        self._known: dict[tuple[str, str], Answer] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        """Return what is known, or wait for whoever is asking the same."""
        answer = self._ask(name, kind, seconds)
        if answer.found in {Found.NO_NAME, Found.NO_DATA}:
            control = self._ask(CONTROL, "NS", EACH)
            if not control.is_known:
                return Answer(control.found)
            if control.found is not Found.RECORDS:
                return Answer(Found.CUT_OFF)
        return answer

    def _ask(self, name: str, kind: str, seconds: float) -> Answer:
        key = (name, kind)
        with self._lock:
            lock = self._locks[key]
        if not lock.acquire(timeout=self._left(seconds)):
            return Answer(Found.TIMEOUT)
        try:
            if key not in self._known:
                left = self._left(seconds)
                self._known[key] = self._resolver.ask(name, kind, seconds=left)
            return self._known[key]
        finally:
            lock.release()

    def _left(self, seconds: float) -> float:
        return max(min(seconds, self._until - self._now()), 0)
