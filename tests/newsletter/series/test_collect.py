"""Which news a recurring issue takes."""

from datetime import timedelta

import time_machine
from sqlalchemy import Engine

from newsletter import db, editions
from newsletter.models import Issue, ItemType
from tests.newsletter.series.desk import AHEAD, MOMENT, TODAY, a_series, an_item, turn


@time_machine.travel(TODAY, tick=False)
def test_an_event_of_a_whole_day_is_news_until_that_day_is_over(
    engine: Engine,
) -> None:
    series_id = a_series(engine, news=2)
    with db.writing(engine) as session:
        for number, hours in enumerate((-10, -34)):  # the midnights before it leaves
            an_item(
                session,
                number + 2,
                type=ItemType.EVENT,
                starts_at=MOMENT + timedelta(hours=hours),
                all_day=True,
                texts={"fr": {"title": f"Minuit, {hours} h"}},
            )

    issue_id = turn(engine, series_id, at=AHEAD)

    with db.reading(engine) as session:
        rows = editions.coverage(session, session.get_one(Issue, issue_id)).rows
        titles = {row.title for row in rows}
    assert titles == {"Nouvelle 0", "Nouvelle 1", "Minuit, -10 h"}
