"""Mailgun: an HMAC of time and token, which says nothing of the body beside it."""

import hmac
from collections.abc import Mapping

from newsletter.bounces.providers.call import (
    Call,
    Forged,
    Malformed,
    Meaning,
    Told,
    event,
    inside,
    record_of,
    text,
)
from newsletter.bounces.report import Kind
from newsletter.smtp.failures import Failure

FRESH = 15 * 60  # seconds

_OTHER = Meaning(Kind.OTHER)
# Event and severity. https://documentation.mailgun.com/docs/mailgun/user-manual/events
WORDS: Mapping[tuple[str, str], Meaning] = {
    ("failed", "permanent"): Meaning(Kind.BOUNCE, Failure.HARD),
    ("failed", "temporary"): Meaning(Kind.DELAY),
    ("complained", ""): Meaning(Kind.COMPLAINT),
}
# Reasons of a permanent failure that are not the other side’s last word.
_REASONS: Mapping[str, Failure] = {
    "old": Failure.SOFT,  # tried for eight hours
    "espblock": Failure.POLICY,
    "suppress-bounce": Failure.DISABLED,  # on Mailgun’s own list by now
    "suppress-complaint": Failure.POLICY,
    "suppress-unsubscribe": Failure.POLICY,
    "greylisted": Failure.SOFT,
    "generic": Failure.SOFT,
}


def read(call: Call) -> Told:
    """Read one call; raises Forged and Malformed."""
    record = record_of(call.body)
    token = _proven(call, record)
    data = inside(record, "event-data")
    if not text(data, "id"):
        raise Malformed
    found = event(
        "mailgun",
        _meaning(data),
        data,
        call=call,
        key=text(data, "id"),
        places=[
            text(data, "envelope", "sender"),
            text(data, "message", "headers", "message-id"),
        ],
        said=_said(data),
        status=text(data, "delivery-status", "enhanced-code"),
        code=text(data, "delivery-status", "code"),
        recipients=[text(data, "recipient")],
    )
    return Told([found], once=token)


def _proven(call: Call, record: object) -> str:
    """Return the token of a fresh signature; raises Forged for any other."""
    stamp, token, signature = (
        text(record, "signature", name) for name in ("timestamp", "token", "signature")
    )
    if not stamp.isdecimal() or len(stamp) > 12 or not token:
        raise Forged
    made = hmac.new(call.secret.encode(), f"{stamp}{token}".encode(), "sha256")
    if not hmac.compare_digest(made.hexdigest().encode(), signature.encode()):
        raise Forged
    if abs(call.now.timestamp() - int(stamp)) > FRESH:
        raise Forged
    return token


def _meaning(data: object) -> Meaning:
    meaning = WORDS.get((text(data, "event"), text(data, "severity")), _OTHER)
    failure = _REASONS.get(text(data, "reason"))
    if meaning.kind is Kind.BOUNCE and failure:
        return Meaning(meaning.kind, failure)
    return meaning


def _said(data: object) -> str:
    status = inside(data, "delivery-status")
    return text(status, "message") or text(status, "description")
