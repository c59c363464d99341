"""“Send now” on the page of an issue, taking it back, and how long it will take."""

from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db, jobs, relays
from newsletter.config import Settings
from newsletter.models import Issue, IssueState, ItemType, Role
from newsletter.relays import Statement
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import LogIn, dump, make_client, said

ENGLISH = {"Accept-Language": "en"}
MAY_SEND = {Role.ADMIN, Role.EDITOR}


@pytest.fixture
def draft(engine: Engine) -> int:
    """A draft that may leave, for three readers."""
    with db.writing(engine) as session:
        for _ in range(3):
            factories.make_subscriber(session, language="fr")
        item = factories.make_item(session)
        return factories.make_issue(session, items=[item], languages=["fr"]).id or 0


def press(client: TestClient, issue_id: int, button: str, token: str) -> int:
    form = {"form_token": token}
    return client.post(f"/issues/{issue_id}/{button}", data=form).status_code


def look(client: TestClient, issue_id: int) -> str:
    """Return the page as it is without a script: with every check."""
    return client.get(f"/issues/{issue_id}/check?all=1", headers=ENGLISH).text


def find(engine: Engine, issue_id: int) -> Issue:
    with db.reading(engine) as session:
        return session.get_one(Issue, issue_id)


def test_send_now_waits_for_the_grace(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    token, before = log_in(), utcnow()

    status = press(client, draft, "send", token)

    issue = find(engine, draft)
    assert (status, issue.state) == (303, IssueState.SCHEDULED)
    assert issue.send_at
    left = issue.send_at - before
    assert timedelta(seconds=59) < left < timedelta(seconds=70)


def test_nothing_leaves_during_the_grace(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int, settings: Settings
) -> None:
    press(client, draft, "send", log_in())

    started = jobs.start_due_issues(engine, settings, holder="h")

    assert started == []


# SQLite's clock is the process's own, which can be moved.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_the_grace_it_leaves(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int, settings: Settings
) -> None:
    press(client, draft, "send", log_in())

    with time_machine.travel(utcnow() + timedelta(seconds=61)):
        started = jobs.start_due_issues(engine, settings, holder="h")

    assert started == [draft]


def test_undo_makes_it_a_draft_again(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    token = log_in()
    press(client, draft, "send", token)

    status = press(client, draft, "undo", token)

    issue = find(engine, draft)
    assert (status, issue.state, issue.send_at) == (303, IssueState.DRAFT, None)


@pytest.mark.parametrize("state", [IssueState.STARTING, IssueState.SENDING])
def test_an_undo_that_comes_too_late_ends_nothing(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int, state: IssueState
) -> None:
    token = log_in()
    with db.writing(engine) as session:
        session.get_one(Issue, draft).state = state

    status = press(client, draft, "undo", token)

    assert status == 409
    assert find(engine, draft).state is state


def test_the_page_counts_down_and_offers_undo(
    client: TestClient, log_in: LogIn, draft: int
) -> None:
    press(client, draft, "send", log_in())

    answer = client.get(f"/issues/{draft}/check", headers=ENGLISH)

    assert "<h1>Starting in <span" in answer.text
    assert f'action="/issues/{draft}/undo"' in answer.text
    assert f'action="/issues/{draft}/pause"' not in answer.text
    # Without JavaScript the page fetches itself; with it, a script counts.
    assert answer.headers["refresh"] == "5"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_the_countdown_can_be_told_to_stand_still(
    client: TestClient, log_in: LogIn, draft: int
) -> None:
    press(client, draft, "send", log_in())

    answer = client.get(f"/issues/{draft}/check?still=1", headers=ENGLISH)

    assert "refresh" not in answer.headers
    assert "Keep this page fresh" in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("after", "left"), [(0, 60), (20, 40), (59, 1), (75, 0)])
def test_the_seconds_left_are_told(
    client: TestClient, log_in: LogIn, draft: int, after: int, left: int
) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        press(client, draft, "send", log_in())
        clock.shift(after)
        page = look(client, draft)

    assert f'data-leaves-in="{left}"' in page


