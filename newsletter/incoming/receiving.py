"""Take one message that came in: understand it, act on it, keep what matters."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from newsletter import bounces
from newsletter.bounces import Effect, Event, Kind, Place, Report
from subscribers import optout
from subscribers.models import Channel
from subscribers.tokens import KeyRing

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]{1,400}>)", re.IGNORECASE | re.M)
_ADDRESSED = frozenset({Place.DELIVERED_TO, Place.ADDRESSED_TO})
_HEAD = 64_000  # octets of a message that are kept as evidence
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Received:
    """What a message was, and what it changed."""

    kind: Kind
    effect: Effect

    @property
    def is_kept(self) -> bool:
        """Whether all that matters of it is in the database: it may be deleted.

        An answer of a person is not, nor what asks to leave without naming anybody.
        """
        if self.kind is Kind.UNSUBSCRIBE:
            return self.effect is not Effect.NOBODY
        return self.kind in {Kind.BOUNCE, Kind.COMPLAINT}

    def as_json(self) -> dict[str, Any]:
        """Return it as a command answers."""
        return {"kind": self.kind.value, "effect": self.effect.value}


def receive(
    session: Session,
    keys: KeyRing,
    raw: bytes,
    *,
    now: datetime,
    source: str = "mail",
    recipients: Sequence[str] = (),
) -> Received:
    """Act on a message, once however often and by whatever way it comes.

    `recipients` are those of its envelope, where somebody knows them. Commits
    nothing: the message may be thrown away once the caller has. Never raises for
    what a message holds.
    """
    report = bounces.read(raw)
    places = [*recipients, *(each.value for each in report.candidates)]
    if report.kind is Kind.UNSUBSCRIBE:
        # Not what a message quotes: an answer with our letter in it leaves nothing.
        written = (each for each in report.candidates if each.place in _ADDRESSED)
        places = [*recipients, *(each.value for each in written)]
        return Received(report.kind, _leave(session, keys, places, now))
    event = _event(report, places, raw, source, now)
    return Received(report.kind, bounces.take(session, keys, event, now=now))


def _leave(
    session: Session, keys: KeyRing, places: Sequence[str], now: datetime
) -> Effect:
    """Unsubscribe whoever the mailbox names; their text and sender do not matter."""
    found = (optout.handle_in(keys, place) for place in places)
    handle = next((each for each in found if each), None)
    if handle is None:
        return Effect.NOBODY
    left = optout.unsubscribe(session, handle, channel=Channel.MAILTO)
    if not left.changed:
        return Effect.NOTHING
    from newsletter import notices  # most that comes back asks for no answer

    notices.tell_left(session, handle, language=left.language or "", now=now)
    return Effect.UNSUBSCRIBED


def _event(
    report: Report, places: Sequence[str], raw: bytes, source: str, now: datetime
) -> Event:
    return Event(
        report.kind,
        source=source,
        key=_key(raw),
        places=places,
        received_at=now,
        failure=report.failure,
        status=report.status,
        code=report.code,
        diagnostic=report.diagnostic,
        evidence=_evidence(raw),
        recipients=report.recipients,
    )


def _key(raw: bytes) -> str:
    """Return what a message has on every way it comes: not what the way adds to it."""
    head = raw[:_HEAD].partition(b"\r\n\r\n" if b"\r\n" in raw[:_HEAD] else b"\n\n")[0]
    found = _MESSAGE_ID.search(head)
    return found[1].decode("latin-1") if found else hashlib.sha256(raw).hexdigest()


def _evidence(raw: bytes) -> str:
    text = raw[:_HEAD].decode("utf-8", "replace").replace("\r\n", "\n")
    return _UNSEEN.sub("\ufffd", text)
