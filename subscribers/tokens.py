"""Sign the links that readers follow, and read them back.

A token is lower-case base32 (mail systems fold case):
``key id (1) ‖ subject ‖ 80-bit HMAC-SHA256(key, purpose ‖ subject)`` with a
subject of one random 80-bit handle (a subscription), perhaps followed by a
40-bit one (an issue). It holds no personal data and no counter, and a forged one
is refused without asking the database.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

HANDLE = 16  # characters in the handle of a subscription: 80 random bits
SHORT_HANDLE = 8  # characters in the handle of an issue: 40 random bits
# Stands for the reader in a test of an issue: no subscription ever has it.
TEST_HANDLE = "testtesttesttest"
_MAC = 16  # characters of the signature: 80 bits
NAME = 26  # characters of a derived name: 130 bits
_FINGERPRINT = 32  # characters of the keyed hash of an address: 160 bits
TOKEN = 1 + HANDLE + _MAC  # characters of a token of one handle
PLACE = "{token}"  # where one stands in a mailbox that is yet to be made
_LENGTHS = (TOKEN, TOKEN + SHORT_HANDLE)
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_ALPHABET = frozenset(_LETTERS)
_BETWEEN = re.compile(r"[^a-z0-9]+")
_LONGEST_TEXT = 400  # characters: a mailbox has 320 at most


class Purpose(StrEnum):
    """What a token may be used for; one purpose never serves another."""

    UNSUBSCRIBE = "unsub"
    PREFERENCES = "prefs"
    READ = "read"
    CONFIRM = "confirm"  # names a request; what it may do ends with it
    INVITE = "invite"  # names an invitation to staff
    RESET = "reset"  # names a way to a new password of staff
    BOUNCE = "bounce"  # names a delivery; where a failure report comes back to


def new_handle() -> str:
    """Return a random name for something that links may point to."""
    return new_handles(1)[0]


def new_handles(many: int) -> list[str]:
    """Return so many handles at once: an import makes a million."""
    size = HANDLE * 5 // 8
    made = _split(secrets.token_bytes(size * many), HANDLE)
    return new_handles(many) if TEST_HANDLE in made else made


def new_short_handle() -> str:
    """Return a random name for an issue, short enough to stand in a token."""
    return _base32(secrets.token_bytes(5))


@dataclass(frozen=True)
class Key:
    """One secret: `id` is frozen with an edition, `mark` stands in its tokens."""

    secret: bytes
    id: str
    mark: str

    @classmethod
    def of(cls, secret: str | bytes) -> "Key":
        """Derive both names from the secret, so that order never matters."""
        raw = secret.encode() if isinstance(secret, str) else secret
        digest = _base32(hashlib.sha256(b"newsletter key id\0" + raw).digest())
        return cls(raw, digest[:12], digest[12])


class KeyRing:
    """The secrets of this installation: the newest signs, every one verifies.

    Tokens for unsubscribing never expire, so a key that once signed stays on
    the ring for ever. Two keys may share a mark; then both are tried.
    """

    def __init__(self, secrets_newest_first: list[str] | tuple[str, ...]) -> None:
        if not secrets_newest_first:
            raise ValueError("a key ring needs at least one secret")
        self.keys = tuple(Key.of(secret) for secret in secrets_newest_first)
        # Fingerprints of suppressed addresses must outlive every rotation, so
        # they are made with the oldest key: the one that is never the last added.
        self._pepper = _derive(self.keys[-1].secret, "address fingerprint")

    @property
    def newest(self) -> Key:
        """The key that signs now."""
        return self.keys[0]

    def key(self, key_id: str) -> Key:
        """Return the key an edition was frozen with, the newest if it is gone."""
        return next((key for key in self.keys if key.id == key_id), self.newest)

    def sign(self, purpose: Purpose, *handles: str, key: Key | None = None) -> str:
        """Return the token for one or two handles."""
        signer = key or self.newest
        subject = "".join(handles)
        return signer.mark + subject + _mac(signer, purpose, subject)

    def read(self, purpose: Purpose, token: str) -> tuple[str, ...] | None:
        """Return the handles a genuine token names, None for any other text."""
        if len(token) not in _LENGTHS or not _ALPHABET.issuperset(token):
            return None
        subject, mac = token[1:-_MAC], token[-_MAC:]
        for key in self.keys:
            genuine = hmac.compare_digest(_mac(key, purpose, subject), mac)
            if genuine and key.mark == token[0]:
                return tuple(filter(None, (subject[:HANDLE], subject[HANDLE:])))
        return None

    def find(self, purpose: Purpose, text: str) -> tuple[str, ...] | None:
        """Return the handles that a token in a text names: in `b+TOKEN@host`, a link.

        Nothing beside the token is looked at: it alone proves that the mailbox or the
        page is ours. Mail systems may have changed the case of letters on the way.
        """
        parts = _BETWEEN.split(text[:_LONGEST_TEXT].lower())
        found = (self.read(purpose, part) for part in parts)
        return next((handles for handles in found if handles), None)

    def fingerprint(self, address: str) -> str:
        """Return the keyed hash under which an address is suppressed.

        Pass the address in its normalised, case-folded form (`Address.key`).
        """
        return self.fingerprints([address])[0]

    def fingerprints(self, addresses: Iterable[str]) -> list[str]:
        """Return the keyed hash of each of these addresses, in their order."""
        pepper, digest = self._pepper, hmac.digest
        hashes = [digest(pepper, a.encode(), "sha256")[:20] for a in addresses]
        return _split(b"".join(hashes), _FINGERPRINT)

    def check_mark(self) -> str:
        """Return what a database remembers, to notice a key that was lost."""
        return self.fingerprint("which key made the fingerprints?")


def derive(key: Key, purpose: str, value: str) -> str:
    """Return 128 bits in base32 that depend on key, purpose and value alone."""
    secret = _derive(key.secret, purpose)
    return _base32(hmac.digest(secret, value.encode(), "sha256"))[:NAME]


class Stamp:
    """`KeyRing.sign` for one key and purpose, many thousand times a second."""

    def __init__(self, key: Key, purpose: Purpose) -> None:
        self.mark = key.mark.encode("ascii")
        self._inner, self._outer = _keyed(key.secret, f"{purpose}\0".encode())

    def __call__(self, subject: str) -> bytes:
        """Return the token of the handles in `subject`, in ASCII."""
        words = subject.encode("ascii")
        return self.mark + words + letters([self.mac(words)])

    def mac(self, words: bytes) -> bytes:
        """Return the signature of handles, ten octets: a token ends in its letters."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(words)
        outer.update(inner.digest())
        return outer.digest()[:_BLOCK]


