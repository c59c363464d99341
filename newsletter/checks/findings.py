"""What a check says: how grave it is, about which language, where it is mended."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from newsletter.checks.places import Place
from newsletter.checks.proof import Proof
from newsletter.checks.sentences import Sentence


class Level(StrEnum):
    """How grave a finding is."""

    MUST_FIX = "must-fix"  # the issue does not leave before
    LOOK = "look"  # worth a look; nothing waits for it
    UNCHECKED = "could-not-check"  # the check did not run, or not to its end


@dataclass(frozen=True)
class Fault:
    """What a check found, before it is known which check that was.

    `detail` tells two faults of one place apart, so that an override of one does not
    cover the other.
    """

    level: Level
    sentence: Sentence
    place: Place
    language: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that a check has to say about an issue."""

    check: str
    level: Level
    language: str | None  # of the edition or the words; None: of all
    place: Place
    sentence: Sentence
    overridable: bool
    key: str  # what an override names

    @property
    def blocks(self) -> bool:
        """Whether it stands in the way, unless an admin overrode it."""
        return self.level is Level.MUST_FIX


@dataclass(frozen=True)
class Check:
    """One point of the list: pure, it reads the proof of an issue."""

    id: str
    name: str  # what is right when it finds nothing; a msgid
    find: Callable[[Proof], Iterable[Fault]]
    overridable: bool

    def run(self, proof: Proof) -> list[Finding]:
        """Return what it finds, each thing once."""
        found = {self._key(fault): fault for fault in self.find(proof)}
        return [
            Finding(
                self.id,
                fault.level,
                fault.language,
                fault.place,
                fault.sentence,
                self.overridable,
                key,
            )
            for key, fault in found.items()
        ]

    def _key(self, fault: Fault) -> str:
        parts = [self.id, fault.language or "*", fault.place.key]
        if fault.detail:
            digest = hashlib.sha256(fault.detail.encode("utf-8", "replace"))
            parts.append(digest.hexdigest()[:12])
        return ":".join(parts)


def check(
    id_: str, name: str, *, overridable: bool = True
) -> Callable[[Callable[[Proof], Iterable[Fault]]], Check]:
    """Make a function of a proof a check; `name` is marked for translation."""
    return lambda find: Check(id_, name, find, overridable)


def must_fix(
    sentence: Sentence, place: Place, *, language: str | None = None, detail: str = ""
) -> Fault:
    """Return a fault that keeps the issue from leaving."""
    return Fault(Level.MUST_FIX, sentence, place, language, detail)


def look(
    sentence: Sentence, place: Place, *, language: str | None = None, detail: str = ""
) -> Fault:
    """Return a fault that somebody should look at."""
    return Fault(Level.LOOK, sentence, place, language, detail)


def unchecked(
    sentence: Sentence, place: Place, *, language: str | None = None, detail: str = ""
) -> Fault:
    """Return that something could not be checked."""
    return Fault(Level.UNCHECKED, sentence, place, language, detail)
