"""The button that approves a draft, who sees it, and what it does."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, editions, series
from newsletter.models import Issue, IssueState, Role
from subscribers.clock import utcnow
from tests import factories
from tests.newsletter.series.desk import an_item
from tests.web.conftest import LogIn, dump, said

MAY_SEND = {Role.ADMIN, Role.EDITOR}


@pytest.fixture
def draft(engine: Engine) -> int:
    """A draft that a series prepared, for the first Tuesday to come."""
    with db.writing(engine) as session:
        factories.make_subscriber(session)
        for number in range(3):
            an_item(session, number, published_at=utcnow() - timedelta(hours=1))
        plan = series.Plan({"": "News of {month}"}, "first Tuesday 10:00")
        now = db.now(session)
        made = series.add(session, factories.the_list(session), plan, now=now)
        return series.prepare_now(session, made, now=now).id or 0


def find(engine: Engine, issue_id: int) -> Issue:
    with db.reading(engine) as session:
        return session.get_one(Issue, issue_id)


def seen_on(client: TestClient, issue_id: int) -> str:
    page = client.get(f"/issues/{issue_id}/check").text
    return page.partition('name="seen" value="')[2].partition('"')[0]


def press(client: TestClient, issue_id: int, button: str, **form: str) -> int:
    return client.post(f"/issues/{issue_id}/{button}", data=form).status_code


def test_approved_it_leaves_at_its_moment(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    token = log_in(Role.EDITOR)
    moment = find(engine, draft).send_at

    status = press(
        client, draft, "approve", form_token=token, seen=seen_on(client, draft)
    )

    issue = find(engine, draft)
    assert (status, issue.state) == (303, IssueState.SCHEDULED)
    assert issue.send_at == moment
    assert issue.approved_by == "editor@example.org"


def test_what_changed_behind_the_page_is_not_approved(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    token, seen = log_in(), seen_on(client, draft)
    with db.writing(engine) as session:
        issue = session.get_one(Issue, draft)
        editions.write(session, issue, language="fr", subject="Autre chose")

    status = press(client, draft, "approve", form_token=token, seen=seen)

    assert status == 409
    assert find(engine, draft).state is IssueState.DRAFT


@pytest.mark.parametrize("seen", ["", "x", "0" * 64])
def test_nothing_is_approved_unseen(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int, seen: str
) -> None:
    token = log_in()

    status = press(client, draft, "approve", form_token=token, seen=seen)

    assert status == 409
    assert not find(engine, draft).approved_hash


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("button", ["approve", "discard"])
def test_only_editors_and_admins_decide(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    draft: int,
    role: Role,
    button: str,
) -> None:
    token = log_in(role)
    with db.reading(engine) as session:
        from newsletter import issues

        seen = issues.digest(session, session.get_one(Issue, draft))

    status = press(client, draft, button, form_token=token, seen=seen)

    assert status == (303 if role in MAY_SEND else 403)
    assert (find(engine, draft).state is IssueState.DRAFT) is (role not in MAY_SEND)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_not_decide_sees_no_button(
    client: TestClient, log_in: LogIn, draft: int, role: Role
) -> None:
    log_in(role)

    page = client.get(f"/issues/{draft}/check").text

    assert (f"/issues/{draft}/approve" in page) is (role in MAY_SEND)


@pytest.mark.parametrize("button", ["approve", "discard"])
def test_a_stranger_changes_nothing(
    client: TestClient, engine: Engine, draft: int, button: str
) -> None:
    before = dump(engine)

    status = press(client, draft, button, form_token="x")

    assert status == 303
    assert dump(engine) == before


@pytest.mark.parametrize("button", ["approve", "discard"])
def test_a_form_without_our_token_does_nothing(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int, button: str
) -> None:
    log_in()

    assert press(client, draft, button, form_token="x") == 403
    assert find(engine, draft).state is IssueState.DRAFT


def test_send_now_is_not_offered_before(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    token = log_in()

    page = client.get(f"/issues/{draft}/check").text
    status = press(client, draft, "send", form_token=token)

    assert 'form="when"' not in page
    assert status == 409
    assert find(engine, draft).state is IssueState.DRAFT


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
@pytest.mark.parametrize("page", ["/issues", "/issues/{id}/check", "/series"])
def test_pages_say_that_it_waits(
    client: TestClient, log_in: LogIn, draft: int, language: str, page: str
) -> None:
    log_in()

    shown = client.get(page.format(id=draft), headers={"Accept-Language": language})

    assert shown.status_code == 200
    assert said(language, "Waits for approval") in shown.text


@pytest.mark.parametrize(
    ("language", "rule"),
    [
        ("fr", "premier mardi à 10\xa0h"),
        ("nl", "eerste dinsdag om 10.00\xa0uur"),
        ("de", "erster Dienstag um 10:00\xa0Uhr"),
        ("en", "first Tuesday at 10:00"),
    ],
)
def test_series_are_said_in_the_language_of_the_page(
    client: TestClient, log_in: LogIn, draft: int, language: str, rule: str
) -> None:
    log_in()

    page = client.get("/series", headers={"Accept-Language": language})

    assert rule in page.text
    assert f"/issues/{draft}" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_hostile_titles_stay_words(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        title = "<script>alert(1)</script> {month}"
        plan = series.Plan({"": title}, "every Monday 08:00")
        mailing_list = factories.the_list(session)
        series.add(session, mailing_list, plan, now=db.now(session))
    log_in()

    page = client.get("/series").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_without_series_the_page_says_how_to_begin(
    client: TestClient, log_in: LogIn
) -> None:
    log_in()

    page = client.get("/series", headers={"Accept-Language": "en"})

    assert "/series/new" in page.text


def test_a_discarded_draft_stays_on_the_list(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int
) -> None:
    token = log_in()

    press(client, draft, "discard", form_token=token)

    with db.reading(engine) as session:
        states = session.exec(select(Issue.state)).all()
    assert states == [IssueState.CANCELLED]
    assert client.get(f"/issues/{draft}").status_code == 200
