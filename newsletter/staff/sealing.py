"""Secrets that must be read again are sealed: a stolen database does not open them."""

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from subscribers.tokens import Key, KeyRing, derive

_NONCE = 12  # bytes, as NIST SP 800-38D wants them


def seal(keys: KeyRing, text: str, *, bound_to: str) -> str:
    """Return `text` encrypted with the newest key, good for `bound_to` alone."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = _box(keys.newest).encrypt(nonce, text.encode(), bound_to.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(keys: KeyRing, sealed: str, *, bound_to: str) -> str | None:
    """Return what was sealed, None for anything else; every key of the ring opens."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode())
    except (binascii.Error, ValueError):
        return None
    if len(raw) <= _NONCE:
        return None
    for key in keys.keys:
        try:
            opened = _box(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode())
        except InvalidTag:
            continue
        return opened.decode()
    return None


def _box(key: Key) -> AESGCM:
    return AESGCM(hashlib.sha256(derive(key, "seal", "aes-256-gcm").encode()).digest())
