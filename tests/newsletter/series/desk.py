"""A list with a rhythm, news on its desk, and editors who are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, series
from newsletter.models import Issue, Item, Notice, Role, Series, Staff
from tests import factories

# Wednesday; the first Tuesday after it is 6 October, 10:00 in Brussels.
TODAY = datetime(2026, 9, 30, 12, 0, tzinfo=UTC)
MOMENT = datetime(2026, 10, 6, 8, 0, tzinfo=UTC)
FOLLOWING = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
AHEAD = MOMENT - timedelta(hours=48)
LATE = timedelta(hours=2)


def a_series(engine: Engine, *, news: int = 3, **plan: Any) -> int:
    """Make a series and so much news; call it when the clock shows TODAY."""
    values: dict[str, Any] = {
        "titles": {"fr": "Nouvelles de {month}", "": "News of {month}"},
        "rule": "first Tuesday 10:00",
    }
    with db.writing(engine) as session:
        mailing_list = factories.the_list(session)
        mailing_list.timezone = "Europe/Brussels"
        factories.make_subscriber(session)
        for number in range(news):
            an_item(session, number)
        made = series.add(
            session, mailing_list, series.Plan(**values | plan), now=TODAY
        )
        return made.id or 0


def an_item(session: Session, number: int = 0, **columns: Any) -> Item:
    """Make news in French, published some hours ago: the smaller, the newer."""
    columns.setdefault("published_at", TODAY - timedelta(hours=number + 1))
    texts = columns.pop("texts", {"fr": {"title": f"Nouvelle {number}"}})
    return factories.make_item(session, texts=texts, **columns)


def staff_of(engine: Engine, *languages: str, role: Role = Role.EDITOR) -> None:
    """Let editors log in, one a language."""
    with db.writing(engine) as session:
        for language in languages:
            address = f"{role}-{language}@example.org"
            session.add(
                Staff(
                    email=address,
                    email_key=address,
                    role=role,
                    languages=[language],
                    password_hash="-",
                )
            )


def turn(engine: Engine, series_id: int, *, at: datetime) -> int | None:
    """Let a clock that shows `at` ask once."""
    with db.writing(engine) as session:
        return series.take_turn(session, series_id, now=at, late_limit=LATE)


def load(engine: Engine, series_id: int) -> Series:
    """Return the series as it is now."""
    with db.reading(engine) as session:
        return session.get_one(Series, series_id)


def made(engine: Engine) -> list[Issue]:
    """Return the issues there are."""
    with db.reading(engine) as session:
        return list(session.exec(select(Issue)))


def told(engine: Engine) -> list[str]:
    """Return what editors were told of."""
    with db.reading(engine) as session:
        return [str(each.facts["about"]) for each in session.exec(select(Notice))]
