"""Hold what relays answered while letters left against the same rules."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from newsletter.bounces import acting, verdicts
from newsletter.bounces.acting import Event
from newsletter.bounces.report import Kind
from newsletter.deliveries import Result
from newsletter.smtp import Fault, Outcome
from newsletter.smtp.failures import Failure
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
            places=(),
            received_at=now,
            failure=_failure(outcome),
            status=_status(outcome.reply),
            code=outcome.code,
            diagnostic=outcome.reply,
        )
        acting.take_reply(session, keys, event, claim.id, now=now)


def _failure(outcome: Outcome) -> Failure:
    if outcome.fault is not Fault.RECIPIENT or outcome.code is None:
        return Failure.SOFT
    codes = verdicts.codes_in(outcome.reply)
    return verdicts.judge(codes.statuses, outcome.code, outcome.reply)


def _status(reply: str) -> str:
    statuses = verdicts.codes_in(reply).statuses
    return ".".join(map(str, statuses[0])) if statuses else ""
