"""Amazon SES: events and notifications, as an Amazon SNS topic passes them on."""

from collections.abc import Iterator, Mapping
from typing import Any

from newsletter.bounces.acting import Event
from newsletter.bounces.providers import sns
from newsletter.bounces.providers.call import (
    Call,
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

_MOST = 50  # recipients of one message, as SES allows

_UNDECIDED = Meaning(Kind.BOUNCE, Failure.SOFT)
# Type and subtype of a bounce.
# https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
WORDS: Mapping[tuple[str, str], Meaning] = {
    ("Permanent", "General"): Meaning(Kind.BOUNCE, Failure.HARD),
    ("Permanent", "NoEmail"): Meaning(Kind.BOUNCE, Failure.HARD),
    ("Permanent", "Suppressed"): Meaning(Kind.BOUNCE, Failure.HARD),
    # For a bounce or a complaint, at any time: so it must be seen again.
    ("Permanent", "OnAccountSuppressionList"): Meaning(Kind.BOUNCE, Failure.DISABLED),
    ("Transient", "General"): Meaning(Kind.BOUNCE, Failure.SOFT),
    ("Transient", "MailboxFull"): Meaning(Kind.BOUNCE, Failure.SOFT),
    ("Transient", "MessageTooLarge"): Meaning(Kind.BOUNCE, Failure.MESSAGE),
    ("Transient", "ContentRejected"): Meaning(Kind.BOUNCE, Failure.POLICY),
    ("Transient", "AttachmentRejected"): Meaning(Kind.BOUNCE, Failure.POLICY),
    ("Undetermined", "Undetermined"): _UNDECIDED,
}
_NO_SPAM = "not-spam"  # somebody took a letter out of the spam folder


def read(call: Call) -> Told:
    """Read one message of the topic; raises Forged and Malformed."""
    envelope = record_of(call.body)
    sns.require_genuine(envelope, topic=call.secret, certificate=call.certificate)
    if text(envelope, "Type") != "Notification":
        return _confirmation(call, envelope)
    words = inside(envelope, "Message")
    if not isinstance(words, str):
        raise Malformed
    return Told([*_events(call, record_of(words.encode("utf-8", "replace")))])


def _confirmation(call: Call, envelope: dict[str, Any]) -> Told:
    url = text(envelope, "SubscribeURL")
    wanted = text(envelope, "Type") == "SubscriptionConfirmation"
    if not wanted or not sns.is_confirmation_of(url, topic=call.secret):
        return Told()
    return Told(confirm=url)


def _events(call: Call, record: dict[str, Any]) -> Iterator[Event]:
    kind = text(record, "eventType") or text(record, "notificationType")
    if kind == "Bounce":
        yield from _bounces(call, record)
    elif kind == "Complaint":
        yield from _complaints(call, record)


def _bounces(call: Call, record: dict[str, Any]) -> Iterator[Event]:
    bounce = inside(record, "bounce")
    words = (text(bounce, "bounceType"), text(bounce, "bounceSubType"))
    for each in _recipients(bounce, "bouncedRecipients"):
        yield event(
            "ses",
            _meaning(words, each),
            record,
            call=call,
            key=f"{text(bounce, 'feedbackId')}:{text(each, 'emailAddress')}",
            places=_places(record),
            said=text(each, "diagnosticCode"),
            status=text(each, "status"),
            recipients=[text(each, "emailAddress")],
        )


def _meaning(words: tuple[str, str], recipient: Any) -> Meaning:
    """Return what a bounce means; an absence comes as one without a reason.

    SES itself counts those by nobody.
    """
    said = text(recipient, "diagnosticCode") or text(recipient, "status")
    if words == ("Transient", "General") and not said:
        return Meaning(Kind.AUTO_REPLY)
    return WORDS.get(words, _UNDECIDED)


def _complaints(call: Call, record: dict[str, Any]) -> Iterator[Event]:
    complaint = inside(record, "complaint")
    no_spam = text(complaint, "complaintFeedbackType") == _NO_SPAM
    kind = Kind.FEEDBACK if no_spam else Kind.COMPLAINT
    for each in _recipients(complaint, "complainedRecipients"):
        yield event(
            "ses",
            Meaning(kind),
            record,
            call=call,
            key=f"{text(complaint, 'feedbackId')}:{text(each, 'emailAddress')}",
            places=_places(record),
            said=text(complaint, "complaintFeedbackType"),
            recipients=[text(each, "emailAddress")],
        )


def _recipients(record: Any, name: str) -> list[Any]:
    found = inside(record, name)
    return found[:_MOST] if isinstance(found, list) else []


def _places(record: dict[str, Any]) -> list[str]:
    """Return where ours stand: SES gives mail a Message-ID of its own."""
    mail = inside(record, "mail")
    found = [text(mail, "source"), text(mail, "commonHeaders", "messageId")]
    fields = inside(mail, "headers")
    for field in fields[:100] if isinstance(fields, list) else ():
        if text(field, "name").lower() in ("message-id", "return-path"):
            found.append(text(field, "value"))
    return found
