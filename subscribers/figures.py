"""How many people a list has: by language and by how they stand, and how that moves."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal
from sqlalchemy import select as rows
from sqlmodel import Session, col

from subscribers.directory import Group
from subscribers.models import (
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
)

FEW = 20_000  # people that are counted while a page waits


@dataclass(frozen=True)
class Figures:
    """How many there are of each language and group; None: of no known language."""

    counts: dict[tuple[str | None, Group], int]
    counted_at: datetime

    def of(self, group: Group) -> int:
        """Return how many there are of a group, in all languages."""
        return sum(many for (_, kind), many in self.counts.items() if kind is group)

    @property
    def total(self) -> int:
        """How many there are at all."""
        return sum(self.counts.values())

    def languages(self, group: Group | None) -> dict[str | None, int]:
        """Return how many of a group speak what, the most spoken first."""
        found: Counter[str | None] = Counter()
        for (language, kind), many in self.counts.items():
            if group in {None, kind}:
                found[language] += many
        spoken = sorted(found.items(), key=lambda each: (each[0] is None, -each[1]))
        return dict(spoken)


def are_few(session: Session, list_id: int) -> bool:
    """Tell whether a list is short enough to be counted at once."""
    some = rows(literal(1)).where(col(Subscription.list_id) == list_id).limit(FEW + 1)
    found = session.execute(rows(func.count()).select_from(some.subquery()))
    return int(found.scalar_one()) <= FEW


def of_list(session: Session, list_id: int, *, now: datetime) -> Figures:
    """Count everybody on a list; of a million people, that takes half a second.

    Few have left or wait, and are looked up; where everybody known is on the list, the
    many others are those of each language without these.
    """
    counts: Counter[tuple[str | None, Group]] = Counter()
    for language, state, over, many in _others(session, list_id, now):
        counts[language, _group(state, over=over)] += many
    for language, many in _confirmed(session, list_id, counts).items():
        counts[language, Group.ACTIVE] += many
    for language, state, over, many in _stopped(session, list_id, now):
        if state != SubscriptionState.UNSUBSCRIBED:
            counts[language, _group(state, over=over)] -= many
            counts[language, Group.STOPPED] += many
    return Figures({key: many for key, many in counts.items() if many}, now)


def joined_since(session: Session, list_id: int, moment: datetime) -> int:
    """Return how many came after a moment and are still there."""
    query = rows(func.count()).where(
        col(Subscription.list_id) == list_id,
        col(Subscription.state).in_(
            (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED)
        ),
        col(Subscription.created_at) >= moment,
    )
    return int(session.execute(query).scalar_one())


def left_since(session: Session, list_id: int, moment: datetime) -> int:
    """Return how many left after a moment and have not come back."""
    query = rows(func.count()).where(
        col(Subscription.list_id) == list_id,
        col(Subscription.unsubscribed_at) >= moment,
        col(Subscription.state) == SubscriptionState.UNSUBSCRIBED,
    )
    return int(session.execute(query).scalar_one())


_Counted = list[tuple[str | None, SubscriptionState, bool, int]]
_CONFIRMED = col(Subscription.state) == SubscriptionState.CONFIRMED


def _others(session: Session, list_id: int, now: datetime) -> _Counted:
    state = col(Subscription.state)
    few = [each for each in SubscriptionState if each != SubscriptionState.CONFIRMED]
    return _grouped(session, _on_list(list_id, now).where(state.in_(few)))


def _stopped(session: Session, list_id: int, now: datetime) -> _Counted:
    same = col(Suppression.address_hash) == col(Subscriber.email_hash)
    # From there: of suppressed addresses there are few, and SQLite would begin with
    # everybody on the list.
    few = rows(col(Subscriber.id)).select_from(Suppression).join(Subscriber, same)
    query = _on_list(list_id, now)
    return _grouped(session, query.where(col(Subscription.subscriber_id).in_(few)))


def _confirmed(
    session: Session, list_id: int, others: Counter[tuple[str | None, Group]]
) -> dict[str | None, int]:
    on_list = rows(func.count()).where(col(Subscription.list_id) == list_id)
    language = col(Subscriber.language)
    known: Counter[str | None] = Counter()
    query = rows(language, func.count()).group_by(language)
    for tag, many in session.execute(query):
        known[tag] = many
    if known.total() != session.execute(on_list).scalar_one():
        joined = query.join(
            Subscription, col(Subscription.subscriber_id) == col(Subscriber.id)
        )
        theirs = joined.where(col(Subscription.list_id) == list_id, _CONFIRMED)
        return {row[0]: row[1] for row in session.execute(theirs)}
    for (tag, _), many in others.items():
        known[tag] -= many
    return dict(known)


def _on_list(list_id: int, now: datetime) -> Select[Any]:
    over = col(Subscription.paused_until) <= now
    columns: list[Any] = [col(Subscriber.language), col(Subscription.state), over]
    return (
        rows(*columns)
        .select_from(Subscription)
        .join(Subscriber, col(Subscriber.id) == col(Subscription.subscriber_id))
        .where(col(Subscription.list_id) == list_id)
    )


def _grouped(session: Session, query: Select[Any]) -> _Counted:
    columns = list(query.selected_columns)
    counted = query.add_columns(func.count()).group_by(*columns)
    return [(row[0], row[1], bool(row[2]), row[3]) for row in session.execute(counted)]


def _group(state: SubscriptionState, *, over: bool) -> Group:
    if state == SubscriptionState.PAUSED:
        return Group.ACTIVE if over else Group.PAUSED
    return _GROUPS[state]


_GROUPS = {
    SubscriptionState.CONFIRMED: Group.ACTIVE,
    SubscriptionState.UNCONFIRMED: Group.WAITING,
    SubscriptionState.UNSUBSCRIBED: Group.LEFT,
}
