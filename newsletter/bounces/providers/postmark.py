"""Postmark: bounces and spam complaints, behind a password or a secret address.

It gives mail a Message-ID and a return path of its own. What is left of ours stands in
the message that came back, so the webhook must include its content.
"""

from collections.abc import Mapping, Sequence

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
from newsletter.bounces.reading import read as read_message
from newsletter.bounces.report import Kind
from newsletter.smtp.failures import Failure

_OTHER = Meaning(Kind.OTHER)
# https://postmarkapp.com/developer/api/bounce-api#bounce-types
WORDS: Mapping[str, Meaning] = {
    "HardBounce": Meaning(Kind.BOUNCE, Failure.HARD),
    "BadEmailAddress": Meaning(Kind.BOUNCE, Failure.HARD),
    "SoftBounce": Meaning(Kind.BOUNCE, Failure.SOFT),
    "Unknown": Meaning(Kind.BOUNCE, Failure.SOFT),
    "DnsError": Meaning(Kind.BOUNCE, Failure.NETWORK),
    "Blocked": Meaning(Kind.BOUNCE, Failure.POLICY),
    "SpamNotification": Meaning(Kind.BOUNCE, Failure.POLICY),
    "VirusNotification": Meaning(Kind.BOUNCE, Failure.POLICY),
    "DMARCPolicy": Meaning(Kind.BOUNCE, Failure.SENDER),
    "Transient": Meaning(Kind.DELAY),
    "SpamComplaint": Meaning(Kind.COMPLAINT),
    "AutoResponder": Meaning(Kind.AUTO_REPLY),
    "ChallengeVerification": Meaning(Kind.CHALLENGE),
}


def read(call: Call) -> Told:
    """Read one call; raises Forged and Malformed."""
    require_secret(call)
    record = record_of(call.body)
    if not isinstance(inside(record, "RecordType"), str):
        raise Malformed
    meaning = WORDS.get(text(record, "Type"), _OTHER)
    found = event(
        "postmark",
        meaning,
        record,
        call=call,
        key=f"{text(record, 'ServerID')}:{text(record, 'ID')}",
        places=_places(record),
        said=text(record, "Details") or text(record, "Description"),
        recipients=[text(record, "Email")],
    )
    return Told([found])


def _places(record: object) -> Sequence[str]:
    content = inside(record, "Content")
    if not isinstance(content, str):
        return ()
    report = read_message(content.encode("utf-8", "replace"))
    return [each.value for each in report.candidates]
