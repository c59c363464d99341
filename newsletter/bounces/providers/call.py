"""One call of a provider, and what every reader of such calls needs."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.bounces import verdicts
from newsletter.bounces.acting import Event
from newsletter.bounces.report import Kind
from newsletter.smtp.failures import Failure

# What neither a database nor a page may be given, and what would turn text around.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LONGEST = 2_000
_EVIDENCE = 20_000


class Forged(Exception):
    """The call does not prove that it comes from the provider."""


class Malformed(Exception):
    """The call is not what the provider sends."""


@dataclass(frozen=True)
class Call:
    """What came: octets and headers as they are, and what they must prove."""

    body: bytes
    headers: Mapping[str, str]  # names in small letters
    path_secret: str
    secret: str  # as set: the provider’s, ours, or a topic
    now: datetime
    certificate: Callable[[str], bytes]  # by its address, in PEM


@dataclass(frozen=True)
class Told:
    """What a call tells."""

    events: Sequence[Event] = ()
    confirm: str = ""  # an address to ask once: it makes a subscription valid
    # Of a signature that does not cover the body: it serves one body, once.
    once: str = ""


@dataclass(frozen=True)
class Meaning:
    """What a provider’s word means in ours."""

    kind: Kind
    failure: Failure | None = None


def data_of(body: bytes) -> Any:
    """Return the JSON of a body; raises Malformed."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed from error


def record_of(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body; raises Malformed."""
    found = data_of(body)
    if not isinstance(found, dict):
        raise Malformed
    return found


def inside(record: Any, *path: str) -> Any:
    """Return what stands at a path, None where anything on it is missing."""
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def text(record: Any, *path: str) -> str:
    """Return the words or the number at a path, fit to be kept and shown."""
    found = inside(record, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return plain(str(found)[:_LONGEST])


def plain(words: str) -> str:
    """Return words without what acts on whoever looks at them."""
    return _UNSEEN.sub("\ufffd", words)


def evidence(record: Any) -> str:
    """Return what a provider said, laid out for a person; raises Malformed."""
    try:
        return plain(json.dumps(record, ensure_ascii=False, indent=1)[:_EVIDENCE])
    except RecursionError as error:  # nested deeper than anything a provider says
        raise Malformed from error


def require_secret(call: Call) -> None:
    """Raise Forged unless the address, a password or a bearer token is the secret."""
    given = (call.path_secret, *_authorization(call.headers.get("authorization", "")))
    wanted = call.secret.encode()
    # Every one is compared, so that time tells nothing.
    same = [hmac.compare_digest(each.encode(), wanted) for each in given]
    if not any(same):
        raise Forged


def _authorization(header: str) -> tuple[str, ...]:
    scheme, _, words = header[:1_000].partition(" ")
    if scheme.lower() == "bearer":
        return (words.strip(),)
    if scheme.lower() != "basic":
        return ()
    try:
        pair = base64.b64decode(words.strip(), validate=True)
    except (binascii.Error, ValueError):
        return ()
    return (pair.decode("latin-1").partition(":")[2],)


def event(  # noqa: PLR0913  # what each provider says in its own places
    source: str,
    meaning: Meaning,
    record: Any,
    *,
    call: Call,
    key: str,
    places: Sequence[str],
    said: str = "",
    status: str = "",
    code: str = "",
    recipients: Sequence[str] = (),
) -> Event:
    """Return an event in our words.

    Of a failure the softer counts of what the provider calls it and what the other
    side said: many call everything permanent that they do not try again.
    """
    told = f"{code} {status} {said}".strip()
    codes = verdicts.codes_in(told)
    kept = evidence(record)
    return Event(
        meaning.kind,
        source=source,
        # Without an id of its own it is known by what it says.
        key=key.strip(":") or hashlib.sha256(kept.encode()).hexdigest(),
        places=[*filter(None, places)],
        received_at=call.now,
        failure=_softer(meaning.failure, codes, told),
        status=".".join(map(str, codes.statuses[0])) if codes.statuses else "",
        code=codes.code,
        diagnostic=said,
        evidence=kept,
        recipients=[*filter(None, recipients)],
    )


def _softer(named: Failure | None, codes: verdicts.Codes, told: str) -> Failure | None:
    if named is None or (codes.code is None and not codes.statuses):
        return named
    heard = verdicts.judge(codes.statuses, codes.code, told)
    return min((named, heard), key=verdicts.weight)
