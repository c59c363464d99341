"""Saved rules over people, and the one query that decides who gets mail."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Select,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
)
from sqlalchemy import select as rows
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from subscribers import conditions, lists, rules
from subscribers.errors import InvalidRule, SegmentExists, SegmentNotFound
from subscribers.models import (
    Segment,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
)
from subscribers.rules import Field
from subscribers.sentences import Saying

_LONGEST_NAME = 60


@dataclass(frozen=True)
class Selected:
    """Somebody a rule selects, as staff see them."""

    subscriber_id: int
    email: str
    name: str
    language: str | None


@dataclass(frozen=True)
class Preview:
    """Whom a rule selects now: how many per language, and the first few by address."""

    languages: dict[str | None, int]  # None: those who never said
    sample: tuple[Selected, ...]

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.languages.values())


Spoken = tuple[str | None, str | None]  # the language and the second one of somebody


def mailable(
    list_id: int, *, segment: Segment | None = None, now: datetime
) -> Select[*tuple[Any, ...]]:
    """Return the query for everybody who may be mailed on a list at `now`.

    Rows are (subscriber_id, email, email_hash, name, language, handle,
    confirmed_at, second_language), in no order: see `between` for chunks.
    """
    query = (
        rows(*_who())
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(
            col(Subscription.list_id) == list_id,
            _stands(Subscription, now),
            _not_suppressed(col(Subscriber.email_hash)),
        )
    )
    return query.where(selects(segment.rule, now=now)) if segment else query


def between(
    people: Select[*tuple[Any, ...]], first: int, last: int
) -> Select[*tuple[Any, ...]]:
    """Return the mailable with keys from `first` to `last`, in the order of the keys.

    By the key in Subscription: an index on list and person leads there, however long
    the list is. PostgreSQL walks both tables, and has to be told twice where to begin.
    """
    key = col(Subscription.subscriber_id)
    bounds = key.between(first, last), col(Subscriber.id).between(first, last)
    return people.where(*bounds).order_by(key)


def is_mailable(
    subscriber_id: ColumnExpressionArgument[Any],  # a key, which may be NULL
    list_id: ColumnExpressionArgument[Any] | int,
    *,
    now: datetime | ColumnElement[datetime],
    address_hash: ColumnExpressionArgument[str] | None = None,
    email_hash: ColumnExpressionArgument[str] | None = None,
) -> ColumnElement[bool]:
    """Return the same decision about one row of another table, such as a delivery.

    It may stand in a WHERE or in the CASE of an UPDATE. `address_hash` is that of
    an address frozen earlier, which may be suppressed although the present one
    is not; `email_hash` that of the present one, where it was looked up already.
    """
    subscription, subscriber = aliased(Subscription), aliased(Subscriber)
    stands = exists().where(
        col(subscription.subscriber_id) == subscriber_id,
        col(subscription.list_id) == list_id,
        _stands(subscription, now),
    )
    hashes = [hash_ for hash_ in (address_hash, email_hash) if hash_ is not None]
    if email_hash is None:
        stands = stands.where(
            col(subscriber.id) == col(subscription.subscriber_id),
            _not_suppressed(col(subscriber.email_hash)),
        )
    return and_(stands, *map(_not_suppressed, hashes))


def selects(rule: str, *, now: datetime) -> ColumnElement[bool]:
    """Return a rule as a condition on Subscriber joined with Subscription.

    Never NULL, so that `not` means what it says. Raises InvalidRule.
    """
    return conditions.compiled(rules.parse(rule), today=now.astimezone(UTC).date())


def count(
    session: Session, list_id: int, *, segment: Segment | None = None, now: datetime
) -> dict[str | None, int]:
    """Return how many may be mailed per language; None holds those who never said."""
    counts: dict[str | None, int] = {}
    for (language, _), many in spoken(
        session, list_id, segment=segment, now=now
    ).items():
        counts[language] = counts.get(language, 0) + many
    return counts


def spoken(
    session: Session, list_id: int, *, segment: Segment | None = None, now: datetime
) -> dict[Spoken, int]:
    """Return how many may be mailed per language and second language."""
    chosen = mailable(list_id, segment=segment, now=now)
    languages = col(Subscriber.language), col(Subscriber.second_language)
    grouped = (
        chosen.with_only_columns(*languages, func.count())
        .group_by(*languages)
        .order_by(*languages)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(grouped)}


def left_aside(
    session: Session, list_id: int, *, segment: Segment | None = None, now: datetime
) -> tuple[int, int]:
    """Count who is subscribed and gets nothing: the paused, and the suppressed."""
    reached = _not_suppressed(col(Subscriber.email_hash))
    stands = _stands(Subscription, now)
    paused = func.sum(case((not_(stands), 1), else_=0))
    suppressed = func.sum(case((and_(stands, not_(reached)), 1), else_=0))
    states = (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED)
    query = (
        rows(func.coalesce(paused, 0), func.coalesce(suppressed, 0))
        .select_from(Subscriber)
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(
            col(Subscription.list_id) == list_id, col(Subscription.state).in_(states)
        )
    )
    if segment:
        query = query.where(selects(segment.rule, now=now))
    found = session.execute(query).one()
    return int(found[0]), int(found[1])


def preview(
    session: Session, list_id: int, rule: str, *, now: datetime, sample: int = 10
) -> Preview:
    """Try a rule without saving it; raises InvalidRule, or ListNotFound."""
    unsaved = Segment(name="", rule=_read(session, rule))
    query = mailable(list_id, segment=unsaved, now=now)
    first = query.order_by(col(Subscriber.email_key)).limit(sample)
    return Preview(
        languages=count(session, list_id, segment=unsaved, now=now),
        sample=tuple(
            Selected(row.subscriber_id, row.email, row.name, row.language)
            for row in session.execute(first)
        ),
    )


def add(session: Session, name: str, rule: str) -> Segment:
    """Save a rule under a name.

    Raises InvalidRule, SegmentExists, or ListNotFound for a list it names.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise InvalidRule(
            "A segment needs a name of 1 to {most} printable characters.",
            most=_LONGEST_NAME,
        )
    read = _read(session, rule)
    if _find(session, plain):
        raise SegmentExists("There is already a segment called “{name}”.", name=plain)
    made = Segment(name=plain, rule=read)
    session.add(made)
    session.flush()
    return made


