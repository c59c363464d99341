"""Results over time in a real browser: a year of them fits any screen."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db
from newsletter.models import IssueState
from subscribers.clock import utcnow
from subscribers.models import Growth
from tests import factories
from tests.browser.conftest import House
from tests.browser.flaws import flaws_of, scrolls_sideways

pytestmark = pytest.mark.browser

DAYS = range(0, 365, 15)


def a_year(session: Session) -> None:
    now, list_id = utcnow(), factories.the_list(session).id or 0
    for back in DAYS:
        for place, language in enumerate(("fr", "nl", "de", "en")):
            day = (now - timedelta(days=back)).date()
            members, joined = 1000 + 100 * place - back, 1000 + back
            row = Growth(
                list_id=list_id,
                day=day,
                language=language,
                members=members,
                joined=joined,
                departed=7,
            )
            session.add(row)
    for number in range(100, 112):
        issue = factories.make_issue(
            session, number=number, title="Die längste Überschrift aller Zeiten"
        )
        issue.state, issue.total = IssueState.SENT, 2000 + number
        issue.started_at = now - timedelta(days=number)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_year_of_results_fits_the_screen(
    browser: Browser, sqlite_engine: Engine, house: House, width: int
) -> None:
    with db.writing(sqlite_engine) as session:
        a_year(session)
    context = browser.new_context(
        base_url=house.base_url, viewport={"width": width, "height": 844}
    )
    house.let_in(context)
    page = context.new_page()

    page.goto("/results")
    for table in page.locator("summary").all():
        table.click()

    flaws = flaws_of(page) + scrolls_sideways(page)
    drawn = page.locator("svg.chart").all()
    outside = [
        each.inner_text()
        for each in page.locator("svg.chart text:visible").all()
        if (box := each.bounding_box()) and box["x"] + box["width"] > width
    ]
    context.close()
    assert flaws == []
    assert len(drawn) == 2 + 12
    assert outside == []
