"""Results over time: what the page draws, and what it says without anything to draw."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db, jobs
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.models import DeliveryState, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import LogIn


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """The database's own words are asked in test_sending_page and test_growth."""
    return _sqlite_url


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_growth_and_the_last_issues_are_drawn_and_told(
    client: TestClient, engine: Engine, log_in: LogIn, language: str
) -> None:
    with db.writing(engine) as session:
        readers = [factories.make_subscriber(session, language=x) for x in ("fr", "nl")]
        issue = factories.make_issue(session, number=48, title="<b>Pont</b>")
        issue.state, issue.total = IssueState.SENT, 2
        issue.started_at = utcnow() - timedelta(days=1)
        for reader in readers:
            factories.make_delivery(
                session, issue=issue, subscriber=reader, state=DeliveryState.ACCEPTED
            )
        sending = f'href="/issues/{issue.id}/sending"'
    jobs.count_growth(engine)
    log_in()

    page = client.get("/results", headers={"Accept-Language": language}).text

    assert page.count("<title id=") == 2
    assert page.count(sending) == 2  # beside its dots, and in the table
    assert page.count("<polyline") == 2
    assert "<b>Pont" not in page
    assert "&lt;b&gt;Pont" in page
    assert "style=" not in page


def test_before_anything_there_is_a_next_step(
    client: TestClient, log_in: LogIn
) -> None:
    log_in()

    page = client.get("/results?list=nothing", headers={"Accept-Language": "en"}).text

    assert "<h1>Nobody reads" in page
    assert 'href="/subscribers/import"' in page
    assert "<svg" not in page
