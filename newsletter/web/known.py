"""What was last found out about issues that are being checked, for a first answer."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.checks import Report
from newsletter.relays import Estimate

_MOST = 200  # issues


@dataclass(frozen=True)
class Known:
    """The report of an issue, and who would have got it, when somebody last asked."""

    report: Report
    people: Mapping[str, int]  # by edition
    paused: int
    unreachable: int
    estimate: Estimate | None

    @property
    def total(self) -> int:
        """How many would get it."""
        return sum(self.people.values())


class Lately:
    """Remembers what was found out about each issue last, in this process.

    Only to say something at once: whatever decides asks again.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[int, Known] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, issue_id: int, found: Known) -> None:
        """Remember it instead of what was known before."""
        with self._lock:
            self._known[issue_id] = found
            self._known.move_to_end(issue_id)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)

    def recall(self, issue_id: int) -> Known | None:
        """Return what is known of an issue, if anything is."""
        with self._lock:
            return self._known.get(issue_id)
