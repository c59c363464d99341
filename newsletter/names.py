"""What a message is known by, in its Message-ID and its boundary.

A name tells nothing of its reader and cannot be turned around: whoever wants to know
whose it is must guess a delivery, make its name and compare.
"""

import hmac
import re
from collections.abc import Iterable, Iterator

from subscribers.tokens import KeyRing, derive

PURPOSE = "message-id"
_MESSAGE_ID = re.compile(r"(?<![a-z0-9.])d\.([a-z2-7]{26})(?=@)")
_MOST = 8


def subject(issue_handle: str, handle: str, delivery_id: int) -> str:
    """Return what the name of a message is made of."""
    return f"{issue_handle}{handle}{delivery_id}"


def find(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names in texts that may hold Message-IDs of ours, each once."""
    found = (name for text in texts for name in _in(text))
    return tuple(dict.fromkeys(found))[:_MOST]


def _in(text: str) -> Iterator[str]:
    # Some systems fold the case of everything.
    yield from _MESSAGE_ID.findall(text[:400].lower())


def is_one_of(
    names: Iterable[str], keys: KeyRing, issue_handle: str, handle: str, number: int
) -> bool:
    """Whether a message is known by one of these names, by any key of ours."""
    made = [
        derive(key, PURPOSE, subject(issue_handle, handle, number)) for key in keys.keys
    ]
    return any(hmac.compare_digest(name, own) for name in names for own in made)
