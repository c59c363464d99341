"""Earlier versions of words: seen with what changed, and brought back."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import select

from newsletter import audit, db, editions, items
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_however_many_versions_as_many_queries(
    client: TestClient, log_in: LogIn, engine: Engine, issue_id: int
) -> None:
    log_in(Role.EDITOR)
    asked: list[str] = []
    counts, versions = [], []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    for turns in (range(1), range(1, 9)):
        save_in_turns(engine, issue_id, turns)
        asked.clear()
        page = client.get(f"/issues/{issue_id}/history").text
        counts.append(len(asked))
        versions.append(page.count(">Piet · "))

    assert versions == [2, 18]
    assert counts[0] == counts[1]


def save_in_turns(engine: Engine, issue_id: int, turns: range) -> None:
    """Let two people change an item and the lines of an issue, one after the other."""
    with db.writing(engine) as session:
        issue, item = session.get_one(Issue, issue_id), items.get_item(session, 1)
        for turn in turns:
            for by, name in enumerate(("Piet", "Mia")):
                version, words = 2 * turn + by, f"{name}, {turn}"
                title = Attempt({"title": words}, version + 2, Author(name))
                items.save(session, item, title, language="nl")
                subject = Attempt({"subject": words}, version + 1, Author(name))
                editions.save_lines(session, issue, subject, language="nl")
