"""Scaleway TEM: events by a topic of Scaleway, to a secret address.

Its topics speak as those of Amazon SNS do, and sign with certificates whose address is
nowhere promised: the secret in our address is the proof.
"""

import re
from collections.abc import Mapping
from typing import Any

from newsletter.bounces.providers.call import (
    Call,
    Malformed,
    Meaning,
    Told,
    event,
    inside,
    record_of,
    require_secret,
    text,
)
from newsletter.bounces.report import Kind
from newsletter.bounces.verdicts import codes_in
from newsletter.smtp.failures import Failure

_CONFIRM = re.compile(
    r"https://sns\.mnq\.[a-z]{2}-[a-z]{3}\.scaleway\.com/[\w?&=:%./~-]*", re.ASCII
)

_OTHER = Meaning(Kind.OTHER)
# https://www.scaleway.com/en/docs/transactional-email/reference-content/
WORDS: Mapping[str, Meaning] = {
    "email_mailbox_not_found": Meaning(Kind.BOUNCE, Failure.HARD),
    "email_dropped": Meaning(Kind.BOUNCE, Failure.HARD),
    # A mail server took it for spam; no reader has said so.
    "email_spam": Meaning(Kind.BOUNCE, Failure.POLICY),
    "email_blocklisted": Meaning(Kind.BOUNCE, Failure.POLICY),  # on Scaleway’s own list
    "email_deferred": Meaning(Kind.DELAY),
}


def read(call: Call) -> Told:
    """Read one message of the topic; raises Forged and Malformed."""
    require_secret(call)
    envelope = record_of(call.body)
    kind = text(envelope, "Type")
    if kind == "SubscriptionConfirmation":
        url = text(envelope, "SubscribeURL")
        return Told(confirm=url) if _CONFIRM.fullmatch(url) else Told()
    if kind != "Notification":
        return Told() if kind == "UnsubscribeConfirmation" else _told(call, envelope)
    words = inside(envelope, "Message")
    if not isinstance(words, str):
        raise Malformed
    return _told(call, record_of(words.encode("utf-8", "replace")))


def _told(call: Call, record: dict[str, Any]) -> Told:
    if not text(record, "type"):
        raise Malformed
    said = text(record, "email_response_message") or text(record, "email_error")
    found = event(
        "scaleway",
        _meaning(record, said),
        record,
        call=call,
        key=text(record, "id"),
        places=_places(inside(record, "email_headers")),
        said=said,
        code=text(record, "email_response_code"),
        recipients=[text(record, "email_to")],
    )
    return Told([found])


def _meaning(record: dict[str, Any], said: str) -> Meaning:
    meaning = WORDS.get(text(record, "type"), _OTHER)
    # "Dropped" alone does not say who is to blame, nor do words without a code.
    answered = text(record, "email_response_code") or any(codes_in(said))
    if text(record, "type") == "email_dropped" and not answered:
        return Meaning(Kind.BOUNCE, Failure.SOFT)
    return meaning


def _places(headers: Any) -> list[str]:
    """Return our Message-ID, however the headers are laid out."""
    if isinstance(headers, dict):
        pairs = [(name, text(headers, name)) for name in list(headers)[:100]]
    elif isinstance(headers, list):
        pairs = [_pair(each) for each in headers[:100]]
    else:
        pairs = []
    wanted = ("message-id", "return-path")
    return [value for name, value in pairs if str(name).lower() in wanted]


def _pair(field: Any) -> tuple[str, str]:
    return (
        text(field, "name") or text(field, "key"),
        text(field, "value"),
    )
