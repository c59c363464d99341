"""What differs between two texts: sentence by sentence, and word by word within one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from newsletter.i18n import sentences

# Two sentences with this much in common are one that was changed.
_ALIKE = 0.5
_BREAK = "\n"
_LONGEST = 400  # sentences, or words of one: more is shown as wholly other
_WORDS = re.compile(r"\s+|[^\W_]+(?:[’'-][^\W_]+)*|[^\w\s]|_", re.UNICODE)


class Kind(StrEnum):
    """Whether words stand in both texts, or in one."""

    SAME = "same"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True)
class Run:
    """Some words, and in which text they stand."""

    kind: Kind
    words: str


@dataclass(frozen=True)
class Sentence:
    """One sentence with what differs in it; `number` counts those that do, from 1."""

    runs: tuple[Run, ...]
    number: int = 0

    @property
    def changed(self) -> bool:
        """Whether the two texts differ here."""
        return self.number > 0


@dataclass(frozen=True)
class Difference:
    """Two texts laid over each other."""

    lines: tuple[tuple[Sentence, ...], ...]  # as the later text has them

    @property
    def count(self) -> int:
        """How many sentences differ."""
        return sum(each.changed for line in self.lines for each in line)


def between(before: str, after: str, language: str) -> Difference:
    """Return what was changed from one plain text to another, by its sentences."""
    lines: list[list[Sentence]] = [[]]
    count = 0
    for was, now in _pairs(_cut(before, language), _cut(after, language)):
        if _BREAK in (was, now):
            lines.append([])
            continue
        count += was != now
        runs = words(was, now)
        lines[-1].append(Sentence(runs, count if was != now else 0))
    return Difference(tuple(tuple(line) for line in lines if line))


def words(before: str, after: str) -> tuple[Run, ...]:
    """Return what differs between two sentences, word by word."""
    one, other = _WORDS.findall(before), _WORDS.findall(after)
    if not one or not other or max(len(one), len(other)) > _LONGEST:
        return _whole(before, after)
    runs: list[Run] = []
    for tag, i, j, k, m in _opcodes(one, other):
        if tag == "equal":
            runs.append(Run(Kind.SAME, "".join(one[i:j])))
            continue
        runs += _whole("".join(one[i:j]), "".join(other[k:m]))
    return tuple(runs)


def _opcodes(
    one: Sequence[str], other: Sequence[str]
) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, one, other, autojunk=False).get_opcodes()


def _whole(before: str, after: str) -> tuple[Run, ...]:
    runs = (Run(Kind.OLD, before), Run(Kind.NEW, after))
    return tuple(run for run in runs if run.words)


def _cut(text: str, language: str) -> list[str]:
    """Return the sentences of a text, with a sign between its lines."""
    found: list[str] = []
    for line in text.splitlines():
        found += [*sentences.split(line, language), _BREAK] if line.strip() else []
    return found[:_LONGEST]


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each sentence beside what became of it; "" where it has no twin."""
    for tag, i, j, k, m in _opcodes(old, new):
        if tag == "equal":
            yield from zip(old[i:j], new[k:m], strict=True)
        else:
            yield from _twins(list(old[i:j]), new[k:m])


def _twins(old: list[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    for now in new:
        at = next((i for i, was in enumerate(old) if _are_alike(was, now)), None)
        if at is None:
            yield "", now
            continue
        yield from ((was, "") for was in old[:at])
        yield old[at], now
        del old[: at + 1]
    yield from ((was, "") for was in old)


def _are_alike(was: str, now: str) -> bool:
    if _BREAK in (was, now):
        return was == now
    one, other = _WORDS.findall(was), _WORDS.findall(now)
    if max(len(one), len(other)) > _LONGEST:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
