"""What a letter is called, its languages and its sections, on their pages."""

from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from newsletter import audit, db
from newsletter.models import Action, Role
from subscribers import lists
from subscribers.models import MailingList
from tests.web.conftest import LogIn


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Settings do not depend on the kind of database."""
    return _sqlite_url


def the_list(engine: Engine) -> MailingList:
    with db.reading(engine) as session:
        return lists.get(session)


def saved(
    client: TestClient,
    screen: str,
    token: str,
    fields: dict[str, str] | None = None,
    **more: str,
) -> Response:
    sent = {"form_token": token, **(fields or {}), **more}
    return client.post(f"/settings/{screen}", data=sent)


def test_a_letter_gets_its_names_and_identity(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()

    answer = saved(
        client,
        "letter",
        token,
        {
            "name.fr": "La rivière",
            "name.nl": "De rivier",
            "legal.fr": "Amis asbl",
            "topic.0": "agenda",
            "topic.0.fr": "Rendez-vous",
            "public": "1",
        },
        timezone="Europe/Berlin",
        reply_to="bonjour@example.org",
    )

    own = the_list(engine)
    assert answer.headers["location"] == f"/settings/letter?list={own.slug}&saved=1"
    assert (own.names["nl"], own.legal["fr"]) == ("De rivier", "Amis asbl")
    assert own.topics["agenda"]["fr"] == "Rendez-vous"
    assert (own.timezone, own.reply_to, own.approval) == (
        "Europe/Berlin",
        "bonjour@example.org",
        False,
    )
    with db.reading(engine) as session:
        kept = audit.entries(session)[0]
    assert kept.action is Action.CHANGED_LIST
    assert "topics" in kept.facts["what"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"reply_to": "nobody"},
        {"privacy_url": "javascript:alert(1)"},
        {"name.fr": "two\r\nBcc: lines@example.org"},
        {"timezone": "Mars/Olympus"},
    ],
)
def test_what_cannot_work_is_said_and_nothing_is_saved(
    client: TestClient, log_in: LogIn, engine: Engine, wrong: dict[str, str]
) -> None:
    token = log_in()
    before = the_list(engine)

    answer = saved(client, "letter", token, {"name.nl": "Nieuw"} | wrong)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'role="alert"' in answer.text
    assert "Nieuw" in answer.text  # what was written is still there
    assert the_list(engine) == before


def test_languages_move_join_and_leave(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()
    first = the_list(engine).languages

    saved(client, "languages", token, up=first[1], missing="leave-out")
    moved = the_list(engine)
    saved(client, "languages", token, {f"instead.{first[0]}.1": first[1]}, add="ar")
    joined = the_list(engine)
    saved(client, "languages", token, remove=first[1])
    left = the_list(engine)

    assert moved.languages[:2] == [first[1], first[0]]
    assert moved.missing == "leave-out"
    assert joined.languages[-1] == "ar"
    assert joined.fallbacks == {first[0]: [first[1]]}
    assert first[1] not in left.languages
    assert left.fallbacks == {}


def test_a_language_nobody_knows_is_refused_next_to_its_field(
    client: TestClient, log_in: LogIn
) -> None:
    token = log_in()

    answer = saved(client, "languages", token, add="klingon-klingon")

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="add-error"' in answer.text


def test_sections_are_named_moved_and_removed(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()
    rows = {"section.0": "News", "section.0.fr": "Actualités", "section.1": "Agenda"}

    saved(client, "sections", token, rows)
    made = the_list(engine).sections
    saved(client, "sections", token, rows, up="1")
    moved = the_list(engine).sections
    saved(client, "sections", token, rows, remove="0")
    left = the_list(engine).sections
    twice = saved(client, "sections", token, rows | {"section.2": "news"})

    assert made[0] == {"name": "News", "names": {"fr": "Actualités"}}
    assert [each["name"] for each in moved] == ["Agenda", "News"]
    assert [each["name"] for each in left] == ["Agenda"]
    assert twice.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_others_read_and_see_no_button(client: TestClient, log_in: LogIn) -> None:
    log_in(Role.EDITOR)

    page = client.get("/settings/letter?in=en").text

    assert "Only an admin can change this" in page
    assert '<button class="button main">' not in page


def test_another_list_begins_like_the_first(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()

    answer = saved(client, "lists", token, name="Presse", slug="presse")

    with db.reading(engine) as session:
        made = lists.get(session, "presse")
    assert answer.headers["location"] == "/settings/letter?list=presse&saved=1"
    assert made.languages == the_list(engine).languages


def test_what_was_typed_for_another_list_stays_when_it_is_refused(
    client: TestClient, log_in: LogIn
) -> None:
    token = log_in()

    page = saved(client, "lists", token, name="La presse", slug="a b")

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'role="alert" lang' not in page.text  # it is in the language of the page
    assert '<details class="card pad after" open>' in page.text
    assert 'value="La presse"' in page.text
