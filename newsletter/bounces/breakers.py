"""When so much comes back of an issue that the rest of it must wait (pure)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

# Unknown addresses, of which a good list has hardly any: a share of all who were
# answered for, and of the first readers as if there were so many already.
FIRST = 500
_HARD_SHARE = 0.02
# Identical refusals for reasons of trust, by whoever reads for many.
_ALIKE = 20
# Complaints among accepted letters; Gmail stops helping senders from here on.
_COMPLAINT_SHARE = 0.003
_COMPLAINTS = 2  # one reader of a small list is not a trend
_SAME = 60  # characters by which two refusals are the same
# Addresses, numbers, moments, identifiers: what differs from letter to letter.
_SINGULAR = re.compile(r"\S*[@\d]\S*")


class Breaker(StrEnum):
    """What pauses an issue for a person to look at."""

    UNKNOWN_READERS = "unknown readers"
    NOT_TRUSTED = "not trusted"
    COMPLAINTS = "complaints"


@dataclass(frozen=True)
class Toll:
    """What an issue has cost so far."""

    answered: int  # readers whose relay has said yes or no
    accepted: int
    hard: int  # addresses that do not exist, refused or come back
    alike: int  # of identical refusals for trust: the most frequent one's
    complaints: int


def likeness(status: str, diagnostic: str) -> tuple[str, str]:
    """Return what identical refusals share, without whom and when they were about."""
    words = _SINGULAR.sub(" ", diagnostic.lower())
    return status, " ".join(words.split())[:_SAME]


def tripped(toll: Toll, *, tolerated: Collection[str] = ()) -> Breaker | None:
    """Return what must stop an issue; what somebody tolerates stops it no more."""
    found = (each for each, trips in _breakers(toll) if trips)
    return next((each for each in found if each not in tolerated), None)


def _breakers(toll: Toll) -> tuple[tuple[Breaker, bool], ...]:
    readers = max(toll.answered, FIRST)
    many = toll.complaints >= _COMPLAINTS
    return (
        (Breaker.UNKNOWN_READERS, toll.hard > readers * _HARD_SHARE),
        (Breaker.NOT_TRUSTED, toll.alike >= _ALIKE),
        (
            Breaker.COMPLAINTS,
            many and toll.complaints >= toll.accepted * _COMPLAINT_SHARE,
        ),
    )
