"""Turn a segment rule into bound SQL about one person; never NULL."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    SQLColumnExpression,
    String,
    and_,
    column,
    exists,
    not_,
    or_,
    table,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from subscribers import attributes
from subscribers.models import (
    MailingList,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
)
from subscribers.rules import AllOf, Condition, Field, Not, Rule

# The ledger belongs to the package above, which this one must not know. A rule asks
# it one question, so three of its columns are named here; a test holds them to it.
_DELIVERY = table(
    "delivery",
    column("subscriber_id", Integer),
    column("issue_id", Integer),
    column("state", String),
)
_ON_A_LIST = (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED)


def compiled(rule: Rule, *, today: date) -> ColumnElement[bool]:
    """Return a rule as a condition on Subscriber joined with Subscription.

    Never NULL, so that `not` means what it says. Days that a rule counts back are
    counted from `today`, in UTC.
    """
    if isinstance(rule, Condition):
        test = _test(rule, today)
        return not_(test) if rule.operator == "!=" else test
    if isinstance(rule, Not):
        return not_(compiled(rule.rule, today=today))
    parts = (compiled(each, today=today) for each in rule.rules)
    return and_(*parts) if isinstance(rule, AllOf) else or_(*parts)


def _test(condition: Condition, today: date) -> ColumnElement[bool]:
    if condition.field in (Field.JOINED, Field.CONFIRMED):
        return _on_days(condition, today)
    return _TESTS[condition.field](condition)


def _in_language(condition: Condition) -> ColumnElement[bool]:
    spoken = {
        Field.LANGUAGE: col(Subscriber.language),
        Field.SECOND: col(Subscriber.second_language),
    }[condition.field]
    # NULL = 'fr' is NULL, and so is its opposite; nobody may fall out of both.
    tests = [
        spoken.is_(None)
        if tag is None
        else and_(
            spoken.is_not(None),
            or_(spoken == tag, spoken.startswith(f"{tag}-", autoescape=True)),
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
    key = col(Subscriber.email_key)
    return or_(*(key.endswith(str(d), autoescape=True) for d in condition.values))


def _on_list(condition: Condition) -> ColumnElement[bool]:
    standing, its_list = aliased(Subscription), aliased(MailingList)
    return exists().where(
        col(standing.subscriber_id) == col(Subscriber.id),
        col(standing.state).in_(_ON_A_LIST),
        col(its_list.id) == col(standing.list_id),
        col(its_list.slug).in_(condition.values),
    )


def _with_attribute(condition: Condition) -> ColumnElement[bool]:
    tests = [
        not_(attributes.has(condition.name))
        if value is None
        else attributes.has(condition.name, str(value))
        for value in condition.values
    ]
    return or_(*tests)


def _received(condition: Condition) -> ColumnElement[bool]:
    return exists().where(
        _DELIVERY.c.subscriber_id == col(Subscriber.id),
        _DELIVERY.c.issue_id.in_(condition.values),
        _DELIVERY.c.state == "accepted",
    )


def _on_days(condition: Condition, today: date) -> ColumnElement[bool]:
    moment = {
        Field.JOINED: col(Subscription.created_at),
        Field.CONFIRMED: col(Subscription.confirmed_at),
    }[condition.field]
    days = [
        today - value if isinstance(value, timedelta) else value
        for value in condition.values
    ]
    return and_(moment.is_not(None), or_(*_spans(moment, condition.operator, days)))


def _spans(
    moment: SQLColumnExpression[Any], operator: str, days: Sequence[object]
) -> list[ColumnElement[bool]]:
    """Return one comparison per day; a day runs from its midnight to the next, UTC."""
    tests = []
    for day in days:
        assert isinstance(day, date)  # noqa: S101  # rules reads days for this field
        start = datetime.combine(day, time(), UTC)
        end = start + timedelta(days=1)
        tests.append(
            {
                ">=": moment >= start,
                ">": moment >= end,
                "<": moment < start,
                "<=": moment < end,
            }.get(operator, and_(moment >= start, moment < end))
        )
    return tests


_TESTS = {
    Field.LANGUAGE: _in_language,
    Field.SECOND: _in_language,
    Field.TAG: _tagged,
    Field.DOMAIN: _at_domain,
    Field.LIST: _on_list,
    Field.ATTRIBUTE: _with_attribute,
    Field.RECEIVED: _received,
}
