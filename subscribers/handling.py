"""Change many people in one way, remember what they were, and take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from subscribers import pausing
from subscribers.columns import table_of
from subscribers.inserts import insert_absent
from subscribers.models import (
    MailingList,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
)
from subscribers.rules import tag_key

CHUNK = 500  # people per transaction: no other writer waits longer than a moment

Before = Mapping[int, dict[str, Any]]  # of each person that changed, by id


class Change(StrEnum):
    """What is done to each of them; the value says with what."""

    LANGUAGE = "language"
    TAG = "tag"
    UNTAG = "untag"
    PAUSE = "pause"  # for so many months
    RESUME = "resume"


@dataclass(frozen=True)
class Deed:
    """One change, on one list."""

    change: Change
    value: str
    list_id: int


def change(
    session: Session, deed: Deed, people: Sequence[int], *, now: datetime
) -> dict[int, dict[str, Any]]:
    """Change these people; return what those were like who were not so already."""
    match deed.change:
        case Change.LANGUAGE:
            return _speak(session, deed.value, people, now)
        case Change.TAG:
            return _tag(session, tag_key(deed.value), people)
        case Change.UNTAG:
            return _untag(session, tag_key(deed.value), people)
        case Change.PAUSE:
            return _pause(session, deed, people, now)
        case Change.RESUME:
            return _resume(session, deed, people)


def take_back(session: Session, deed: Deed, before: Before, *, now: datetime) -> int:
    """Make those as they were who are still as the change left them; count them."""
    match deed.change:
        case Change.LANGUAGE:
            return _speak_again(session, deed.value, before, now)
        case Change.TAG:
            return len(_untag(session, tag_key(deed.value), list(before)))
        case Change.UNTAG:
            return len(_tag(session, tag_key(deed.value), list(before)))
        case Change.PAUSE | Change.RESUME:
            return _stand_again(session, deed, before)


def _speak(
    session: Session, language: str, people: Sequence[int], now: datetime
) -> dict[int, dict[str, Any]]:
    before: dict[int, dict[str, Any]] = {}
    for each in _locked(session, people):
        if each.language != language:
            before[each.id or 0] = {
                "language": each.language,
                "second_language": each.second_language,
            }
    second = col(Subscriber.second_language)
    person = table_of(Subscriber)
    mine = person.c.id.in_(list(before))
    session.connection().execute(
        update(person).where(mine).values(language=language, updated_at=now)
    )
    session.connection().execute(
        update(person).where(mine, second == language).values(second_language=None)
    )
    return before


def _speak_again(session: Session, language: str, before: Before, now: datetime) -> int:
    many = 0
    for each in _locked(session, list(before)):
        if each.language != language:
            continue
        was = before[each.id or 0]
        each.language, each.second_language = was["language"], was["second_language"]
        each.updated_at = now
        session.add(each)
        many += 1
    session.flush()
    return many


def _locked(session: Session, people: Sequence[int]) -> Sequence[Subscriber]:
    query = select(Subscriber).where(col(Subscriber.id).in_(people))
    ordered = query.order_by(col(Subscriber.id)).with_for_update()
    return session.exec(ordered.execution_options(populate_existing=True)).all()


def _tag(
    session: Session, tag: str, people: Sequence[int]
) -> dict[int, dict[str, Any]]:
    there = {each.id or 0 for each in _locked(session, people)}
    new = sorted(there - _tagged(session, tag, people))
    rows = [{"subscriber_id": each, "tag": tag} for each in new]
    insert_absent(session, SubscriberTag, rows)
    return {each: {} for each in new}


def _untag(
    session: Session, tag: str, people: Sequence[int]
) -> dict[int, dict[str, Any]]:
    had = _tagged(session, tag, people)
    table = table_of(SubscriberTag)
    session.connection().execute(
        delete(table).where(table.c.tag == tag, table.c.subscriber_id.in_(sorted(had)))
    )
    return {each: {} for each in had}


def _tagged(session: Session, tag: str, people: Sequence[int]) -> set[int]:
    query = select(SubscriberTag.subscriber_id).where(
        SubscriberTag.tag == tag, col(SubscriberTag.subscriber_id).in_(people)
    )
    return set(session.exec(query))


def _pause(
    session: Session, deed: Deed, people: Sequence[int], now: datetime
) -> dict[int, dict[str, Any]]:
    zone = ZoneInfo(session.get_one(MailingList, deed.list_id).timezone)
    until = pausing.until(now, months=int(deed.value), zone=zone)
    mailed = (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED)
    before = {}
    for each in _standings(session, deed, people):
        if each.state in mailed and each.paused_until != until:
            before[each.subscriber_id] = _standing(each)
            each.state, each.paused_until = SubscriptionState.PAUSED, until
            session.add(each)
    session.flush()
    return before


def _resume(
    session: Session, deed: Deed, people: Sequence[int]
) -> dict[int, dict[str, Any]]:
    before = {}
    for each in _standings(session, deed, people):
        if each.state == SubscriptionState.PAUSED:
            before[each.subscriber_id] = _standing(each)
            each.state, each.paused_until = SubscriptionState.CONFIRMED, None
            session.add(each)
    session.flush()
    return before


def _stand_again(session: Session, deed: Deed, before: Before) -> int:
    left = (
        SubscriptionState.PAUSED
        if deed.change is Change.PAUSE
        else SubscriptionState.CONFIRMED
    )
    many = 0
    for each in _standings(session, deed, list(before)):
        if each.state == left:
            was = before[each.subscriber_id]
            until = was["paused_until"]
            each.state = SubscriptionState(was["state"])
            each.paused_until = datetime.fromisoformat(until) if until else None
            session.add(each)
            many += 1
    session.flush()
    return many


def _standings(
    session: Session, deed: Deed, people: Sequence[int]
) -> Sequence[Subscription]:
    query = (
        select(Subscription)
        .where(
            Subscription.list_id == deed.list_id,
            col(Subscription.subscriber_id).in_(people),
        )
        .order_by(col(Subscription.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.exec(query).all()


def _standing(each: Subscription) -> dict[str, Any]:
    until = each.paused_until
    return {
        "state": each.state.value,
        "paused_until": until.isoformat() if until else None,
    }
