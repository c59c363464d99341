"""A proof of work of our own: seconds for a browser, a fortune for a flood.

The browser is given `salt` and the SHA-256 of salt and a secret number below `top`,
and finds the number by trying. Nothing is kept here: what was given is signed, and
runs out. No service of anybody else's is asked who the visitor is.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from subscribers.tokens import KeyRing, derive

# Tries: half of it on average, one to three seconds on a telephone.
TOP = 50_000
_RUNS_OUT = timedelta(hours=1)
_LONGEST = 200  # characters of an answer


@dataclass(frozen=True)
class Challenge:
    """What a browser has to solve, in the form's hidden field and data attributes."""

    salt: str
    target: str  # SHA-256, hex
    top: int
    signature: str


def challenge(keys: KeyRing, *, now: datetime) -> Challenge:
    """Return a new one."""
    until = int((now + _RUNS_OUT).timestamp())
    salt = f"{until}-{secrets.token_hex(8)}"
    target = _hash(salt, secrets.randbelow(TOP))
    signature = derive(keys.newest, "proof of work", salt + target)
    return Challenge(salt, target, TOP, signature)


def solved(keys: KeyRing, answer: str, *, now: datetime) -> str:
    """Return the name of the challenge that an answer solves, "" if it solves none.

    An answer is `salt.number.signature`. The caller lets every name pass once.
    """
    salt, _, rest = answer[:_LONGEST].partition(".")
    number, _, signature = rest.partition(".")
    until = salt.partition("-")[0]
    plain = answer.isascii() and number.isdigit() and until.isdigit()
    if not plain or len(number) > 6 or len(until) > 12:
        return ""
    if datetime.fromtimestamp(int(until), UTC) < now:
        return ""
    target = _hash(salt, int(number))
    genuine = any(
        hmac.compare_digest(derive(key, "proof of work", salt + target), signature)
        for key in keys.keys
    )
    return salt if genuine else ""


def _hash(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
