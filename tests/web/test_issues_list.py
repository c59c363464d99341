"""The list of issues: what comes next, a new one, narrowed down, page by page."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import select

from newsletter import audit, db
from newsletter.models import Action, Issue, IssueState, Role
from tests import factories
from tests.web.conftest import LogIn, said

EN = {"Accept-Language": "en"}


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What is shown does not depend on the kind of database."""
    return _sqlite_url


def test_without_issues_the_page_begins_one(client: TestClient, log_in: LogIn) -> None:
    log_in()

    page = client.get("/issues", headers=EN).text

    assert "No issue yet" in page
    assert "New issue: No 1" in page


def test_a_new_issue_is_one_click(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        last = factories.make_issue(session, number=48, state=IssueState.SENT, total=3)
        last_id = last.id
    form = {"form_token": log_in(Role.EDITOR), "after": str(last_id)}

    answer = client.post("/issues", data=form)
    again = client.post("/issues", data=form)

    page = client.get(answer.headers["location"], headers=EN).text
    assert answer.headers["location"] == again.headers["location"]
    assert "Here is the new issue" in page
    assert "/discard" in page
    with db.reading(engine) as session:
        made = session.exec(select(Issue).where(Issue.id != last_id)).one()
        kept = [entry.action for entry in audit.entries(session, issue=made)]
    assert made.number == 49
    assert kept == [Action.CREATED_ISSUE]


def test_what_comes_next_stands_on_top(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {}})
        factories.make_issue(
            session, title="December", number=48, items=[item], languages=("fr", "nl")
        )
        factories.make_issue(session, state=IssueState.SENT, total=3)
    log_in()

    page = client.get("/issues", headers=EN).text

    assert "<h1>“December” is being prepared</h1>" in page
    assert "One item · One gap to decide" in page
    assert "Go on with No 48" in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", {"Draft one", "Sent one"}),
        ("?state=draft", {"Draft one"}),
        ("?state=sent", {"Sent one"}),
        ("?state=moving", set()),
        ("?list=2", {"Other one"}),
        ("?state=x&list=é", {"Draft one", "Sent one", "Other one"}),
    ],
)
def test_the_list_is_narrowed_down(
    client: TestClient, engine: Engine, log_in: LogIn, asked: str, shown: set[str]
) -> None:
    with db.writing(engine) as session:
        other = factories.make_list(session)
        factories.make_issue(session, title="Draft one")
        factories.make_issue(session, title="Sent one", state=IssueState.SENT, total=1)
        factories.make_issue(session, list=other, title="Other one", total=1)
        # Nobody ever got it: it was discarded.
        factories.make_issue(session, title="Gone", state=IssueState.CANCELLED)
        assert other.id == 2
    log_in()

    page = client.get(f"/issues{asked}", headers=EN).text.partition("<tbody>")[2]

    assert all(f">{title}</a>" in page for title in shown)
    assert "Gone" not in page


def test_a_hundred_issues_are_two_pages_of_as_many_queries(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        for number in range(1, 101):
            factories.make_issue(session, number=number, state=IssueState.SENT, total=1)
    log_in()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    first = client.get("/issues", headers=EN).text
    older = client.get("/issues?before=51", headers=EN).text

    assert first.count("<tr>") == older.count("<tr>") == 51
    assert "before=51" in first
    assert "Older issues" not in older
    assert len(asked) < 40


def test_a_title_is_shown_as_text(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        factories.make_issue(session, title="<b>alert(1)</b>")
    log_in()

    assert "<b>alert" not in client.get("/issues").text


def test_who_may_not_write_begins_nothing(client: TestClient, log_in: LogIn) -> None:
    log_in(Role.TRANSLATOR)

    page = client.get("/issues", headers={"Accept-Language": "nl"}).text

    assert said("nl", "As soon as an editor starts one, it stands here.") in page
    assert 'action="/issues"' not in page
