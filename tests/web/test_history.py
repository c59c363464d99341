"""Earlier versions of words: seen with what changed, and brought back."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import audit, db, items
from newsletter.items import Attempt, Author
from newsletter.models import Action, Issue, Revision, Role
from tests import factories
from tests.web.conftest import LogIn


@pytest.fixture
def issue_id(engine: Engine, client: TestClient) -> int:
    """An issue whose Dutch words Jan wrote and Mia changed."""
    client.headers["Accept-Language"] = "en"
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
        issue = factories.make_issue(session, items=[item], languages=("fr", "nl"))
        for version, name, title in [(0, "Jan", "De brug"), (1, "Mia", "De oude brug")]:
            attempt = Attempt({"title": title}, version, Author(name))
            items.save(session, item, attempt, language="nl")
        audit.note(session, "Léa", Action.TESTED, issue=issue)
        return issue.id or 0


def test_who_wrote_and_did_what_is_listed(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    log_in(Role.VIEWER)

    whole = client.get(f"/issues/{issue_id}/history").text
    cell = client.get(f"/issues/{issue_id}/history?row=1&language=nl").text
    nothing = client.get(f"/issues/{issue_id}/history?row=x&before=y&language=zz")

    assert "<b>Léa</b> sent a test" in whole
    assert all(name in cell for name in ("Jan", "Mia", "oude </ins>"))
    assert "Léa" not in cell
    assert "Restore these words" not in whole  # a viewer changes nothing
    assert nothing.status_code == 200


def test_words_of_before_come_back_as_a_new_version(
    client: TestClient, log_in: LogIn, engine: Engine, issue_id: int
) -> None:
    token = log_in(Role.EDITOR)
    with db.reading(engine) as session:
        jan = session.exec(select(Revision).where(Revision.who == "Jan")).one()

    client.post(
        f"/issues/{issue_id}/i/1/nl/restore",
        data={"form_token": token, "revision": str(jan.id), "version": "2"},
    )

    with db.reading(engine) as session:
        text = items.find_texts(session, [1])[1]["nl"]
        issue = session.get_one(Issue, issue_id)
    assert (text.title, text.version) == ("De brug", 3)
    page = client.get(f"/issues/{issue.id}/history?row=1&language=nl").text
    assert page.count('class="chip ok"') >= 1
