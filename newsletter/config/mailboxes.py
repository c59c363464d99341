"""Read the mailboxes that mail comes back to, from the words of a setting."""

import re

from subscribers.tokens import PLACE, SHORT_HANDLE, TOKEN

_LONGEST_LOCAL = 64  # octets, RFC 5321 §4.5.3.1.1
# What stands beside the token must not run into it: see KeyRing.find.
_LOCAL = re.compile(
    r"([a-z0-9][a-z0-9.+_=-]*[+_=-])?\{token\}([+_=-][a-z0-9.+_=-]*[a-z0-9])?"
)
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{4,253}}$)({_LABEL}\.)+{_LABEL}")


def read_pattern(text: str) -> str:
    """Return a mailbox with a place for a token, `b+{token}@bounce.example.org`.

    In small letters, as mail systems may fold them. Raises ValueError for anything
    that would not be a mailbox once a token stands in it.
    """
    pattern = text.strip().lower()
    if not pattern:
        return ""
    local, _, domain = pattern.rpartition("@")
    if PLACE not in local or not _DOMAIN.fullmatch(domain):
        raise ValueError("write it as b+{token}@bounce.example.org")
    filled = len(local) - len(PLACE) + TOKEN + SHORT_HANDLE
    if not _LOCAL.fullmatch(local) or filled > _LONGEST_LOCAL:
        raise ValueError(
            "before the @ write a-z, 0-9 and, to set {token} apart, + _ = or -; at "
            f"most {_LONGEST_LOCAL} characters once a token stands there"
        )
    return pattern
