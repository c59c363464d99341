"""Sign messages for the sender's domain, RFC 6376, and check them (pure)."""

from newsletter.dkim.keys import NO_KEYS, Algorithm, Key, Ring, make, read
from newsletter.dkim.published import Published, parse
from newsletter.dkim.signing import OVERSIGNED, SIGNED, Signer
from newsletter.dkim.verifying import Signature, Verdict, verify

__all__ = [
    "NO_KEYS",
    "OVERSIGNED",
    "SIGNED",
    "Algorithm",
    "Key",
    "Published",
    "Ring",
    "Signature",
    "Signer",
    "Verdict",
    "make",
    "parse",
    "read",
    "verify",
]
