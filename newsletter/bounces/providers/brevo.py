"""Brevo: events of mail by its relay, behind a secret address or a bearer token."""

from collections.abc import Mapping
from typing import Any

from newsletter.bounces.acting import Event
from newsletter.bounces.providers.call import (
    Call,
    Malformed,
    Meaning,
    Told,
    data_of,
    event,
    require_secret,
    text,
)
from newsletter.bounces.report import Kind
from newsletter.smtp.failures import Failure

_MOST = 1_000  # events of one call

_OTHER = Meaning(Kind.OTHER)
# https://developers.brevo.com/docs/transactional-webhooks
WORDS: Mapping[str, Meaning] = {
    "hard_bounce": Meaning(Kind.BOUNCE, Failure.HARD),
    "invalid_email": Meaning(Kind.BOUNCE, Failure.HARD),
    "soft_bounce": Meaning(Kind.BOUNCE, Failure.SOFT),
    "blocked": Meaning(Kind.BOUNCE, Failure.POLICY),  # on Brevo’s own list
    "error": Meaning(Kind.BOUNCE, Failure.POLICY),
    "deferred": Meaning(Kind.DELAY),
    "spam": Meaning(Kind.COMPLAINT),
    "complaint": Meaning(Kind.COMPLAINT),
}


def read(call: Call) -> Told:
    """Read one call, of one event or many; raises Forged and Malformed."""
    require_secret(call)
    found = data_of(call.body)
    records = found if isinstance(found, list) else [found]
    return Told([_event(call, record) for record in records[:_MOST]])


def _event(call: Call, record: Any) -> Event:
    word = text(record, "event")
    if not word:
        raise Malformed
    message_id = text(record, "message-id")
    # Its `id` is that of the webhook, and the same for every event.
    moment = text(record, "ts_epoch") or text(record, "ts_event")
    return event(
        "brevo",
        WORDS.get(word, _OTHER),
        record,
        call=call,
        key=f"{word}:{message_id}:{moment}:{text(record, 'email')}",
        places=[message_id],
        said=text(record, "reason"),
        recipients=[text(record, "email")],
    )
