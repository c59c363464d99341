"""What was done, in words; the help page; the first steps."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import audit, db, i18n
from newsletter.models import Action, NoticeKind, Role, Staff
from newsletter.models import Notice as Mail
from newsletter.web import deeds, first_steps
from subscribers import lists
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import LogIn


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Words do not depend on the kind of database: one is enough."""
    return _sqlite_url


@pytest.fixture
def english(client: TestClient) -> None:
    client.headers["Accept-Language"] = "en"


def test_every_action_has_words() -> None:
    assert set(deeds.SENTENCES) == set(Action)
    assert all("{who}" in sentence for sentence in deeds.SENTENCES.values())


@pytest.mark.usefixtures("english")
def test_the_log_says_who_did_what_to_which_issue(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in()
    with db.writing(engine) as session:
        issue = factories.make_issue(session, title="La <i>rivière")
        reason = {"reason": "The link is <b>up</b> again"}
        audit.note(session, "Léa", Action.OVERRODE, issue=issue, **reason)

    page = client.get("/settings/log").text

    assert "<b>Léa</b> let an issue leave although a check said no" in page
    assert f'<a href="/issues/{issue.id}">La &lt;i&gt;rivière</a>' in page
    assert "Reason: The link is &lt;b&gt;up&lt;/b&gt; again" in page


@pytest.mark.usefixtures("english")
def test_it_is_filtered_and_paged_by_what_is_there(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in()
    with db.writing(engine) as session:
        issue = factories.make_issue(session)
        bart = Staff(email="b", email_key="b", role=Role.EDITOR, password_hash="-")
        session.add(bart)
        session.flush()
        for _ in range(60):
            audit.note(session, bart, Action.TESTED, issue=issue)
        audit.note(session, "Anne", Action.APPROVED, issue=issue)

    def lines(query: str) -> int:
        return client.get(f"/settings/log{query}").text.count("<time")

    assert lines("") == 50
    assert lines(f"?issue={issue.id}&before=12") == 11
    assert lines(f"?person={bart.id}&before=12") == 11
    assert lines(f"?issue={issue.id}&before=1") == 0
    for odd in ("?issue=x&person=-1&before=²", "?before=99999999999"):
        assert client.get(f"/settings/log{odd}").status_code == 200


def test_how_colleagues_log_in_is_not_for_everybody(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        audit.note(session, "Léa", Action.LOGGED_IN)
        audit.note(session, "Bart", Action.APPROVED)

    log_in(Role.EDITOR)
    seen = client.get("/settings/log").text
    log_in(Role.ADMIN)
    all_of_it = client.get("/settings/log").text

    assert ("Léa" in seen, "Bart" in seen) == (False, True)
    assert "Léa" in all_of_it


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_help_and_the_log_speak_every_language(
    client: TestClient, engine: Engine, log_in: LogIn, language: str
) -> None:
    log_in(Role.VIEWER)
    with db.writing(engine) as session:
        for action in Action:
            audit.note(session, "Léa", action, role="editor", people=3, on=True)

    for path in ("/help", "/settings/log", "/settings/team", "/account"):
        page = client.get(path, params={"in": language})
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text
    say = i18n.translator(language)
    assert say("Where the data goes") in client.get(f"/help?in={language}").text


def test_the_first_steps_tick_themselves_off(engine: Engine) -> None:
    with db.writing(engine) as session:
        assert _done(session) == [False] * 5
        own = lists.get(session)
        own.names = {"fr": "La lettre de la rivière"}
        own.sender_name = "Les Amis"
        session.add(own)
        item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
        assert _done(session) == [True, True, True, False, False]
        issue = factories.make_issue(session, items=[item])
        session.add(
            Mail(
                kind=NoticeKind.TEST,
                list_id=own.id or 0,
                issue_id=issue.id,
                email="a@example.org",
                language="fr",
            )
        )
        session.flush()
        assert _done(session) == [True] * 5
        issue.started_at = utcnow()
        session.flush()
        assert first_steps.of(session) is None


def _done(session: Session) -> list[bool]:
    steps = first_steps.of(session)
    assert steps is not None
    return [step.is_done for step in steps.every]
