"""Broken messages in number; `python -m benchmarks.fuzz_bounces` goes on for longer."""

import time
from itertools import islice

from newsletter import bounces
from tests.newsletter.bounces.mutations import mutated

MANY = 1_500


def test_whatever_is_broken_nothing_is_raised_and_nothing_takes_long() -> None:
    slow = []
    for number, raw in enumerate(islice(mutated(seed=7), MANY)):
        began = time.process_time()
        bounces.read(raw)
        if time.process_time() - began > 0.1:
            slow.append(number)

    assert slow == []