class Namer:
    """`derive` for one key and purpose, many thousand times a second."""

    def __init__(self, key: Key, purpose: str) -> None:
        self._inner, self._outer = _keyed(_derive(key.secret, purpose), b"")

    def __call__(self, value: str) -> bytes:
        """Return what `derive` returns, in ASCII."""
        return letters(self.blocks(value.encode()))[:NAME]

    def blocks(self, words: bytes) -> tuple[bytes, bytes]:
        """Return twice ten octets, whose first `NAME` letters are the name."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(words)
        outer.update(inner.digest())
        digest = outer.digest()
        return digest[:_BLOCK], digest[_BLOCK : 2 * _BLOCK]


def _keyed(secret: bytes, prefix: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """Return the two hashes of HMAC-SHA256 (RFC 2104) with the key taken in."""
    block = 64
    if len(secret) > block:
        secret = hashlib.sha256(secret).digest()
    padded = secret.ljust(block, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + prefix)
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))


def letters(blocks: Sequence[bytes]) -> bytes:
    """Return the base32 of blocks of ten octets: 16 letters each, end to end.

    All of it is one number. In four steps its bits are drawn apart until each five of
    them lie in an octet of their own, which takes as long for five blocks as for one.
    The standard library does it in Python, group by group.
    """
    drawn = int.from_bytes(_PAD.join(blocks), "big")
    for upper, factor in _steps(len(blocks)):
        drawn += (drawn & upper) * factor  # moves the upper half of each part up
    return drawn.to_bytes(_MAC * len(blocks), "big").translate(_OCTETS)


@cache
def _steps(many: int) -> list[tuple[int, int]]:
    """Return the upper halves to be moved in each step, and the factor that does it."""
    steps = []
    for half in (40, 20, 10, 5):  # bits, in parts that will have 64, 32, 16, 8
        lane = half * 16 // 5  # bits of two parts, with room for what is drawn apart
        upper = ((1 << half) - 1) << half
        all_upper = sum(upper << at for at in range(0, 128 * many, lane))
        steps.append((all_upper, (1 << (lane // 2 - half)) - 1))
    return steps


_BLOCK = 10  # octets
_PAD = bytes(_MAC - _BLOCK)
_OCTETS = _LETTERS.encode("ascii").ljust(256, b"?")


def _mac(key: Key, purpose: Purpose, subject: str) -> str:
    digest = hmac.digest(key.secret, f"{purpose}\0{subject}".encode(), "sha256")
    return _base32(digest[:10])


def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, f"derive\0{purpose}".encode(), "sha256")


def _split(raw: bytes, length: int) -> list[str]:
    """Return the base32 of many values laid end to end, `length` characters each.

    Their bytes must be a multiple of five, or one would run into the next.
    """
    text = _base32(raw)
    return [text[at : at + length] for at in range(0, len(text), length)]


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().lower().rstrip("=")
