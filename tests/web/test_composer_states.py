"""The composer in every state of an issue: a sentence, and what can still be done."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.models import IssueState
from tests import factories
from tests.web.conftest import LogIn


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What the page says does not depend on the kind of database."""
    return _sqlite_url


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
@pytest.mark.parametrize("state", list(IssueState))
def test_every_state_has_a_sentence_in_every_language(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    state: IssueState,
    language: str,
) -> None:
    log_in()
    with db.writing(engine) as session:
        item = factories.make_item(session)
        issue = factories.make_issue(session, items=[item], state=state)

    page = client.get(f"/issues/{issue.id}", headers={"Accept-Language": language})

    title = re.search(r'<h1 id="gaps">([^<{]+)</h1>', page.text)
    assert page.status_code == 200
    assert title
    editable = state in (IssueState.DRAFT, IssueState.SCHEDULED)
    assert ("/order" in page.text) is editable or "data-order" in page.text
    assert ('form="order"' in page.text) is editable
