"""How long to leave alone what failed: a server, or one message."""

import time

_FIRST_PAUSE = 60.0  # seconds after a failure, doubled each time
# An unsubscription by mail may wait a quarter of an hour at most.
_LONGEST_PAUSE = 600.0


class Rest:
    """The pause after failures: a minute, then ever longer, ten at most."""

    def __init__(self) -> None:
        """Need none."""
        self._failures, self._until = 0, float("-inf")

    @property
    def is_over(self) -> bool:
        """Whether it is time to try again."""
        return time.monotonic() >= self._until

    def begin(self) -> float:
        """Rest after one more failure; return for how many seconds."""
        pause: float = min(_FIRST_PAUSE * 2**self._failures, _LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 10)
        # Ticks do not come to the second.
        self._until = time.monotonic() + pause - _FIRST_PAUSE / 2
        return pause


class Troubles:
    """Messages that could not be read or taken: they must not hold up the others."""

    def __init__(self) -> None:
        """Know of none."""
        self._rests: dict[str, Rest] = {}

    @property
    def names(self) -> list[str]:
        """Those there are."""
        return list(self._rests)

    def note(self, name: str) -> None:
        """Let a message wait, longer each time."""
        self._rests.setdefault(name, Rest()).begin()

    def end(self, name: str) -> None:
        """Forget a message that made none."""
        self._rests.pop(name, None)

    def forget_all_but(self, names: list[str]) -> None:
        """Forget those that are gone."""
        for gone in self._rests.keys() - set(names):
            self.end(gone)

    def avoid(self, names: list[str]) -> list[str]:
        """Return the others."""
        return [name for name in names if name not in self._rests]

    def due(self, names: list[str]) -> list[str]:
        """Return those that it is time to try again."""
        return [
            name for name in names if name in self._rests and self._rests[name].is_over
        ]
