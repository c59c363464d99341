"""What a reader chooses at /p/{token}."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from subscribers.models import Subscriber
from tests.web.conftest import Reader, dump, said

SAVED = "Saved. Your next letter comes in {language}."


def test_the_page_shows_what_was_chosen(client: TestClient, anne: Reader) -> None:
    page = client.get(anne.choose)

    assert page.status_code == 200
    assert 'value="fr" checked' in page.text
    assert "a•••@example.org" in page.text


def test_a_new_language_is_saved_and_spoken_at_once(
    client: TestClient, engine: Engine, anne: Reader
) -> None:
    page = client.post(anne.choose, data={"language": "de"})

    assert page.status_code == 200
    assert '<html lang="de"' in page.text
    assert said("de", SAVED, language="Deutsch") in page.text
    assert language_of(engine, anne) == "de"


@pytest.mark.parametrize(
    "form", [{}, {"language": ""}, {"language": "es"}, {"language": "<b>"}, {"x": "de"}]
)
def test_anything_else_saves_nothing(
    client: TestClient, engine: Engine, anne: Reader, form: dict[str, str]
) -> None:
    before = dump(engine)

    page = client.post(anne.choose, data=form)

    assert page.status_code == 200
    assert 'role="status"' not in page.text
    assert dump(engine) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_for_leaving_opens_no_preferences(
    client: TestClient, engine: Engine, anne: Reader, method: str
) -> None:
    wrong = anne.leave.replace("/u/", "/p/")
    before = dump(engine)

    page = client.request(method, wrong, data={"language": "de"})

    assert page.status_code == 404
    assert dump(engine) == before


def test_the_page_leaves_in_one_click(client: TestClient, anne: Reader) -> None:
    page = client.get(anne.choose)

    assert f'action="{anne.leave}?in=fr"' in page.text
    assert '<input type="hidden" name="confirm" value="1">' in page.text


def language_of(engine: Engine, anne: Reader) -> str | None:
    with db.reading(engine) as session:
        return session.get_one(Subscriber, anne.subscriber_id).language
