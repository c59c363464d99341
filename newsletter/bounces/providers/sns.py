"""Amazon SNS: what proves that a message comes from a topic, and which topic it is."""

import base64
import binascii
import re
import threading
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from newsletter.bounces.providers.call import Forged, Malformed, inside
from newsletter.config.webhooks import TOPIC

# Which fields are signed, in this order; those that are missing are left out.
# https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = (
    *("Message", "MessageId", "SubscribeURL", "Timestamp"),
    *("Token", "TopicArn", "Type"),
)
_SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "1": hashes.SHA1,  # noqa: S303  # what topics sign with unless told otherwise
    "2": hashes.SHA256,
}
_KEPT = 8  # certificates: a region has one at a time, and renews it


class Certificates:
    """Certificates by their address, each fetched once as long as they are used."""

    def __init__(self, fetch: Callable[[str], bytes]) -> None:
        self._fetch = fetch
        self._kept: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def known(self, url: str) -> bytes | None:
        """Return a certificate that was fetched before."""
        with self._lock:
            return self._kept.get(url)

    def fetch(self, url: str) -> bytes:
        """Return a certificate in PEM; raises what fetching it raises."""
        found = self._fetch(url)
        with self._lock:
            self._kept[url] = found
            while len(self._kept) > _KEPT:
                self._kept.pop(next(iter(self._kept)))
        return found


def require_genuine(
    record: dict[str, Any], *, topic: str, certificate: Callable[[str], bytes]
) -> None:
    """Raise Forged unless this topic sent the message, with a signature of Amazon.

    The topic is looked at first: nobody else’s makes us fetch anything.
    """
    region = TOPIC.fullmatch(topic)
    if region is None or inside(record, "TopicArn") != topic:
        raise Forged
    host = f"sns.{region['region']}.amazonaws.com"
    url = _words(record, "SigningCertURL")
    pattern = (
        rf"https://{re.escape(host)}/SimpleNotificationService-[a-f0-9]{{1,64}}\.pem"
    )
    if not re.fullmatch(pattern, url):
        raise Forged
    algorithm = _HASHES.get(_words(record, "SignatureVersion"))
    if algorithm is None:
        raise Forged
    signature = _decoded(_words(record, "Signature"))
    _verify(certificate(url), signature, signed(record), algorithm())


def signed(record: dict[str, Any]) -> bytes:
    """Return the octets that are signed; raises Malformed for an unknown type."""
    fields = _SIGNED.get(_words(record, "Type"))
    if fields is None:
        raise Malformed
    lines = [f"{name}\n{_words(record, name)}\n" for name in fields if name in record]
    return "".join(lines).encode("utf-8", "surrogatepass")


def is_confirmation_of(url: str, *, topic: str) -> bool:
    """Whether an address confirms a subscription, and only that, in this region."""
    region = TOPIC.fullmatch(topic)
    host = f"sns.{region['region']}.amazonaws.com" if region else ""
    pattern = rf"https://{re.escape(host)}/\?Action=ConfirmSubscription&[\w&=:%.-]+"
    return bool(host and re.fullmatch(pattern, url, re.ASCII))


def _words(record: dict[str, Any], name: str) -> str:
    found = record.get(name)
    return found if isinstance(found, str) else ""


def _decoded(words: str) -> bytes:
    try:
        return base64.b64decode(words, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Forged from error


def _verify(
    pem: bytes, signature: bytes, octets: bytes, algorithm: hashes.HashAlgorithm
) -> None:
    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
    except ValueError as error:
        raise Forged from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise Forged
    try:
        key.verify(signature, octets, padding.PKCS1v15(), algorithm)
    except InvalidSignature as error:
        raise Forged from error
