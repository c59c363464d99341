"""Who an issue did not reach, and why: its refusals and waits by what they mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from newsletter.bounces import verdicts
from newsletter.ledger import DELIVERY, GIVE_UP, being
from newsletter.models import Bounce, Delivery, DeliveryState, Issue
from newsletter.smtp import Fault
from newsletter.smtp.failures import Failure

# Waiting letters that are read to tell why they wait; of more, these speak for all.
_READ = 1_000
_FROM_REPLIES = "smtp"


@dataclass(frozen=True)
class Reader:
    """Somebody it did not reach, and what their mail server said."""

    subscriber_id: int | None  # None: erased since
    address: str
    said: str
    due_at: datetime | None


@dataclass(frozen=True)
class Group:
    """Readers whom it did not reach for the same reason."""

    failure: Failure
    domain: str  # of those who refuse us; "" where it says nothing
    count: int
    final: bool  # refused for good; else it is tried again, or waits for a person
    readers: Sequence[Reader]  # some of them
    until: datetime | None = None  # when waiting ends, at the latest


# Where one provider decides for all of its mailboxes, which one it is matters.
_BY_DOMAIN = (Failure.POLICY, Failure.SENDER, Failure.THROTTLE)


def of_issue(session: Session, issue: Issue, *, shown: int) -> list[Group]:
    """Return the groups of an issue, the largest first, final ones before others.

    `shown` limits the readers each names.
    """
    return [*_refused(session, issue, shown), *_waiting(session, issue, shown)]


def _refused(session: Session, issue: Issue, shown: int) -> list[Group]:
    """Return what was refused; a report was kept of each, with what it means."""
    domain = func.coalesce(Bounce.domain, "")
    failure = func.coalesce(Bounce.failure, Failure.SOFT.value)
    rows = session.execute(
        select(failure, domain, func.count())
        .select_from(Delivery)
        .outerjoin(
            Bounce,
            (col(Bounce.delivery_id) == DELIVERY.id)
            & (col(Bounce.source) == _FROM_REPLIES),
        )
        .where(DELIVERY.issue_id == issue.id, being(DeliveryState.REJECTED))
        .group_by(failure, domain)
    )
    counts: dict[tuple[Failure, str], int] = {}
    for what, where, many in rows:
        key = _key(_known(what), where)
        counts[key] = counts.get(key, 0) + many
    return _sorted(
        Group(
            what,
            where,
            many,
            final=True,
            readers=_some(session, issue, what, where, shown),
        )
        for (what, where), many in counts.items()
    )


def _some(
    session: Session, issue: Issue, failure: Failure, domain: str, shown: int
) -> list[Reader]:
    query = (
        select(Delivery)
        .outerjoin(
            Bounce,
            (col(Bounce.delivery_id) == col(Delivery.id))
            & (col(Bounce.source) == _FROM_REPLIES),
        )
        .where(
            DELIVERY.issue_id == issue.id,
            being(DeliveryState.REJECTED),
            func.coalesce(Bounce.failure, Failure.SOFT.value) == failure.value,
        )
        .order_by(DELIVERY.id)
        .limit(shown)
    )
    if domain:
        query = query.where(Bounce.domain == domain)
    return [_reader(row) for row in session.exec(query)]


def _waiting(session: Session, issue: Issue, shown: int) -> list[Group]:
    """Return what waits to be tried again, by what was answered."""
    query = (
        select(Delivery)
        .where(
            DELIVERY.issue_id == issue.id,
            # Both of its states, or SQLite does not see the index that holds them.
            being(DeliveryState.DEFERRED, DeliveryState.UNKNOWN),
            being(DeliveryState.DEFERRED),
            DELIVERY.reply != "",
        )
        .limit(_READ)
    )
    found: dict[tuple[Failure, str], list[Delivery]] = {}
    for row in session.exec(query):
        domain = row.address.rpartition("@")[2]
        found.setdefault(_key(_meant(row), domain), []).append(row)
    return _sorted(
        Group(
            what,
            where,
            len(rows),
            final=False,
            readers=[_reader(row) for row in rows[:shown]],
            until=_until(rows),
        )
        for (what, where), rows in found.items()
    )


def _key(failure: Failure, domain: str) -> tuple[Failure, str]:
    return failure, domain if failure in _BY_DOMAIN else ""


def _sorted(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (-group.count, group.failure, group.domain))


def _known(what: str) -> Failure:
    return Failure(what) if what in set(Failure) else Failure.SOFT


_BY_FAULT = {
    Fault.SENDER: Failure.SENDER,
    Fault.POLICY: Failure.POLICY,
    Fault.MESSAGE: Failure.MESSAGE,
    Fault.QUOTA: Failure.THROTTLE,
    Fault.CONFIGURATION: Failure.CONFIGURATION,
    Fault.CONNECTION: Failure.NETWORK,
}


def _meant(row: Delivery) -> Failure:
    """Return what the answer means that keeps a row waiting."""
    if row.reason in _BY_FAULT:
        return _BY_FAULT[Fault(row.reason)]
    statuses = verdicts.codes_in(row.reply).statuses
    judged = verdicts.judge(statuses, row.reply_code, row.reply)
    # For now: an address that is gone would have been refused for good.
    return judged if judged in _PASSING else Failure.SOFT


_PASSING = (Failure.NETWORK, Failure.THROTTLE, Failure.POLICY, Failure.SENDER)


def _until(rows: Sequence[Delivery]) -> datetime | None:
    tried = [row.dated_at + GIVE_UP for row in rows if row.dated_at and row.due_at]
    return max(tried, default=None)


def _reader(row: Delivery) -> Reader:
    code = "" if row.reply_code is None else f"{row.reply_code} "
    return Reader(row.subscriber_id, row.address, f"{code}{row.reply}", row.due_at)
