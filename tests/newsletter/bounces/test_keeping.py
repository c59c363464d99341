"""What reports said is kept for half a year; that there was one, for good."""

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, jobs
from newsletter.config import Settings
from newsletter.models import Bounce
from subscribers.clock import utcnow


def kept(key: str, days_ago: int) -> Bounce:
    at = utcnow() - timedelta(days=days_ago)
    return Bounce(
        key=key,
        source="mail",
        kind="bounce",
        failure="hard",
        diagnostic="550 no such user",
        evidence="the whole report",
        received_at=at,
    )


def test_after_half_a_year_only_the_count_stays(
    engine: Engine, settings: Settings
) -> None:
    with db.writing(engine) as session:
        session.add_all([kept("old", 181), kept("new", 179)])

    jobs.purge(engine, settings)

    with db.reading(engine) as session:
        rows = {row.key: row for row in session.exec(select(Bounce))}
    assert (rows["old"].evidence, rows["old"].diagnostic) == ("", "")
    assert rows["old"].failure == "hard"
    assert rows["new"].evidence == "the whole report"
