"""Check the signatures of a message that arrived, RFC 6376 §6; keys are passed in.

Written for looking at our own mail after its journey: it says why a signature broke,
and what a valid one covers.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from newsletter.dkim.published import parse, tags_of
from newsletter.dkim.signing import canonical_body, canonical_field

_MOST = 10  # signatures that are looked at
_FIELD = re.compile(rb"\r\n(?![ \t])")
_B = re.compile(rb"(^|;)([ \t\r\n]*b[ \t\r\n]*=)[^;]*", re.DOTALL)
_ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}

Field = tuple[bytes, bytes]  # name in lower case, the field as it came
Keys = Callable[[str], str | None]  # `selector._domainkey.domain` → TXT value


class Verdict(StrEnum):
    """What a receiver finds about one signature."""

    VALID = "valid"
    BODY = "the body was changed"
    HEADER = "a signed header was changed"
    NO_KEY = "no key is published"
    UNREADABLE = "it cannot be read"


@dataclass(frozen=True)
class Signature:
    """One signature of a message."""

    domain: str
    selector: str
    verdict: Verdict
    covers: tuple[str, ...] = ()  # fields, in lower case, as often as h= names them

    @property
    def is_valid(self) -> bool:
        """Whether receivers believe it."""
        return self.verdict is Verdict.VALID


def verify(raw: bytes, keys: Keys) -> list[Signature]:
    """Return what a receiver finds about each signature, from the top."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = [_split(each) for each in _FIELD.split(head)]
    signed = [each for each in fields if each[0] == b"dkim-signature"]
    return [_judge(field, fields, body, keys) for _, field in signed[:_MOST]]


def _judge(own: bytes, fields: Sequence[Field], body: bytes, keys: Keys) -> Signature:
    tags = tags_of(own.partition(b":")[2].decode("latin-1"))
    domain, selector = tags.get("d", "").lower(), tags.get("s", "").lower()
    covers = tuple(name.strip().lower() for name in tags.get("h", "").split(":"))
    kind = _ALGORITHMS.get(tags.get("a", "").lower())
    try:
        digest, signature = (
            b64decode(_dense(tags[name]), validate=True) for name in ("bh", "b")
        )
    except (KeyError, binascii.Error, ValueError):
        return Signature(domain, selector, Verdict.UNREADABLE, covers)
    header_mode, _, body_mode = tags.get("c", "simple/simple").partition("/")
    if kind is None or "from" not in covers:
        return Signature(domain, selector, Verdict.UNREADABLE, covers)
    text = keys(f"{selector}._domainkey.{domain}")
    key = parse(text) if text is not None else None
    if key is None or key.key is None or key.kind != kind:
        return Signature(domain, selector, Verdict.NO_KEY, covers)
    relaxed = header_mode == "relaxed"
    data = _signed(fields, covers, own, relaxed=relaxed)
    verdict = Verdict.VALID
    if not key.verifies(signature, data, sha256(data).digest()):
        verdict = Verdict.HEADER
    # The body first: whoever changes it leaves the header's signature as it was.
    if sha256(_body(body, body_mode, tags.get("l", ""))).digest() != digest:
        verdict = Verdict.BODY
    return Signature(domain, selector, verdict, covers)


def _signed(
    fields: Sequence[Field], covers: Sequence[str], own: bytes, *, relaxed: bool
) -> bytes:
    """Return what was signed of a head: of equal names the lowest first, §5.4.2."""
    left: dict[str, list[Field]] = {}
    for field in fields:
        left.setdefault(field[0].decode("latin-1"), []).append(field)
    picked = [left[name].pop()[1] for name in covers if left.get(name)]
    lines = [_canonical(field, relaxed=relaxed) + b"\r\n" for field in picked]
    name, _, value = own.partition(b":")
    empty = b"%s:%s" % (name, _B.sub(rb"\1\2", value, count=1))
    return b"".join(lines) + _canonical(empty, relaxed=relaxed)


def _canonical(field: bytes, *, relaxed: bool) -> bytes:
    name, _, value = field.partition(b":")
    return canonical_field(name.strip(), value) if relaxed else field


def _body(body: bytes, mode: str, length: str) -> bytes:
    if mode == "relaxed":
        text = canonical_body(body)
    else:
        text = body.rstrip(b"\r\n") + b"\r\n"
    return text[: int(length)] if length.isdecimal() else text


def _split(field: bytes) -> Field:
    return field.partition(b":")[0].strip().lower(), field


def _dense(text: str) -> str:
    return re.sub(r"\s", "", text)
