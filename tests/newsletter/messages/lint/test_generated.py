"""Two hundred letters in four languages, whatever is in them, keep every rule."""

from collections import Counter

import pytest

from newsletter.messages import lint
from tests.newsletter.messages.lint.letters import (
    LANGUAGES,
    LONGEST_HOST,
    Hostile,
    message,
)

ISSUES = 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_generated_letter_keeps_every_rule(language: str) -> None:
    faults: Counter[str] = Counter()

    for seed in range(ISSUES):
        for each in lint.broken(message(Hostile(seed).letter(language))):
            faults[f"{each.rule} {each.reason} (seed {seed})"] += 1

    assert faults == {}
    assert len(LONGEST_HOST) > 180
