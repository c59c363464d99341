"""Sign messages for the sender's domain, RFC 6376: keys and signatures (pure)."""

from newsletter.dkim.keys import NO_KEYS, Algorithm, Key, Ring, make, read
from newsletter.dkim.signing import OVERSIGNED, SIGNED, Signer

__all__ = [
    "NO_KEYS",
    "OVERSIGNED",
    "SIGNED",
    "Algorithm",
    "Key",
    "Ring",
    "Signer",
    "make",
    "read",
]
