"""Where in a message a token of ours may stand; the caller proves that it is one."""

import re
from collections.abc import Iterable, Iterator

from newsletter.bounces import feedback
from newsletter.bounces.dsn import DeliveryStatus
from newsletter.bounces.headers import Headers
from newsletter.bounces.mime import Part
from newsletter.bounces.report import Candidate, Place

_MOST = 40
_READERS = 8
_ADDRESS = re.compile(r"[^\s<>\"(),;:\[\]\\]{1,128}@[\w.-]{1,255}")
_IDENTIFIER = re.compile(r"<([^\s<>]{1,400})>")
_DELIVERED = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "x-rcpt-to",
)
_FOR = re.compile(r"\bfor <?([^\s<>;]{1,128}@[\w.-]{1,255})>?")
_DEEPEST = 3  # messages in messages


def candidates(
    message: Part, status: DeliveryStatus | None, copied: Headers
) -> tuple[Candidate, ...]:
    """Return every place of a token, the most trusted first and each value once."""
    parts = list(message.walk())
    returned = [copied, *_returned(message)]
    everything = [
        *_outside(message.headers),
        *_envelope_ids(status, feedback.fields(parts)),
        *(found for head in returned for found in _inside(head)),
        *_identifiers(Place.MESSAGE_ID, [status.message_id] if status else []),
        *_answered(message.headers),
    ]
    order = list(Place)
    everything.sort(key=lambda each: order.index(each.place))
    return tuple(dict.fromkeys(everything))[:_MOST]


def recipients(
    message: Part, status: DeliveryStatus | None, copied: Headers
) -> tuple[str, ...]:
    """Return the addresses that a report says it is about, whoever wrote them."""
    heads = [copied, *_returned(message)]
    found = [address for head in heads for address in _to(head)]
    found += status.addresses if status else ()
    found += _ADDRESS.findall(message.headers.get("x-failed-recipients")[:1_000])
    return tuple(dict.fromkeys(found))[:_READERS]


def _to(head: Headers) -> list[str]:
    return _ADDRESS.findall(head.get("to")[:1_000])[:4]


def mailboxes(head: Headers) -> list[str]:
    """Return the addresses that a message was sent to, as far as its head says."""
    return [each.value for each in _outside(head)]


def _outside(head: Headers) -> Iterator[Candidate]:
    for name in _DELIVERED:
        yield from _addresses(Place.DELIVERED_TO, head.all(name)[:4])
    for received in head.all("received")[:4]:
        if found := _FOR.search(received):
            yield Candidate(Place.DELIVERED_TO, found[1])
    for name in ("to", "cc"):
        yield from _addresses(Place.ADDRESSED_TO, head.all(name)[:4])


def _addresses(place: Place, values: Iterable[str]) -> Iterator[Candidate]:
    for value in values:
        for address in _ADDRESS.findall(value)[:8]:
            yield Candidate(place, address)


def _envelope_ids(
    status: DeliveryStatus | None, report: Headers
) -> Iterator[Candidate]:
    told = [status.envelope_id if status else "", report.get("original-envelope-id")]
    for value in filter(None, told):
        yield Candidate(Place.ENVELOPE_ID, _shown(value))
    yield from _addresses(Place.RETURN_PATH, report.all("original-mail-from")[:2])
    if identifier := report.get("cfbl-feedback-id"):
        yield Candidate(Place.FEEDBACK_ID, _shown(identifier))


def _returned(message: Part) -> Iterator[Headers]:
    for part in message.walk(into_messages=_DEEPEST):
        if part.is_enclosed_message and part.children:
            yield part.children[0].headers


def _inside(head: Headers) -> Iterator[Candidate]:
    for name in ("return-path", "x-envelope-from", "x-original-return-path", "sender"):
        yield from _addresses(Place.RETURN_PATH, head.all(name)[:2])
    if identifier := head.get("cfbl-feedback-id"):
        yield Candidate(Place.FEEDBACK_ID, _shown(identifier))
    for link in _IDENTIFIER.findall(head.get("list-unsubscribe"))[:4]:
        yield Candidate(Place.UNSUBSCRIBE, link)
    yield from _identifiers(Place.MESSAGE_ID, head.all("message-id")[:2])


def _answered(head: Headers) -> Iterator[Candidate]:
    for name in (
        "in-reply-to",
        "references",
        "x-original-message-id",
        "x-ms-exchange-parent-message-id",
    ):
        yield from _identifiers(Place.REFERENCE, head.all(name)[:2])


def _identifiers(place: Place, values: Iterable[str]) -> Iterator[Candidate]:
    for value in values:
        for identifier in _IDENTIFIER.findall(value)[:8]:
            yield Candidate(place, identifier)


def _shown(value: str) -> str:
    return "".join(c for c in value.strip() if c.isprintable())[:400]
