"""Broken messages for a minute; `python -m benchmarks.fuzz_bounces` goes on longer."""

import time

import pytest

from newsletter import bounces
from tests.newsletter.bounces.mutations import mutated

# Of the processor, so that a busy machine tries no less than a quiet one.
SECONDS = 60.0
LONGEST = 0.1
# A machine that does not read as many in its minute is no measure of anything.
LEAST = 1_500


@pytest.mark.timeout(1_200)  # a minute of the processor is many on a busy machine
def test_whatever_is_broken_nothing_is_raised_and_nothing_takes_long() -> None:
    slow, number = [], 0
    ends = time.process_time() + SECONDS
    for number, raw in enumerate(mutated(seed=7)):
        if time.process_time() >= ends:
            break
        if _seconds(raw) > LONGEST and _is_slow(raw):
            slow.append(number)

    assert slow == []
    assert number >= LEAST


def _seconds(raw: bytes) -> float:
    began = time.process_time()
    bounces.read(raw)
    return time.process_time() - began


def _is_slow(raw: bytes) -> bool:
    """Whether it is the message: Python may have swept its memory meanwhile."""
    return min(_seconds(raw) for _ in range(3)) > LONGEST
