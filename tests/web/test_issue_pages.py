"""The issues as staff see them, and the brakes."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.models import DeliveryState, Issue, IssueState, Role
from newsletter.web.outline import CELLS
from tests import factories
from tests.web.conftest import LogIn, Reader, dump, said

PAGES = ["", "/{id}", "/{id}/preview/fr"]
BRAKES = ["pause", "resume", "cancel"]
MAY_SEND = {Role.ADMIN, Role.EDITOR}


@pytest.fixture
def issue_id(engine: Engine, anne: Reader) -> int:
    """Anne's letter, on its way again: two readers have it, one waits."""
    with db.writing(engine) as session:
        issue = session.get_one(Issue, anne.issue_id)
        issue.state, issue.total = IssueState.SENDING, 3
        for state, language in (
            (DeliveryState.ACCEPTED, "fr"),
            (DeliveryState.ACCEPTED, "fr"),
            (DeliveryState.QUEUED, "nl"),
        ):
            reader = factories.make_subscriber(session, language=language)
            factories.make_delivery(
                session, issue=issue, subscriber=reader, language=language, state=state
            )
    return anne.issue_id


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", PAGES)
def test_every_role_may_look(
    client: TestClient, log_in: LogIn, issue_id: int, role: Role, page: str
) -> None:
    log_in(role)

    answer = client.get("/issues" + page.format(id=issue_id))

    assert answer.status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_may_not_look(client: TestClient, issue_id: int, page: str) -> None:
    answer = client.get("/issues" + page.format(id=issue_id))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize("brake", BRAKES)
def test_a_stranger_may_not_brake(
    client: TestClient, engine: Engine, issue_id: int, brake: str
) -> None:
    before = dump(engine)

    answer = client.post(f"/issues/{issue_id}/{brake}", data={"form_token": "x"})

    assert answer.status_code == 303
    assert dump(engine) == before


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("brake", BRAKES)
def test_only_admins_and_editors_may_brake(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    issue_id: int,
    role: Role,
    brake: str,
) -> None:
    token = log_in(role)
    with db.writing(engine) as session:
        if brake == "resume":
            session.get_one(Issue, issue_id).state = IssueState.PAUSED

    answer = client.post(f"/issues/{issue_id}/{brake}", data={"form_token": token})

    assert answer.status_code == (303 if role in MAY_SEND else 403)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_not_brake_sees_no_brakes(
    client: TestClient, log_in: LogIn, issue_id: int, role: Role
) -> None:
    log_in(role)

    page = client.get(f"/issues/{issue_id}/sending").text

    assert (f"/issues/{issue_id}/pause" in page) is (role in MAY_SEND)


@pytest.mark.parametrize(
    ("brake", "state"),
    [("pause", IssueState.PAUSED), ("cancel", IssueState.CANCELLED)],
)
def test_a_brake_works_at_once(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    issue_id: int,
    brake: str,
    state: IssueState,
) -> None:
    token = log_in()

    answer = client.post(f"/issues/{issue_id}/{brake}", data={"form_token": token})

    assert answer.headers["location"] == f"/issues/{issue_id}/sending"
    assert state_of(engine, issue_id) is state


def test_a_paused_issue_goes_on(
    client: TestClient, engine: Engine, log_in: LogIn, issue_id: int
) -> None:
    token = log_in()
    client.post(f"/issues/{issue_id}/pause", data={"form_token": token})

    client.post(f"/issues/{issue_id}/resume", data={"form_token": token})

    assert state_of(engine, issue_id) is IssueState.SENDING


@pytest.mark.parametrize("form_token", ["", "x", "é", "a" * 10_000])
def test_a_form_without_our_token_does_nothing(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    issue_id: int,
    form_token: str,
) -> None:
    log_in()

    answer = client.post(f"/issues/{issue_id}/pause", data={"form_token": form_token})

    assert answer.status_code == 403
    assert state_of(engine, issue_id) is IssueState.SENDING


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_sites_form_does_nothing(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    issue_id: int,
    headers: dict[str, str],
) -> None:
    form = {"form_token": log_in()}

    answer = client.post(f"/issues/{issue_id}/pause", data=form, headers=headers)

    assert answer.status_code == 403
    assert state_of(engine, issue_id) is IssueState.SENDING


def test_a_brake_that_does_not_fit_is_explained(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    token = log_in()
    client.headers["Accept-Language"] = "en"

    answer = client.post(f"/issues/{issue_id}/resume", data={"form_token": token})

    assert answer.status_code == 409
    assert "cannot be resumed" in answer.text


def test_the_page_says_how_far_it_is(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    log_in()

    page = client.get(f"/issues/{issue_id}/sending", headers={"Accept-Language": "en"})

    assert "<h1>2 of 3 on their way</h1>" in page.text
    assert '<noscript><meta http-equiv="refresh" content="5">' in page.text


def test_refreshing_can_be_stopped(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    log_in()

    page = client.get(f"/issues/{issue_id}/sending?still=1")

    assert "http-equiv" not in page.text
    assert "sse-connect" not in page.text


def test_the_matrix_tells_every_state_in_words(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    log_in()

    page = client.get(f"/issues/{issue_id}", headers={"Accept-Language": "nl"}).text

    assert all(said("nl", sign.words) in page for sign in CELLS.values())


# What is asked here does not depend on the database.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
@pytest.mark.parametrize("state", list(IssueState))
def test_every_state_has_a_sentence_in_every_language(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    issue_id: int,
    state: IssueState,
    language: str,
) -> None:
    log_in()
    with db.writing(engine) as session:
        session.get_one(Issue, issue_id).state = state

    address = f"/issues/{issue_id}/sending"
    page = client.get(address, headers={"Accept-Language": language})

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert "{" not in page.text.partition("<main")[2]


def test_of_a_draft_nothing_is_on_its_way(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        draft = factories.make_issue(session, languages=("fr", "nl")).id
    log_in()

    page = client.get(f"/issues/{draft}/sending").text

    assert f'class="button main" href="/issues/{draft}/check"' in page
    assert "/pause" not in page


def test_a_draft_is_previewed_as_it_would_leave(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {"title": "<b>Gras</b>"}})
        draft = factories.make_issue(session, items=[item]).id
    log_in()

    page = client.get(f"/issues/{draft}/preview/fr")

    assert "&lt;b&gt;Gras&lt;/b&gt;" in page.text
    assert "reader@example.org" in page.text
    assert "zq" not in page.text.lower().replace("zqui", "")


def test_a_preview_may_do_nothing(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    log_in()

    policy = client.get(f"/issues/{issue_id}/preview/fr").headers[
        "content-security-policy"
    ]

    assert "default-src 'none'" in policy
    # Of our own origin, so that the page around it can scroll it; it runs nothing.
    assert "sandbox allow-same-origin" in policy.split("; ")
    assert "script" not in policy


@pytest.mark.parametrize(
    "path", ["/issues/0", "/issues/999", "/issues/9999999999999999999", "/issues/x"]
)
def test_an_issue_that_does_not_exist_is_not_found(
    client: TestClient, log_in: LogIn, path: str
) -> None:
    log_in()

    assert client.get(path).status_code == 404


def test_a_title_is_shown_as_text(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        factories.make_issue(session, title="<script>alert(1)</script>")
    log_in()

    page = client.get("/issues")

    assert "<script>" not in page.text


def state_of(engine: Engine, issue_id: int) -> IssueState:
    with db.reading(engine) as session:
        return session.get_one(Issue, issue_id).state
