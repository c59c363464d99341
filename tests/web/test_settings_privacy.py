"""What is kept of people, said to staff and in words for an organisation's papers."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.models import Role
from subscribers import lists
from tests.web.conftest import LogIn


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Settings do not depend on the kind of database."""
    return _sqlite_url


def test_words_for_other_papers_name_the_house_in_four_languages(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    log_in(Role.VIEWER)
    with db.writing(engine) as session:
        changes = lists.Changes(legal={"": "Amis & Cie </textarea><b>"})
        lists.change(session, lists.get(session), changes)

    page = client.get("/settings/privacy?in=nl").text

    assert "</textarea><b>" not in page
    assert page.count("Amis &amp; Cie &lt;/textarea&gt;&lt;b&gt;") >= 4
    for words in (
        "Nous n’observons pas qui lit.",
        "Wij kijken niet wie leest.",
        "Wir beobachten nicht, wer liest.",
        "We do not watch who reads.",
    ):
        assert words in page
    assert "180 dagen" in page
    assert 'action="/subscribers"' in page