def test_a_scheduled_time_far_away_shows_no_countdown(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    log_in()
    with db.writing(engine) as session:
        issue = session.get_one(Issue, draft)
        issue.state, issue.send_at = IssueState.SCHEDULED, utcnow() + timedelta(hours=1)

    answer = client.get(f"/issues/{draft}/check", headers=ENGLISH)

    assert "data-leaves-in" not in answer.text
    assert "refresh" not in answer.headers


def test_without_a_grace_it_leaves_at_once(
    engine: Engine, log_in: LogIn, draft: int, settings: Settings, client: TestClient
) -> None:
    hasty = settings.model_copy(update={"grace_seconds": 0})
    token = log_in()
    eager = make_client(hasty, engine)
    eager.cookies = client.cookies

    offered = eager.get(f"/issues/{draft}/send", headers=ENGLISH).text
    press(eager, draft, "send", token)
    page = look(eager, draft)

    assert "It leaves at once" in offered
    assert "data-leaves-in" not in page
    assert jobs.start_due_issues(engine, hasty, holder="h") == [draft]


@pytest.mark.parametrize("button", ["send", "undo"])
def test_a_stranger_can_neither_send_nor_undo(
    client: TestClient, engine: Engine, draft: int, button: str
) -> None:
    before = dump(engine)

    status = press(client, draft, button, "x")

    assert status == 303
    assert dump(engine) == before


@pytest.mark.parametrize("role", list(Role))
def test_only_admins_and_editors_may_send(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int, role: Role
) -> None:
    token = log_in(role)

    page = look(client, draft)
    status = press(client, draft, "send", token)

    allowed = role in MAY_SEND
    assert (f'action="/issues/{draft}/send"' in page) is allowed
    assert status == (303 if allowed else 403)
    assert (find(engine, draft).state is IssueState.SCHEDULED) is allowed


def test_a_form_without_our_token_sends_nothing(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    log_in()

    status = press(client, draft, "send", "x")

    assert (status, find(engine, draft).state) == (403, IssueState.DRAFT)


def test_what_stands_in_the_way_is_told_instead_of_the_button(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        empty = factories.make_issue(session).id or 0
    token = log_in()

    page = look(client, empty)
    status = press(client, empty, "send", token)

    assert "The issue has no items." in page
    assert 'disabled aria-describedby="state">Send to' in page
    assert (status, find(engine, empty).state) == (409, IssueState.DRAFT)


def test_the_estimate_stands_before_the_button(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    log_in()
    with db.writing(engine) as session:
        relays.state(session, "main", Statement(figures={"per_day": 1}))

    page = look(client, draft)

    assert "Takes 3 days because of the limit of 1 a day." in page
    assert "Send to 3 people" in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "répartis sur 2 jours à cause de la limite de 2 par jour"),
        ("nl", "gespreid over 2 dagen door de limiet van 2 per dag"),
        ("de", "verteilt auf 2 Tage wegen der Grenze von 2 pro Tag"),
    ],
)
def test_the_estimate_speaks_the_language_of_the_page(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    draft: int,
    language: str,
    words: str,
) -> None:
    log_in()
    with db.writing(engine) as session:
        figures = {"per_day": 2, "per_minute": 1}
        relays.state(session, "main", Statement(figures=figures))
        factories.make_subscriber(session, language="fr")

    page = client.get(
        f"/issues/{draft}/check?all=1", headers={"Accept-Language": language}
    ).text

    assert words in page.replace("\u00a0", " ").replace("\u202f", " ")
    assert said(language, "Who and when") in page


def test_a_list_whose_relay_is_gone_says_so(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    token = log_in()
    with db.writing(engine) as session:
        factories.the_list(session).relays = ["gone"]

    page = look(client, draft)

    assert "goes through gone" in page
    assert press(client, draft, "send", token) == 409


@pytest.fixture
def over(engine: Engine) -> int:
    """A draft whose event is over, which an admin may let through."""
    with db.writing(engine) as session:
        factories.make_subscriber(session, language="fr")
        item = factories.make_item(
            session,
            type=ItemType.EVENT,
            starts_at=utcnow() - timedelta(days=2),
        )
        return factories.make_issue(session, items=[item], languages=["fr"]).id or 0


@pytest.mark.parametrize("role", list(Role))
def test_only_admins_may_let_an_issue_through(
    client: TestClient, engine: Engine, log_in: LogIn, over: int, role: Role
) -> None:
    token = log_in(role)

    page = look(client, over)
    form = {"form_token": token, "reason": "A report."}
    status = client.post(f"/issues/{over}/override", data=form).status_code

    allowed = role is Role.ADMIN
    assert (f'action="/issues/{over}/override"' in page) is allowed
    assert status == (303 if allowed else 403)
    assert find(engine, over).override == ("A report." if allowed else "")


def test_what_was_let_through_is_told_and_may_leave(
    client: TestClient, engine: Engine, log_in: LogIn, over: int
) -> None:
    token = log_in()
    refused = press(client, over, "send", token)
    form = {"form_token": token, "reason": "A report <b>."}
    client.post(f"/issues/{over}/override", data=form)

    page = look(client, over)
    status = press(client, over, "send", token)

    assert "admin@example.org let this through: A report &lt;b&gt;." in page
    assert (refused, status) == (409, 303)
    assert find(engine, over).state is IssueState.SCHEDULED


def test_an_override_without_a_reason_is_refused(
    client: TestClient, engine: Engine, log_in: LogIn, over: int
) -> None:
    form = {"form_token": log_in(), "reason": " "}

    status = client.post(f"/issues/{over}/override", data=form).status_code

    assert (status, find(engine, over).overridden) == (409, [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_the_checks_speak_the_language_of_the_page(
    client: TestClient, log_in: LogIn, over: int, language: str
) -> None:
    log_in()

    page = client.get(
        f"/issues/{over}/check?all=1", headers={"Accept-Language": language}
    ).text

    for words in ("Must be fixed", "Worth a look", "Let it leave all the same…"):
        assert said(language, words) in page
    assert "This event is over" not in page
