"""The spaces that keep a sign and its word on one line, per language."""

import re

# U+202F, the narrow no-break space French puts before its tall signs.
_NARROW = "\u202f"
_BEFORE = re.compile(r"[ \u00a0](?=(?:[:;](?!\))|[!?»])(?:\W|$))")
_AFTER = re.compile(r"(?<=«)[ \u00a0]")


def tidy(text: str, language: str) -> str:
    """Return `text` with the no-break spaces its language asks for.

    Only spaces that somebody typed change their kind: nothing is added, so that a
    time (12:30), an address or a smiley stays what it was.
    """
    if language.partition("-")[0].lower() != "fr":
        return text
    return _AFTER.sub(_NARROW, _BEFORE.sub(_NARROW, text))
