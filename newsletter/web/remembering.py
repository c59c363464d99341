"""Remembers how many people long lists have, for as long as that is near enough."""

from datetime import datetime

from subscribers.figures import Figures


class Counted:
    """What was counted last, by list; of this process alone."""

    def __init__(self) -> None:
        self._known: dict[int, Figures] = {}

    def of(self, list_id: int, *, after: datetime) -> Figures | None:
        """Return what was counted after a moment."""
        found = self._known.get(list_id)
        return found if found and found.counted_at > after else None

    def keep(self, list_id: int, figures: Figures) -> None:
        """Remember what was just counted."""
        self._known[list_id] = figures

    def forget(self) -> None:
        """Count again: somebody has changed many people."""
        self._known.clear()
