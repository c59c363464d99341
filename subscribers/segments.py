"""Saved rules over people, and the one query that decides who gets mail."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    func,
    not_,
    or_,
)
from sqlalchemy import select as rows
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from subscribers import rules
from subscribers.errors import InvalidRule, SegmentExists, SegmentNotFound
from subscribers.models import (
    Segment,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
    Suppression,
)
from subscribers.rules import AllOf, Condition, Field, Not, Rule

_LONGEST_NAME = 60

Spoken = tuple[str | None, str | None]  # the language and the second one of somebody


def mailable(
    list_id: int, *, segment: Segment | None = None, now: datetime
) -> Select[*tuple[Any, ...]]:
    """Return the query for everybody who may be mailed on a list at `now`.

    Rows are (subscriber_id, email, email_hash, name, language, handle,
    confirmed_at, second_language), in no order: a caller that goes in chunks adds
    its own `where(Subscriber.id > …)`, `order_by` and `limit`.
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
    return query.where(selects(segment.rule)) if segment else query


def is_mailable(
    subscriber_id: ColumnExpressionArgument[Any],  # a key, which may be NULL
    list_id: ColumnExpressionArgument[Any] | int,
    *,
    now: datetime,
    address_hash: ColumnExpressionArgument[str] | None = None,
) -> ColumnElement[bool]:
    """Return the same decision about one row of another table, such as a delivery.

    It may stand in a WHERE or in the CASE of an UPDATE. `address_hash` is that of
    an address frozen earlier, which may be suppressed although the present one
    is not.
    """
    subscription, subscriber = aliased(Subscription), aliased(Subscriber)
    allowed = exists().where(
        col(subscription.subscriber_id) == subscriber_id,
        col(subscription.list_id) == list_id,
        col(subscriber.id) == col(subscription.subscriber_id),
        _stands(subscription, now),
        _not_suppressed(col(subscriber.email_hash)),
    )
    if address_hash is None:
        return allowed
    return and_(allowed, _not_suppressed(address_hash))


def selects(rule: str) -> ColumnElement[bool]:
    """Return a rule as a condition on Subscriber joined with Subscription.

    Never NULL, so that `not` means what it says. Raises InvalidRule.
    """
    return _compile(rules.parse(rule))


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


def add(session: Session, name: str, rule: str) -> Segment:
    """Save a rule under a name; raises InvalidRule, or SegmentExists."""
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise InvalidRule(
            f"A segment needs a name of 1 to {_LONGEST_NAME} printable characters."
        )
    rules.parse(rule)
    if _find(session, plain):
        raise SegmentExists(f"There is already a segment called {plain!r}.")
    made = Segment(name=plain, rule=" ".join(rule.split()))
    session.add(made)
    session.flush()
    return made


def get(session: Session, name: str) -> Segment:
    """Return the segment of that name; raises SegmentNotFound with those there are."""
    found = _find(session, " ".join(name.split()))
    if found is None:
        names = ", ".join(each.name for each in all_segments(session)) or "none"
        raise SegmentNotFound(
            f"There is no segment called {name[:60]!r}; there is: {names}."
        )
    return found


def all_segments(session: Session) -> list[Segment]:
    """Return every saved segment by name."""
    return list(session.exec(select(Segment).order_by(col(Segment.name))))


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


def _stands(subscription: type[Subscription], now: datetime) -> ColumnElement[bool]:
    """Confirmed, or paused until a moment that has passed."""
    state = col(subscription.state)
    return or_(
        state == SubscriptionState.CONFIRMED,
        and_(state == SubscriptionState.PAUSED, col(subscription.paused_until) <= now),
    )


def _not_suppressed(address_hash: ColumnExpressionArgument[str]) -> ColumnElement[bool]:
    suppression = aliased(Suppression)
    return not_(exists().where(col(suppression.address_hash) == address_hash))


def _compile(rule: Rule) -> ColumnElement[bool]:
    if isinstance(rule, Condition):
        test = _TESTS[rule.field](rule)
        return not_(test) if rule.operator == "!=" else test
    if isinstance(rule, Not):
        return not_(_compile(rule.rule))
    parts = (_compile(each) for each in rule.rules)
    return and_(*parts) if isinstance(rule, AllOf) else or_(*parts)


def _in_language(condition: Condition) -> ColumnElement[bool]:
    column = col(Subscriber.language)
    # NULL = 'fr' is NULL, and so is its opposite; nobody may fall out of both.
    tests = [
        column.is_(None)
        if tag is None
        else and_(
            column.is_not(None),
            or_(column == tag, column.startswith(f"{tag}-", autoescape=True)),
        )
        for tag in condition.values
    ]
    return or_(*tests)


def _tagged(condition: Condition) -> ColumnElement[bool]:
    return exists().where(
        col(SubscriberTag.subscriber_id) == col(Subscriber.id),
        col(SubscriberTag.tag).in_(condition.values),
    )


def _at_domain(condition: Condition) -> ColumnElement[bool]:
    column = col(Subscriber.email_key)
    return or_(*(column.endswith(str(d), autoescape=True) for d in condition.values))


def _on_days(condition: Condition) -> ColumnElement[bool]:
    moments = {
        Field.JOINED: col(Subscription.created_at),
        Field.CONFIRMED: col(Subscription.confirmed_at),
    }
    column = moments[condition.field]
    test = or_(*_spans(column, condition.operator, condition.values))
    return and_(column.is_not(None), test)


def _spans(
    column: SQLColumnExpression[Any], operator: str, days: Sequence[object]
) -> list[ColumnElement[bool]]:
    """Return one comparison per day; a day runs from its midnight to the next, UTC."""
    tests = []
    for day in days:
        assert isinstance(day, date)  # noqa: S101  # rules reads days for this field
        start = datetime.combine(day, time(), UTC)
        end = start + timedelta(days=1)
        tests.append(
            {
                ">=": column >= start,
                ">": column >= end,
                "<": column < start,
                "<=": column < end,
            }.get(operator, and_(column >= start, column < end))
        )
    return tests


_TESTS = {
    Field.LANGUAGE: _in_language,
    Field.TAG: _tagged,
    Field.DOMAIN: _at_domain,
    Field.JOINED: _on_days,
    Field.CONFIRMED: _on_days,
}
