"""Read a delivery status: the part of a report that is made for machines (RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.bounces import headers
from newsletter.bounces.headers import Headers
from newsletter.bounces.mime import Part
from newsletter.bounces.report import Kind

TYPES = {"message/delivery-status", "message/global-delivery-status"}
_MOST = 20  # recipients of one report
_OF_A_RECIPIENT = ("action", "status", "final-recipient", "diagnostic-code")
_KINDS = (
    (("fail", "error", "undeliver"), Kind.BOUNCE),
    (("delay", "defer", "warning"), Kind.DELAY),
    (("deliver", "relay", "expand", "success"), Kind.DELIVERED),
)
# What a report may hold besides its fields, where a system mixes them with its words.
_INLINE = re.compile(
    r"^[ \t>]{0,4}((?:reporting-mta|final-recipient|original-recipient|action|status|"
    r"diagnostic-code|remote-mta|original-envelope-id)[ \t]?:[^\n]{0,1000}"
    r"(?:\n[ \t]{1,8}[^\n]{1,400})?)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Status:
    """What a report says of one recipient."""

    kind: Kind | None
    status: str
    diagnostic: str


@dataclass(frozen=True)
class DeliveryStatus:
    """What a report says of the recipients of one message."""

    envelope_id: str
    message_id: str  # as Gmail gives it
    recipients: tuple[Status, ...]
    addresses: tuple[str, ...] = ()  # of these recipients, as they were given


def find(parts: list[Part]) -> DeliveryStatus | None:
    """Read the delivery status among the parts of a message, None if there is none."""
    report = next((part for part in parts if part.type in TYPES), None)
    # Some systems give it the type of any file, but do not hide its fields.
    report = report or next(filter(_looks_like_one, parts), None)
    return read(report.octets()) if report else None


def read(octets: bytes) -> DeliveryStatus | None:
    """Read the fields of a delivery status, None if it says nothing of anybody."""
    groups = [
        headers.fields(group) for group in re.split(rb"\n[ \t]*\n", octets.strip())
    ]
    recipients = [_status(group) for group in groups[:_MOST] if _is_recipient(group)]
    if not recipients:
        return None
    return DeliveryStatus(
        _first(groups, "original-envelope-id"),
        _first(groups, "x-original-message-id"),
        tuple(recipients),
        tuple(_addresses(groups)),
    )


def inline(text: str) -> DeliveryStatus | None:
    """Read fields that stand among the words of a report that lost its structure."""
    fields = _INLINE.findall(text)
    if not any(field.lower().startswith(("action", "status")) for field in fields):
        return None
    return read("\n".join(fields).encode())


def _first(groups: list[Headers], name: str) -> str:
    return next(filter(None, (group.get(name).strip() for group in groups)), "")


def _addresses(groups: list[Headers]) -> Iterator[str]:
    for group in groups[:_MOST]:
        for name in ("original-recipient", "final-recipient"):
            if value := group.get(name):
                yield (value.partition(";")[2] or value).strip(" \t<>")


def _looks_like_one(part: Part) -> bool:
    if part.children or part.type.startswith("text/html"):
        return False
    head = part.octets()[:2_000].lower()
    return b"reporting-mta:" in head[:400] and b"final-recipient:" in head


def _is_recipient(group: Headers) -> bool:
    return any(group.get(name) for name in _OF_A_RECIPIENT)


def _status(group: Headers) -> Status:
    action = group.get("action").strip().lower()
    kind = next((kind for names, kind in _KINDS if action.startswith(names)), None)
    status = group.get("status").strip()
    if kind is None:
        kind = {"5": Kind.BOUNCE, "4": Kind.DELAY, "2": Kind.DELIVERED}.get(status[:1])
    # More than one, where a gateway adds what the next system told it.
    told = [value.partition(";")[2] or value for value in group.all("diagnostic-code")]
    return Status(kind, status, headers.words(" ".join(told)).strip())
