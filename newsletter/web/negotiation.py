"""Which language a page speaks: the address, the reader, the browser, the list."""

import re
from collections.abc import Iterable, Sequence

# `Accept-Language` comes from strangers: look at this much of it.
_LONGEST = 400
_RANGE = re.compile(
    r"\s*([a-z]{1,8}(?:-[a-z0-9]{1,8}){0,4})\s*(?:;\s*q=\s*([01](?:\.\d{0,3})?))?\s*",
    re.IGNORECASE,
)


def accepted(header: str) -> list[str]:
    """Return the languages of an `Accept-Language` header, the dearest first."""
    ranges = []
    for text in header[:_LONGEST].split(","):
        found = _RANGE.fullmatch(text)
        if found:
            ranges.append((float(found[2] or 1), found[1]))
    wanted = [pair for pair in ranges if pair[0] > 0]
    return [tag for _, tag in sorted(wanted, key=lambda pair: -pair[0])]


def best(wanted: Iterable[str | None], offered: Sequence[str]) -> str:
    """Return the first wanted language that is offered, else the first one offered.

    `fr-BE` finds `fr-BE`, then `fr`, then any other French (RFC 4647 §3.4, and a
    sibling before a stranger).
    """
    for tag in wanted:
        found = match(tag or "", offered)
        if found:
            return found
    return offered[0]


def match(tag: str, offered: Sequence[str]) -> str | None:
    """Return the offered language nearest to `tag`, None when none is of its kind."""
    known = {language.lower(): language for language in offered}
    parts = tag.lower().split("-")
    for length in range(len(parts), 0, -1):
        found = known.get("-".join(parts[:length]))
        if found:
            return found
    return next(
        (known[other] for other in known if other.split("-")[0] == parts[0]), None
    )
