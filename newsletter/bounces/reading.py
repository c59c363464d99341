"""Read one message that came back: what it is, and what it says of a delivery."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from newsletter.bounces import (
    answers,
    dsn,
    feedback,
    mime,
    places,
    second_opinion,
    texts,
    verdicts,
)
from newsletter.bounces.dsn import DeliveryStatus, Status
from newsletter.bounces.headers import Headers
from newsletter.bounces.mime import Part
from newsletter.bounces.report import Kind, Report
from newsletter.smtp.failures import Failure
from newsletter.smtp.words import said

_MOST = 80  # parts that are looked at
_FEW = 40  # characters of a diagnosis that may be a code alone
_LONGEST = 1_000  # characters of a diagnosis that are kept


@dataclass(frozen=True)
class _Reading:
    """A message taken apart."""

    message: Part
    parts: list[Part]
    own: str  # what it says itself
    copied: Headers  # head of what it returns among its words
    status: DeliveryStatus | None

    @classmethod
    def of(cls, message: Part) -> "_Reading":
        parts = list(islice(message.walk(), _MOST))
        own, copied = texts.part(parts)
        return cls(message, parts, own, copied, dsn.find(parts))


def read(raw: bytes) -> Report:
    """Say what a message is, and for a bounce what kind of failure it reports.

    Never raises and takes bounded time, whatever the octets are. Who it is about, a
    token in one of `candidates` tells, and nothing else does.
    """
    reading = _Reading.of(mime.parse(raw))
    found = _report(reading) or Report(
        answers.kind(reading.message.headers, reading.own)
    )
    about = (reading.message, reading.status, reading.copied)
    return replace(
        found,
        candidates=places.candidates(*about),
        recipients=places.recipients(*about),
    )


def _report(reading: _Reading) -> Report | None:
    """Return what a report says, None if the message is an answer to a letter."""
    if kind := feedback.kind(reading.message, reading.parts):
        return Report(kind, feedback=feedback.feedback_type(reading.parts))
    if reading.status:
        return _structured(reading, reading.status)
    if answers.is_request_to_leave(reading.message.headers):
        return Report(Kind.UNSUBSCRIBE)
    return _forwarded(reading) or _in_words(reading)


def _structured(reading: _Reading, status: DeliveryStatus) -> Report:
    kinds = {each.kind for each in status.recipients}
    if Kind.BOUNCE not in kinds:
        first = next((each for each in status.recipients if each.kind), None)
        return _told(first, reading.own) if first else _unclear(reading)
    failed = [each for each in status.recipients if each.kind is Kind.BOUNCE]
    reports = [_told(each, reading.own) for each in failed]
    softest = min(reports, key=lambda report: verdicts.weight(report.failure))
    # An address that stands for several is not gone while one of them takes mail.
    if Kind.DELIVERED in kinds and softest.failure in verdicts.ENDING:
        return replace(softest, failure=Failure.SOFT)
    return softest


def _told(status: Status, own: str) -> Report:
    """Return what the fields of one recipient say; its words help where they do not."""
    kind = status.kind or Kind.BOUNCE
    outer = verdicts.codes_in(status.status).statuses
    told = verdicts.without_wrapping(status.diagnostic)
    if not told or (len(told) < _FEW and not verdicts.says_enough(outer)):
        told = f"{told} {texts.diagnosis(own)}".strip()
    code, inner = verdicts.codes_in(told)
    failure = None
    if kind in {Kind.BOUNCE, Kind.DELAY}:
        failure = verdicts.judge([*outer, *inner], code, told)
    shown = outer if verdicts.says_enough(outer) or not inner else inner
    if failure:
        failure = verdicts.before_anybody(failure, code, own)
    return Report(
        kind, failure, _dotted(shown), code, _plain(status.diagnostic or told)
    )


def _unclear(reading: _Reading) -> Report:
    """Return what a report says whose fields do not tell whether it failed."""
    head = reading.message.headers
    kind = _kind_in_words(head, head.text("subject"), reading.own)
    return _said(kind, reading.own) if kind else Report(Kind.OTHER)


def _said(kind: Kind, own: str) -> Report:
    """Return what words alone say of a failure."""
    told = texts.diagnosis(own)
    code, statuses = verdicts.codes_in(told)
    failure = verdicts.judge(statuses, code, told)
    failure = verdicts.before_anybody(failure, code, own)
    return Report(kind, failure, _dotted(statuses), code, _plain(told))


def _forwarded(reading: _Reading) -> Report | None:
    """Read a report that somebody sends on as it came."""
    for part in reading.parts:
        if part.is_enclosed_message and part.children:
            inner = list(islice(part.children[0].walk(), _MOST))
            status = dsn.find(inner)
            if status:
                return _structured(replace(reading, own=texts.part(inner).own), status)
    return None


def _in_words(reading: _Reading) -> Report | None:
    head = reading.message.headers
    subject = head.text("subject")
    if not _is_from_a_system(reading.message) and not (
        answers.is_null(head) and texts.names_failure(subject)
    ):
        return None
    if answers.says_away(subject) or answers.is_from_a_person(head):
        return None
    if answers.asks_to_prove(subject, reading.own) and not any(
        verdicts.codes_in(texts.diagnosis(reading.own))
    ):
        return None  # it holds a letter back, and would pass it on
    if status := dsn.inline(reading.own):
        return _structured(reading, status)
    kind = _kind_in_words(head, subject, reading.own)
    return _said(kind, reading.own) if kind else None


def _is_from_a_system(message: Part) -> bool:
    head = message.headers
    return (
        texts.is_from_a_system(head.text("from"))
        or bool(head.get("x-failed-recipients"))
        or message.parameters.get("report-type", "").lower() == "delivery-status"
    )


def _kind_in_words(head: Headers, subject: str, own: str) -> Kind | None:
    named, failed = texts.names_failure(subject), texts.says_failed(own)
    if (named or failed) and texts.says_delayed(f"{subject}\n{own}"):
        return Kind.DELAY
    code, statuses = verdicts.codes_in(texts.diagnosis(own))
    if failed or head.get("x-failed-recipients") or (code and statuses):
        return Kind.BOUNCE
    if named and (code or statuses or said(own)):
        return Kind.BOUNCE
    return second_opinion.ask(head.get("from"), subject, own)


def _dotted(statuses: Sequence[verdicts.Enhanced]) -> str:
    telling = [status for status in statuses if status[0] != 2]
    return ".".join(map(str, telling[0])) if telling else ""


def _plain(text: str) -> str:
    """Return text that can be stored and shown: one line a line, nothing that acts."""
    lines = (" ".join(line.split()) for line in text[:4_000].splitlines())
    kept = "\n".join(filter(None, lines))
    return "".join(c if c == "\n" or c.isprintable() else "\ufffd" for c in kept)[
        :_LONGEST
    ]
