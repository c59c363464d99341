"""Rules of the text part: a letter of its own, R9."""

import re
from collections.abc import Iterator

from newsletter.messages.lint.anatomy import Anatomy
from newsletter.messages.lint.rules import rule

_WIDTH = 78
_MARKUP = re.compile(r"</?[a-z][^<>\n]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)


@rule("R9")
def plain(message: Anatomy) -> Iterator[str]:
    """As good as the HTML: folded, without markup, with its own way out."""
    text = message.text
    if not text.strip():
        yield "the text is empty"
        return
    if not message.way_out or message.way_out not in text:
        yield "the text has no way out"
    # A title may be about markup: then the HTML shows it too.
    shown = " ".join(_visible(message).split()).casefold()
    for found in _MARKUP.finditer(text):
        if " ".join(found[0].split()).casefold() not in shown:
            yield f"the text holds markup: {found[0][:30]}"
    if any(len(line) > _WIDTH and _could_fold(line) for line in text.split("\n")):
        yield "a line of the text is not folded"


def _could_fold(line: str) -> bool:
    """Whether a long line is long for another reason than one long word."""
    # No-break spaces are there to be kept.
    longest = max(map(len, line.split(" ")))
    return longest < _WIDTH // 2 and "://" not in line


def _visible(message: Anatomy) -> str:
    bodies = message.elements_of("body")
    alts = (image.attrs.get("alt", "") for image in message.elements_of("img"))
    return " ".join((*(body.text for body in bodies), *alts))


RULES = (plain,)
