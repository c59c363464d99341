"""An issue moves to another list from its own page."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, issues
from newsletter.models import Action, AuditEntry, Issue, IssueState
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import LogIn

ENGLISH = {"Accept-Language": "en"}


def prepare(engine: Engine, **columns: Any) -> tuple[str, str, str]:
    """Make an issue and one more list; return its page and the ids of both lists."""
    with db.writing(engine) as session:
        other = factories.make_list(
            session,
            names={"fr": "Presse", "en": "Press"},
            languages=["fr", "it"],
            timezone="Europe/Lisbon",
        )
        factories.make_issue(session, list=other, number=7)
        issue = factories.make_issue(session, number=7, title="May", **columns)
        return f"/issues/{issue.id}/about", str(issue.list_id), str(other.id)


def form(token: str, seen: str, wanted: str, **fields: str) -> dict[str, str]:
    chosen = {"list_seen": seen, "list": wanted}
    return {"form_token": token, "title": "May", "number": "7", **chosen, **fields}


def issue_at(engine: Engine, page: str) -> Issue:
    with db.reading(engine) as session:
        return issues.get_issue(session, int(page.split("/")[2]))


def test_with_one_list_there_is_nothing_to_choose(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in()
    with db.writing(engine) as session:
        issue_id = factories.make_issue(session).id

    page = client.get(f"/issues/{issue_id}/about")

    assert 'name="list"' not in page.text


def test_the_page_says_what_moving_changes(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    at = utcnow() + timedelta(days=2)
    page, _, other = prepare(engine, state=IssueState.SCHEDULED, send_at=at)
    log_in()

    text = client.get(page, headers=ENGLISH).text

    assert f'<option value="{other}">' in text
    assert "It is No 8 there, on the clocks of Europe/Lisbon." in text
    assert "It goes out in these languages too: Italian." in text
    assert "out in these languages: Dutch, German and English." in text
    assert "It is a draft again" in text


def test_it_moves_and_the_log_says_where(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    page, here, other = prepare(engine)
    token = log_in()

    answer = client.post(page, data=form(token, here, other))

    issue = issue_at(engine, page)
    assert answer.status_code == 303
    assert (str(issue.list_id), issue.number) == (other, 8)
    with db.reading(engine) as session:
        query = select(AuditEntry).where(AuditEntry.action == Action.CHANGED_ISSUE)
        assert session.exec(query).one().facts["moved_to"] == "Presse"
    assert "to the list “Presse”" in client.get("/settings/log", headers=ENGLISH).text


def test_a_number_that_was_typed_is_one_of_the_new_list(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    page, here, other = prepare(engine)
    token = log_in()

    refused = client.post(page, data=form(token, here, other, title=""))
    unmoved = issue_at(engine, page)
    client.post(page, data=form(token, here, other, number="12"))

    assert refused.status_code == 422
    assert str(unmoved.list_id) == here
    assert issue_at(engine, page).number == 12


def test_an_old_page_moves_nothing_back(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    page, here, other = prepare(engine)
    token = log_in()
    client.post(page, data=form(token, here, other))

    client.post(page, data=form(token, here, here, number="8"))

    assert str(issue_at(engine, page).list_id) == other


@pytest.mark.parametrize("wanted", ["0", "x", "999999", "", "9" * 30])
def test_a_list_that_does_not_exist_moves_nothing(
    client: TestClient, engine: Engine, log_in: LogIn, wanted: str
) -> None:
    page, here, _ = prepare(engine)
    token = log_in()

    answer = client.post(page, data=form(token, here, wanted))

    assert answer.status_code == 303
    assert str(issue_at(engine, page).list_id) == here


def test_what_has_left_is_refused_with_a_sentence(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    page, here, other = prepare(engine, state=IssueState.SENDING)
    token = log_in()

    answer = client.post(page, data=form(token, here, other), headers=ENGLISH)

    assert answer.status_code == 409
    assert "Nothing was saved: the issue has left" in answer.text
    assert 'name="list"' not in answer.text
    assert str(issue_at(engine, page).list_id) == here