def change(session: Session, name: str, rule: str) -> Segment:
    """Give a segment another rule; issues that start from now on follow it.

    Raises InvalidRule, SegmentNotFound, or ListNotFound for a list it names.
    """
    found = get(session, name)
    found.rule = _read(session, rule)
    session.add(found)
    session.flush()
    return found


def remove(session: Session, name: str) -> None:
    """Forget a saved rule; raises SegmentNotFound.

    The caller sees to it that nothing points to it any more.
    """
    session.delete(get(session, name))
    session.flush()


def get(session: Session, name: str) -> Segment:
    """Return the segment of that name; raises SegmentNotFound with those there are."""
    found = _find(session, " ".join(name.split()))
    if found is None:
        names = ", ".join(each.name for each in all_segments(session))
        raise SegmentNotFound(
            "There is no segment called “{name}”; there is: {names}.",
            name=name[:60],
            names=names or Saying("none"),
        )
    return found


def all_segments(session: Session) -> list[Segment]:
    """Return every saved segment by name."""
    return list(session.exec(select(Segment).order_by(col(Segment.name))))


def _read(session: Session, rule: str) -> str:
    """Return a rule as it is saved, once it and the lists it names are known."""
    for condition in rules.conditions_of(rules.parse(rule)):
        if condition.field is Field.LIST:
            for slug in condition.values:
                lists.get(session, str(slug))
    return " ".join(rule.split())


def _find(session: Session, name: str) -> Segment | None:
    return session.exec(select(Segment).where(col(Segment.name) == name)).first()


def _who() -> list[ColumnElement[Any]]:
    reader, standing = Subscriber, Subscription
    return [
        col(reader.id).label("subscriber_id"),
        col(reader.email).label("email"),
        col(reader.email_hash).label("email_hash"),
        col(reader.name).label("name"),
        col(reader.language).label("language"),
        col(standing.handle).label("handle"),
        col(standing.confirmed_at).label("confirmed_at"),
        col(reader.second_language).label("second_language"),
    ]


def _stands(
    subscription: type[Subscription], now: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Confirmed, or paused until a moment that has passed."""
    state = col(subscription.state)
    return or_(
        state == SubscriptionState.CONFIRMED,
        and_(state == SubscriptionState.PAUSED, col(subscription.paused_until) <= now),
    )


def _not_suppressed(address_hash: ColumnExpressionArgument[str]) -> ColumnElement[bool]:
    suppression = aliased(Suppression)
    return not_(exists().where(col(suppression.address_hash) == address_hash))
