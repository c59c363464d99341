"""A public key as the DNS publishes it, RFC 6376 §3.6.1, and what is wrong with it."""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

_LONGEST = 8_000  # characters; a key of 4096 bits has 750


@dataclass(frozen=True)
class Published:
    """What a TXT record says of a key; `key` is None if no key can be read."""

    tags: Mapping[str, str]
    key: RSAPublicKey | Ed25519PublicKey | None

    @property
    def is_key(self) -> bool:
        """Whether the record is about a key at all."""
        return "p" in self.tags and self.tags.get("v", "DKIM1") == "DKIM1"

    @property
    def kind(self) -> str:
        """What the key is: rsa or ed25519."""
        return self.tags.get("k", "rsa").lower()

    @property
    def is_revoked(self) -> bool:
        """Whether the owner took the key back: p= is there and empty."""
        return self.tags.get("p") == ""

    @property
    def bits(self) -> int:
        """The size of an RSA key, 0 for any other."""
        return self.key.key_size if isinstance(self.key, RSAPublicKey) else 0

    @property
    def is_test(self) -> bool:
        """Whether receivers are asked to think nothing of it yet (t=y)."""
        return "y" in _listed(self.tags.get("t", ""))

    @property
    def serves(self) -> bool:
        """Whether it may sign mail, with SHA-256."""
        services = _listed(self.tags.get("s", "*"))
        hashes = _listed(self.tags.get("h", "sha256"))
        return bool({"*", "email"} & services) and "sha256" in hashes

    def verifies(self, signature: bytes, data: bytes, digest: bytes) -> bool:
        """Whether the key made a signature; `digest` is what Ed25519 signs of data."""
        try:
            if isinstance(self.key, RSAPublicKey):
                self.key.verify(signature, data, PKCS1v15(), SHA256())
            elif self.key is not None:
                self.key.verify(signature, digest)
        except InvalidSignature:
            return False
        return self.key is not None


def parse(text: str) -> Published:
    """Return what a TXT value says; nothing in it is believed."""
    tags = tags_of(text[:_LONGEST])
    if "p" in tags:
        tags["p"] = re.sub(r"\s", "", tags["p"])
    return Published(tags, _key(tags.get("k", "rsa").lower(), tags.get("p", "")))


def tags_of(text: str) -> dict[str, str]:
    """Return a list of tags, RFC 6376 §3.2; of a tag that stands twice, the first."""
    tags: dict[str, str] = {}
    for piece in text.split(";"):
        name, equals, value = piece.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags


def _key(kind: str, encoded: str) -> RSAPublicKey | Ed25519PublicKey | None:
    try:
        octets = b64decode(encoded, validate=True)
        if kind == "ed25519":
            return Ed25519PublicKey.from_public_bytes(octets)
        key = load_der_public_key(octets) if octets and kind == "rsa" else None
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _listed(value: str) -> set[str]:
    return {each.strip().lower() for each in value.split(":")}
