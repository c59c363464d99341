"""The messages of tests/payloads/bounces, and what is known of them."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from newsletter.bounces import Candidate
from subscribers.tokens import KeyRing, Purpose

FOLDER = Path(__file__).parents[2] / "payloads/bounces"
# Signed the tokens in the genuine ones. Any purpose serves to tell them from forged.
RING = KeyRing(["the corpus of bounces: no installation has this secret"])


class Sample(NamedTuple):
    """One message and what reading it should give."""

    name: str
    kind: str
    failure: str
    status: str
    code: str
    proof: str  # whether a token of ours stands in it: yes, no, or "" if it matters not
    batch: str  # 1 was there while the parser was written, the others were not
    about: str

    @property
    def raw(self) -> bytes:
        """The message as it came."""
        return (FOLDER / f"{self.name}.eml").read_bytes()

    @property
    def is_soft(self) -> bool:
        """Whether it reports a failure that must end nothing at once."""
        return self.kind == "bounce" and self.failure not in {
            "hard",
            "domain",
            "disabled",
        }


def samples() -> list[Sample]:
    """Return the whole corpus."""
    with (FOLDER / "expected.csv").open(encoding="utf-8", newline="") as file:
        return [Sample(**row) for row in csv.DictReader(file)]


def proven(candidates: Iterable[Candidate]) -> set[str]:
    """Return the handles that genuine tokens in these candidates name."""
    found = set()
    for each in candidates:
        local = each.value.lower().removeprefix("mailto:").partition("@")[0]
        token = local.rpartition("+")[2].rpartition("/")[2]
        if handles := RING.read(Purpose.UNSUBSCRIBE, token):
            found.add(handles[0])
    return found
