"""How a list grows, from day to day."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, jobs
from subscribers import growth
from subscribers.growth import Day
from subscribers.models import (
    Channel,
    Consent,
    ConsentKind,
    Subscription,
    SubscriptionState,
)
from tests import factories

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def joined(session: Session, days_ago: int, language: str = "fr") -> int:
    reader = factories.make_subscriber(session, language=language)
    consent = session.exec(
        select(Consent).where(Consent.subscriber_id == reader.id)
    ).one()
    consent.at = NOW - days_ago * DAY
    return reader.id or 0


def departed(session: Session, subscriber_id: int, days_ago: int) -> None:
    found = session.exec(
        select(Subscription).where(Subscription.subscriber_id == subscriber_id)
    ).one()
    found.state = SubscriptionState.UNSUBSCRIBED
    session.add(
        Consent(
            subscriber_id=subscriber_id,
            list_id=found.list_id,
            kind=ConsentKind.WITHDRAWN,
            channel=Channel.PAGE,
            at=NOW - days_ago * DAY,
            evidence={"reason": "Trop long"},
        )
    )


def counted(session: Session, list_id: int, now: datetime = NOW) -> list[Day]:
    growth.keep(session, growth.count(session, list_id, now=now))
    return growth.of_list(session, list_id, since=(now - 400 * DAY).date())


def test_days_before_anybody_counted_are_told_by_walking_back(
    session: Session,
) -> None:
    list_id = factories.the_list(session).id or 0
    joined(session, 3)
    departed(session, joined(session, 2), 1)
    session.flush()

    days = counted(session, list_id)

    assert [(row.members, row.joined, row.departed) for row in days] == [
        (1, 1, 0),
        (2, 1, 0),
        (1, 0, 1),
        (1, 0, 0),
    ]


def test_languages_are_counted_apart(session: Session) -> None:
    list_id = factories.the_list(session).id or 0
    joined(session, 0, "fr")
    joined(session, 0, "nl")
    session.flush()

    days = counted(session, list_id)

    assert {row.language: row.members for row in days} == {"fr": 1, "nl": 1}


def test_a_day_goes_on_after_it_was_counted(session: Session) -> None:
    list_id = factories.the_list(session).id or 0
    joined(session, 0)
    session.flush()
    counted(session, list_id)
    joined(session, 0)
    session.flush()

    days = counted(session, list_id, NOW + DAY)

    assert [(row.day.day, row.members, row.joined) for row in days] == [
        (25, 2, 2),
        (26, 2, 0),
    ]


def test_who_moved_between_two_moments_and_why(session: Session) -> None:
    list_id = factories.the_list(session).id or 0
    departed(session, joined(session, 5), 1)
    session.flush()

    went = growth.moved(
        session, list_id, kind=ConsentKind.WITHDRAWN, since=NOW - 2 * DAY
    )
    came = growth.moved(
        session,
        list_id,
        kind=ConsentKind.GRANTED,
        since=NOW - 9 * DAY,
        until=NOW - 6 * DAY,
    )

    assert (went, came) == (1, 0)
    assert growth.reasons(session, list_id, since=NOW - 2 * DAY, limit=5) == [
        "Trop long"
    ]


def test_a_list_is_counted_once_in_a_while(engine: Engine) -> None:
    with db.writing(engine) as session:
        joined(session, 0)

    jobs.count_growth(engine)

    with db.reading(engine) as session:
        now = db.now(session)
        assert growth.due(session, now=now) == []
        assert growth.due(session, now=now + timedelta(minutes=16)) != []
