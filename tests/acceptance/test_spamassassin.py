"""SpamAssassin, offline, has next to nothing against the sample issue."""

import re
import shutil
import subprocess
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from newsletter.config import Settings
from tests.acceptance.sample import letters

pytestmark = pytest.mark.slow

MOST = 0.5
_SCORE = re.compile(r"^X-Spam-Status: \w+, score=(-?[\d.]+)", re.MULTILINE)
_RULES = re.compile(r"^ *(-?\d+\.\d+) ([A-Z][A-Z0-9_]+)\s", re.MULTILINE)


@dataclass(frozen=True)
class Judged:
    """What SpamAssassin makes of a message: its score, and what each rule adds."""

    score: float
    rules: dict[str, float]


def judged(message: bytes) -> Judged:
    """Ask SpamAssassin without a network; skip the test where it is not installed."""
    program = shutil.which("spamassassin")
    if program is None:
        pytest.skip("left out, for lack of SpamAssassin (apt-get install spamassassin)")
    # -L: no look-ups; -t: with a report, whatever the score.
    told = subprocess.run(
        [program, "-L", "-t"],
        input=message,
        capture_output=True,
        check=True,
        timeout=120,
    )
    report = told.stdout.decode("utf-8", "replace")
    found = _SCORE.search(report)
    assert found, report[:2000]
    rules = {name: float(score) for score, name in _RULES.findall(report)}
    return Judged(float(found[1]), rules)


def test_the_sample_issue_is_no_spam_in_any_language(
    sqlite_engine: Engine, settings: Settings
) -> None:
    found = {
        letter.language: judged(letter.message)
        for letter in letters(sqlite_engine, settings)
    }

    assert len(found) == 4
    assert {
        language: each for language, each in found.items() if each.score > MOST
    } == {}


def test_what_is_spam_is_called_so() -> None:
    # The test pattern that every filter knows: without it, a pass would prove nothing.
    gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    head = "From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\n"

    assert judged(f"{head}{gtube}\r\n".encode()).score > 900
