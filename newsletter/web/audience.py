"""Those who watch issues on their way: how many, and what all of them are shown."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MOST = 200  # streams of this process; pages beyond ask every five seconds
_MOST_LOOKS = 500  # remembered
# Seconds for which a look serves everybody, and the share of time looking may take.
_FRESH = 0.9
_SHARE = 0.2


@dataclass
class _Look:
    """What was seen last of one thing, and until when that will do."""

    lock: threading.Lock
    seen: Any = None  # whatever the caller makes
    until: float = float("-inf")  # of the monotonic clock


class Audience:
    """The open streams of this process, and the looks they share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seats = 0
        self._looks: dict[tuple[object, ...], _Look] = {}
        self.is_closing = False

    @property
    def is_full(self) -> bool:
        """Whether nobody else can be told as it happens."""
        return self._seats >= MOST

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Count somebody in, until they leave."""
        with self._lock:
            self._seats += 1
        try:
            yield
        finally:
            with self._lock:
                self._seats -= 1
                if not self._seats:
                    self._looks.clear()

    def close(self) -> None:
        """Let every stream end: the server is about to."""
        self.is_closing = True

    def look(self, name: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return what `make` returns, made once a second for all who ask.

        Less often where making takes long, so that a large issue costs no more.
        """
        with self._lock:
            if len(self._looks) >= _MOST_LOOKS:
                self._looks.clear()
            look = self._looks.setdefault(name, _Look(threading.Lock()))
        with look.lock:
            begun = time.monotonic()
            if begun >= look.until:
                look.seen = make()
                took = time.monotonic() - begun
                look.until = begun + max(_FRESH, took / _SHARE)
            return look.seen
