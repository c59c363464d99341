"""MJML rendered in a process of its own, which may die in our place."""

import re
import subprocess
import sys
from pathlib import Path

from newsletter.errors import RenderingFailed

_PROGRAM = Path(__file__).with_name("child.py")
_PATIENCE = 20  # seconds, of a clock on the wall
_AT = re.compile(r"position (\d+):")


class Unreadable(ValueError):
    """MJML could not read it; `at` is where, in octets, if it said so."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        found = _AT.search(said)
        self.at = int(found[1]) if found else None


def to_html(mjml: str) -> str:
    """Return the HTML; raises Unreadable, or RenderingFailed when the child died."""
    try:
        done = subprocess.run(  # noqa: S603  # our own program, and no shell
            [sys.executable, "-I", str(_PROGRAM)],
            input=mjml.encode(),
            capture_output=True,
            timeout=_PATIENCE,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RenderingFailed("the template takes too long to be laid out.") from error
    if done.returncode == 1 and not done.stderr.startswith(b"Traceback"):
        raise Unreadable(done.stderr.decode(errors="replace")[:300])
    if done.returncode:
        raise RenderingFailed("the template is too much for MJML, which gave up.")
    return done.stdout.decode()
