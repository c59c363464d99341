"""What HTML from outside may cost, judged before any parser sees it."""

import re
from collections import Counter

from newsletter.errors import BadText

MAX_LENGTH = 200_000  # characters, pictures written into the text not counted
MAX_DEPTH = 200

_DATA_URL = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,80};base64,[A-Za-z0-9+/=\s]*")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:]*)")
# These close themselves when the next one opens, so they never pile up alone.
# fmt: off
_FLAT = frozenset((
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li",
    "link", "meta", "option", "p", "param", "source", "td", "th", "tr", "track",
    "wbr",
))
# fmt: on


def bounded(html: str) -> str:
    """Return `html` without written-in pictures; raises BadText when it is too much.

    The sanitiser needs quadratic time for deep nesting (100,000 open tags keep it
    busy for half a minute) and the mail renderer's stack overflows near 10,000, so
    the length and the depth are counted first, in one pass.
    """
    html = _DATA_URL.sub("", html)
    if len(html) > MAX_LENGTH:
        raise BadText(
            "The text has {many} characters; {most} are allowed.",
            many=len(html),
            most=MAX_LENGTH,
        )
    if depth(html) > MAX_DEPTH:
        raise too_deep()
    return html


def too_deep() -> BadText:
    """Return the refusal of a text that is nested too deeply."""
    return BadText("The text is nested more than {most} tags deep.", most=MAX_DEPTH)


def depth(html: str) -> int:
    """Return how many tags stand open at once, at most, judged by their names alone.

    A closing tag counts only where its name stands open, and what is left open
    counts to the end, so the estimate errs on the high side.
    """
    standing: Counter[str] = Counter()
    deepest = level = 0
    for closing, written in _TAG.findall(html):
        name = written.lower()
        if name in _FLAT or (closing and not standing[name]):
            continue
        step = -1 if closing else 1
        standing[name] += step
        level += step
        deepest = max(deepest, level)
    return deepest
