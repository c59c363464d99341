"""A message's head and body in, the DKIM-Signature fields to put before it out.

Written against RFC 6376 and RFC 8463, relaxed/relaxed, without a body length: what
stands after a signed body must break the signature.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from newsletter.dkim.keys import LABELS, Key
from newsletter.errors import UnsafeValue

# Signed where a message has them, in this order. RFC 8058 §4 wants both fields of the
# one-click unsubscription among them.
SIGNED = (
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "Sender",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Language",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Help",
    "List-Owner",
    "List-Post",
    "Archived-At",
    "Precedence",
    "Feedback-ID",
    "CFBL-Address",
    "CFBL-Feedback-ID",
)
# Named once more than a message has them, RFC 6376 §8.15: one that is added on the
# way breaks the signature, instead of being shown in place of ours.
OVERSIGNED = (
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "Sender",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
)
# Some relays add these to a message that has none, which is no forgery.
_ADDED_BY_RELAYS = ("Sender", "Content-Transfer-Encoding")

_LONGEST_LINE = 76
_LONGEST_DOMAIN = 253
_SPACES = re.compile(rb"  +")
_FIELD_END = re.compile(rb"\r\n(?![ \t])")


class Signer:
    """What signs the messages of one sender; without keys it signs nothing."""

    def __init__(self, keys: Sequence[Key], *, domain: str, strict: bool) -> None:
        """Raise UnsafeValue for a domain that cannot stand in a signature.

        `strict` also forbids relays to add Sender and Content-Transfer-Encoding.
        """
        sound = len(domain) <= _LONGEST_DOMAIN and LABELS.fullmatch(domain)
        if keys and not sound:
            raise UnsafeValue("“{domain}” is no domain that can sign.", domain=domain)
        self._keys, self._domain, self._strict = keys, domain.lower(), strict
        self._named: dict[tuple[bytes, ...], tuple[str, ...]] = {}

    @property
    def signs(self) -> bool:
        """Whether there is a key to sign with."""
        return bool(self._keys)

    def sign(self, head: bytes, body: bytes, *, at: datetime) -> bytes:
        """Return the signatures of a message, as fields to put before its head.

        `head` ends with the line end of its last field. The same message and moment
        always give the same bytes.
        """
        if not self._keys:
            return b""
        fields = _fields(head)
        names = self._names(tuple(name for name, _ in fields))
        data = _covered(fields, names)
        digest = b64encode(sha256(canonical_body(body)).digest()).decode("ascii")
        signatures = []
        for key in self._keys:
            unsigned = self._unsigned(key, names, digest, at)
            signature = key.sign(data + canonical_field(b"DKIM-Signature", unsigned))
            value = _folded(b64encode(signature))
            signatures.append(b"DKIM-Signature:" + unsigned + value + b"\r\n")
        return b"".join(signatures)

    def _names(self, present: tuple[bytes, ...]) -> tuple[str, ...]:
        """Return h= for a message with these fields; nearly all have the same."""
        if present not in self._named:
            has = set(present)
            signed = [name for name in SIGNED if _key(name) in has]
            sealed = [
                name
                for name in OVERSIGNED
                if self._strict or name not in _ADDED_BY_RELAYS or _key(name) in has
            ]
            self._named[present] = (*signed, *sealed)
        return self._named[present]

    def _unsigned(
        self, key: Key, names: Sequence[str], digest: str, at: datetime
    ) -> bytes:
        """Return the value of a field up to its empty b=."""
        tags = (
            " v=1;",
            f" a={key.algorithm}-sha256;",
            " c=relaxed/relaxed;",
            f" d={self._domain};",
            f" s={key.selector};",
            f" t={int(at.timestamp())};",
        )
        covers = [f"{name}:" for name in names]
        covers[0], covers[-1] = f"h={covers[0]}", f"{names[-1]};"
        return "\r\n ".join(
            (_fold(tags, "DKIM-Signature:"), _fold(covers, ""), f"bh={digest};", "b=")
        ).encode("ascii")


def canonical_body(body: bytes) -> bytes:
    """Return what is hashed of a body, RFC 6376 §3.4.4.

    Each step looks for fixed bytes, and most find nothing in quoted-printable text:
    a pattern for all of it at once takes several times as long.
    """
    text = (body + b"\r\n").replace(b"\t", b" ")
    text = _SPACES.sub(b" ", text).replace(b" \r\n", b"\r\n")
    end = len(text)
    while text.endswith(b"\r\n", 0, end):
        end -= 2
    return text[:end] + b"\r\n" if end else b""


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Return names, in lower case, and values; folds are still in them."""
    fields = []
    for field in _FIELD_END.split(head.removesuffix(b"\r\n")):
        name, _, value = field.partition(b":")
        fields.append((name.strip().lower(), value))
    return fields


def _covered(fields: Sequence[tuple[bytes, bytes]], names: Iterable[str]) -> bytes:
    """Return what is hashed of a head: of equal names the lowest first, §5.4.2."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    return b"".join(
        canonical_field(_key(name), values[_key(name)].pop()) + b"\r\n"
        for name in names
        if values.get(_key(name))
    )


def _key(name: str) -> bytes:
    return name.lower().encode("ascii")


def canonical_field(name: bytes, value: bytes) -> bytes:
    """Return a field as it is hashed, §3.4.2: unfolded, single spaces."""
    return name.lower() + b":" + b" ".join(value.split())


def _fold(words: Iterable[str], line: str) -> str:
    """Return words joined to lines, each as long as may be; `line` has begun."""
    begun, lines = len(line), []
    for word in words:
        if line and len(line) + len(word) >= _LONGEST_LINE:
            lines.append(line)
            line = ""
        line += word if line else word.lstrip()
    lines.append(line)
    return "\r\n ".join(lines)[begun:]


def _folded(value: bytes) -> bytes:
    # The first line has begun with " b=".
    size = _LONGEST_LINE - len(" b=")
    return b"\r\n ".join(
        value[start : start + size] for start in range(0, len(value), size)
    )
