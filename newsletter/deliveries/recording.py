"""Write down what became of claimed rows, many at a time."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select, update
from sqlmodel import Session

from newsletter.deliveries import erased
from newsletter.deliveries.accepting import Accepted, accept
from newsletter.deliveries.claiming import Claim, release
from newsletter.ledger import DELIVERY, GIVE_UP, being
from newsletter.models import Delivery, DeliveryState, Issue
from newsletter.smtp import Fault, Outcome, Verdict
from subscribers.columns import table_of
from subscribers.models import MailingList, UnknownPolicy

ISSUE = table_of(Issue).c
LIST = table_of(MailingList).c


# After the nth failed attempt; the last interval repeats (RFC 5321 §4.5.4.1 asks for
# patience, news asks for haste).
RETRY = tuple(timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 240, 480))
# A relay that falls silent may still be working: it gets a moment before a resend.
RESEND_AFTER = timedelta(seconds=5)

# Settled many at a time; what is left is settled row by row.
_GROUPED = (Verdict.ACCEPTED, Verdict.RETURNED)
_STATES = {
    Verdict.DEFERRED: DeliveryState.DEFERRED,
    Verdict.REJECTED: DeliveryState.REJECTED,
    Verdict.UNKNOWN: DeliveryState.UNKNOWN,
    Verdict.HELD: DeliveryState.DEFERRED,
}


@dataclass(frozen=True)
class Result:
    """One claim and how it ended."""

    claim: Claim
    outcome: Outcome


def record(
    session: Session,
    results: Sequence[Result],
    *,
    sender: str,
    now: datetime,
    on_unknown: UnknownPolicy,
) -> list[Result]:
    """Settle the claims of `results`; `on_unknown` serves lists without a policy.

    Returns those that ended as rejected, what was given up after two days among them.

    A row that somebody recovered meanwhile keeps its new state, but for one case: a
    late 250 for the attempt that made it unknown turns it into accepted. Rows of
    readers who were erased meanwhile end here: emptied, and never tried again.
    """
    back = [r.claim.id for r in results if r.outcome.verdict is Verdict.RETURNED]
    if back:
        release(session, back, sender=sender, now=now)
    taken = [r for r in results if r.outcome.verdict is Verdict.ACCEPTED]
    accept(session, [_accepted(each) for each in taken], sender=sender, now=now)
    others = [r for r in results if r.outcome.verdict not in _GROUPED]
    policies = _policies(session, others, on_unknown)
    rejected = []
    for result in others:
        values = _values(result, policies[result.claim.issue_id], now)
        _settle(session, result, values, sender)
        if values["state"] is DeliveryState.REJECTED:
            rejected.append(result)
    erased.empty(session, [result.claim.id for result in results], now=now)
    return rejected


def _accepted(result: Result) -> Accepted:
    claim, outcome = result.claim, result.outcome
    return Accepted(claim.id, claim.attempt, outcome.code, outcome.reply)


def _settle(
    session: Session, result: Result, values: Mapping[str, object], sender: str
) -> None:
    session.execute(
        update(table_of(Delivery))
        .where(
            DELIVERY.id == result.claim.id,
            DELIVERY.attempt == result.claim.attempt,
            DELIVERY.claimed_by == sender,
            DELIVERY.state == DeliveryState.SENDING,
        )
        .values(**values)
    )


def _values(result: Result, policy: UnknownPolicy, now: datetime) -> dict[str, object]:
    claim, outcome = result.claim, result.outcome
    values: dict[str, object] = {
        "state": _STATES[outcome.verdict],
        "claimed_by": None,
        "due_at": None,
        "reply_code": outcome.code,
        "reply": outcome.reply,
        "reason": outcome.fault.value,
        "updated_at": now,
    }
    if outcome.verdict is Verdict.DEFERRED:
        due_at = next_attempt(claim.attempt, now)
        expired = due_at > claim.dated_at + GIVE_UP
        values |= (
            {"state": DeliveryState.REJECTED, "reason": Fault.EXPIRED.value}
            if expired
            else {"due_at": due_at}
        )
    if outcome.verdict is Verdict.UNKNOWN:
        values |= unknown_values(policy, now + RESEND_AFTER)
    return values


def unknown_values(policy: UnknownPolicy, due_at: datetime) -> dict[str, object]:
    """Return what a row becomes when nobody can say whether its message arrived.

    It is sent again once, if the list's policy says so; then a person decides. To
    somebody erased nothing is sent again.
    """
    once = and_(DELIVERY.unknowns == 0, ~erased.GONE)
    again = case((once, due_at), else_=None)
    return {
        "state": DeliveryState.UNKNOWN,
        "claimed_by": None,
        "unknowns": DELIVERY.unknowns + 1,
        "due_at": again if policy is UnknownPolicy.RESEND else None,
    }


def next_attempt(attempt: int, now: datetime) -> datetime:
    """Return when a deferred row is tried again: ± 20 %, so that rows spread out."""
    interval = RETRY[min(attempt, len(RETRY)) - 1]
    return now + interval * random.uniform(0.8, 1.2)  # noqa: S311  # no secret


def live_unknowns(session: Session, issue_id: int, *, since: datetime) -> int:
    """Count rows of an issue that fell silent since a moment and still are unknown."""
    unknown = being(DeliveryState.UNKNOWN)
    resent = and_(being(DeliveryState.SENDING), DELIVERY.unknowns > 0)
    query = select(func.count()).where(
        DELIVERY.issue_id == issue_id,
        or_(unknown, resent),
        DELIVERY.reason == Fault.CONNECTION,
        DELIVERY.updated_at >= since,
    )
    count: int = session.execute(query).scalar_one()
    return count


def _policies(
    session: Session, results: Sequence[Result], default: UnknownPolicy
) -> dict[int, UnknownPolicy]:
    query = (
        select(ISSUE.id, LIST.on_unknown)
        .join(table_of(MailingList), LIST.id == ISSUE.list_id)
        .where(ISSUE.id.in_({result.claim.issue_id for result in results}))
    )
    return {row.id: row.on_unknown or default for row in session.execute(query)}
