"""Remember a million addresses in little memory, to notice the second time."""

from array import array

_FIRST_SIZE = 1 << 12  # slots; always a power of two


class Seen:
    """A set of texts kept as 64-bit hashes: 16 to 32 bytes each, growing as needed.

    Two of a million addresses share a hash once in 40 million files.
    """

    def __init__(self) -> None:
        self._slots = array("q", bytes(8 * _FIRST_SIZE))
        self._used = 0

    def add(self, text: str) -> bool:
        """Remember a text; False if it was there already."""
        if 2 * self._used >= len(self._slots):
            self._grow()
        added = self._put(hash(text) or 1)  # 0 marks an empty slot
        self._used += added
        return added

    def _put(self, mark: int) -> bool:
        slots = self._slots
        last = len(slots) - 1
        at = mark & last
        while slots[at]:
            if slots[at] == mark:
                return False
            at = (at + 1) & last
        slots[at] = mark
        return True

    def _grow(self) -> None:
        marks = self._slots
        self._slots = array("q", bytes(2 * 8 * len(marks)))
        for mark in marks:
            if mark:
                self._put(mark)
