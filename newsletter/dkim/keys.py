"""The keys that sign: read from files, made anew, and as the DNS publishes them."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.errors import BadKey, KeyMissing

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# RFC 6376 §3.1: what selectors and domains are made of. Nothing in it can end a tag
# or a line.
LABELS = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE | re.ASCII)
_LONGEST_SELECTOR = 63
_LONGEST_PATH = 255
# Every private key begins alike for longer than this.
_QUOTED = 24
_BITS = 2048
# RFC 8301 §3.2: every verifier can check up to this size.
_MOST_BITS = 4096


class Algorithm(StrEnum):
    """What a key is, as the DNS record names it."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True)
class Key:
    """A private key and the selector under which its public half is published."""

    selector: str
    _private: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> Algorithm:
        """What a verifier needs in order to check this key's signatures."""
        rsa = isinstance(self._private, RSAPrivateKey)
        return Algorithm.RSA if rsa else Algorithm.ED25519

    def sign(self, data: bytes) -> bytes:
        """Return the signature; the same data always gives the same one."""
        if isinstance(self._private, RSAPrivateKey):
            return self._private.sign(data, PKCS1v15(), SHA256())
        # RFC 8463 §3: Ed25519 signs the hash, not the data.
        digest = Hash(SHA256())
        digest.update(data)
        return self._private.sign(digest.finalize())

    def record(self) -> str:
        """Return the TXT record that publishes the public half."""
        public = self._private.public_key()
        if isinstance(self._private, RSAPrivateKey):
            der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            # RFC 8463 §4: the 32 bytes alone, in no envelope.
            der = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={self.algorithm}; p={b64encode(der).decode('ascii')}"

    def pem(self) -> bytes:
        """Return the private half, for a file that only its owner can read."""
        return self._private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )


class Ring:
    """The keys at hand, newest first.

    New messages are signed by the first RSA key and the first Ed25519 key; the others
    finish what was frozen with them.
    """

    def __init__(self, keys: Sequence[Key] = ()) -> None:
        self._keys = {key.selector: key for key in keys}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def __str__(self) -> str:
        return ",".join(self._keys)

    __repr__ = __str__

    @property
    def current(self) -> tuple[str, ...]:
        """The selectors that sign what is new, RSA first; empty if nothing does."""
        first: dict[Algorithm, str] = {}
        for key in self:
            first.setdefault(key.algorithm, key.selector)
        return tuple(first[kind] for kind in Algorithm if kind in first)

    def pick(self, selectors: Sequence[str]) -> tuple[Key, ...]:
        """Return the keys of `selectors`; raises KeyMissing."""
        for selector in selectors:
            if selector not in self._keys:
                raise KeyMissing(
                    "The DKIM key {selector} that signs this is gone. Put it back "
                    "into NEWSLETTER_DKIM_KEYS, start the program again, then resume.",
                    selector=selector,
                )
        return tuple(self._keys[selector] for selector in selectors)


NO_KEYS = Ring()


def read(entries: Sequence[str]) -> Ring:
    """Return the keys of `selector=file.pem` entries; raises BadKey."""
    keys: list[Key] = []
    for entry in entries:
        selector, _, path = (part.strip() for part in entry.partition("="))
        if not 0 < len(path) <= _LONGEST_PATH or "-----" in entry:
            raise BadKey(f"{_quoted(entry)}: write selector=file.pem, not a key itself")
        key = _loaded(name_of(selector), Path(path))
        if key.selector in {known.selector for known in keys}:
            raise BadKey(f"{key.selector}: each selector is for one key only")
        keys.append(key)
    return Ring(keys)


def name_of(selector: str) -> str:
    """Return a selector as we write it; raises BadKey for what the DNS cannot hold."""
    if len(selector) > _LONGEST_SELECTOR or not LABELS.fullmatch(selector):
        raise BadKey(
            f"{_quoted(selector)} is no selector: use a-z, 0-9 and - "
            f"({_LONGEST_SELECTOR} at most), for example nl2026a"
        )
    return selector.lower()


def _quoted(text: str) -> str:
    """Return the beginning of what was given: it may be a key, put there by mistake."""
    return repr(text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…")


def make(selector: str, algorithm: Algorithm) -> Key:
    """Return a new key; raises BadKey for a selector that the DNS cannot hold."""
    name = name_of(selector)
    if algorithm is Algorithm.ED25519:
        return Key(name, Ed25519PrivateKey.generate())
    return Key(name, generate_private_key(public_exponent=65537, key_size=_BITS))


def _loaded(selector: str, path: Path) -> Key:
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise BadKey(f"{selector}: cannot read {path} ({error.strerror})") from error
    except TypeError as error:
        raise BadKey(f"{selector}: {path} is locked by a password") from error
    # The cause may quote the file, and so stays behind.
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey(f"{selector}: {path} holds no private key in PEM") from None
    if isinstance(private, Ed25519PrivateKey):
        return Key(selector, private)
    if not isinstance(private, RSAPrivateKey):
        raise BadKey(f"{selector}: {path} is neither an RSA nor an Ed25519 key")
    if not _BITS <= private.key_size <= _MOST_BITS:
        raise BadKey(
            f"{selector}: {path} is an RSA key of {private.key_size} bits; "
            f"it needs {_BITS} to {_MOST_BITS}"
        )
    return Key(selector, private)
