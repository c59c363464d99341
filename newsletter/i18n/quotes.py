"""Straight quotes and apostrophes made into the language's own, in pairs only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Stands between parts of one text (see typography.tidy_parts) and counts as nothing.
SEAM = "\ue000"

_STRAIGHT = re.compile("[\"']")
_OPENERS = "([{«„“‘‚—–-/"


@dataclass(frozen=True)
class Marks:
    """What opens and closes a quotation, and one within it."""

    double: tuple[str, str]
    single: tuple[str, str]
    # What may follow an apostrophe at the beginning of a word: 's avonds.
    elided: tuple[str, ...] = ()


def curl(text: str, marks: Marks, *, alone: Iterable[range]) -> str:
    """Return the text with its pairs and apostrophes curled; `alone` stays.

    A sign without a twin stays straight: it may be an inch, a minute, a slip.
    """
    return _Curler(text, marks, frozenset(i for span in alone for i in span)).curl()


class _Curler:
    """Walks a text once, remembering which quotations are open."""

    def __init__(self, text: str, marks: Marks, alone: frozenset[int]) -> None:
        self._text, self._marks, self._alone = text, marks, alone
        self._open: dict[str, list[int]] = {'"': [], "'": []}
        self._opened: set[int] = set()  # signs that begin a quotation
        self._instead: dict[int, str] = {}

    def curl(self) -> str:
        for found in _STRAIGHT.finditer(self._text):
            if found.start() not in self._alone:
                self._meet(found.start(), found[0])
        return _STRAIGHT.sub(
            lambda found: self._instead.get(found.start(), found[0]), self._text
        )

    def _meet(self, at: int, sign: str) -> None:
        before, after = self._char(at, -1), self._char(at, 1)
        if sign == "'" and self._is_inside(before, after):
            self._instead[at] = "’"
        elif self._open[sign] and self._closes(at, before, after):
            opening, closing = self._marks.double if sign == '"' else self._marks.single
            self._instead[self._open[sign].pop()] = opening
            self._instead[at] = closing
        elif sign == "'" and (before.isalpha() or self._is_elided(at, before)):
            self._instead[at] = "’"
        elif self._opens(at, before, after):
            self._open[sign].append(at)
            self._opened.add(at)

    def _is_inside(self, before: str, after: str) -> bool:
        """Whether it stands within a word: not between the digits of 5'10."""
        return before.isalnum() and after.isalpha()

    def _is_elided(self, at: int, before: str) -> bool:
        """Whether it stands for what a word begins with: 't, 's, '68."""
        if before.isalnum():
            return False
        word = self._text[at + 1 : at + 3].lower()
        return word[:1] in self._marks.elided and not word[1:].isalnum()

    def _opens(self, at: int, before: str, after: str) -> bool:
        begins = not before or before.isspace() or before in _OPENERS
        return (begins or self._was_opening(at)) and bool(after) and not after.isspace()

    def _closes(self, at: int, before: str, after: str) -> bool:
        ends = bool(before) and not before.isspace() and before not in _OPENERS
        return ends and not self._was_opening(at) and not after.isalnum()

    def _was_opening(self, at: int) -> bool:
        return self._place(at, -1) in self._opened

    def _char(self, at: int, step: int) -> str:
        place = self._place(at, step)
        return self._text[place] if 0 <= place < len(self._text) else ""

    def _place(self, at: int, step: int) -> int:
        at += step
        while 0 <= at < len(self._text) and self._text[at] == SEAM:
            at += step
        return at
