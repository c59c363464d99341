"""Hold what relays answered while letters left against the same rules."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from newsletter.bounces import acting
from newsletter.bounces.acting import Event
from newsletter.bounces.causes import Cause, Kind, cause_of
from newsletter.deliveries import Result
from newsletter.smtp import Fault
from subscribers.tokens import KeyRing


def heed(
    session: Session, keys: KeyRing, results: Iterable[Result], *, now: datetime
) -> None:
    """Act on refusals that were just recorded, in the transaction that recorded them.

    What was given up after two days counts as a passing failure: the address may be
    as good as ever.
    """
    for result in results:
        claim, outcome = result.claim, result.outcome
        event = Event(
            Kind.BOUNCE,
            source="smtp",
            key=f"{claim.id}:{claim.attempt}",
            mailboxes=(),
            received_at=now,
            cause=_cause(outcome.fault, outcome.code, outcome.reply),
            code=outcome.code,
            diagnostic=outcome.reply,
        )
        acting.take_reply(session, keys, event, claim.id, now=now)


def _cause(fault: Fault, code: int | None, reply: str) -> Cause:
    if fault is Fault.RECIPIENT and code is not None:
        return cause_of(code, reply)
    return Cause.SOFT
