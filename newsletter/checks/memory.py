"""What was found out about mails, for as long as their contents stay the same."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from newsletter.checks.proof import Mail


class Memory:
    """Remembers the mails looked through last, by the hash of what they hold."""

    def __init__(self, *, size: int = 64) -> None:
        """Make a memory of so many mails; 0 remembers nothing."""
        self._size = size
        self._known: OrderedDict[str, Mail] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, key: str, make: Callable[[], Mail]) -> Mail:
        """Return what is known under `key`, made now where nothing is.

        Two pages that ask at once may both make it: neither waits for the other.
        """
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        made = make()
        with self._lock:
            self._known[key] = made
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return made
