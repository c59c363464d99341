"""One piece of news outside any issue: its words, its facts, its documents."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, items
from newsletter.models import Item, ItemType, Role, Staff
from newsletter.web import bodies
from tests import factories
from tests.web.conftest import LogIn


@pytest.fixture(autouse=True)
def _in_english(client: TestClient) -> None:
    client.headers["Accept-Language"] = "en"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """What is asked here is asked of both kinds elsewhere."""
    return _sqlite_url


@pytest.fixture
def item(engine: Engine) -> Item:
    """A story in French."""
    with db.writing(engine) as session:
        return factories.make_item(session, texts={"fr": {"title": "Le pont"}})


def _post(client: TestClient, token: str, path: str, **fields: str) -> Response:
    return client.post(path, data={"form_token": token, **fields})


def test_a_new_item_is_written_and_opened(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)

    answer = _post(
        client,
        token,
        "/desk/items",
        language="nl",
        type="appeal",
        title="Help ons",
        body="Eerste alinea\nverder.\n\nTweede <3.",
    )

    assert "Help ons" in client.get(answer.headers["location"]).text
    with db.reading(engine) as session:
        made = session.exec(select(Item)).one()
        text = items.find_texts(session, [made.id or 0])[made.id or 0]["nl"]
    assert (made.type, made.language) == (ItemType.APPEAL, "nl")
    assert text.body == "<p>Eerste alinea<br>verder.</p><p>Tweede &lt;3.</p>"


def test_an_item_without_a_title_keeps_what_was_typed(
    client: TestClient, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)

    answer = _post(
        client, token, "/desk/items", language="fr", title=" ", summary="Déjà écrit"
    )

    assert answer.status_code == 422
    assert "These words need a title." in answer.text
    assert "Déjà écrit" in answer.text


def test_words_are_written_in_each_language_and_never_over_somebody_else_s(
    client: TestClient, engine: Engine, log_in: LogIn, item: Item
) -> None:
    token = log_in(Role.EDITOR)
    path = f"/desk/items/{item.id}/words/nl"

    first = _post(client, token, path, version="0", title="De brug", ready="on")
    late = _post(client, token, path, version="0", title="Mijn brug", ready="on")

    assert first.status_code == 303
    assert late.status_code == 422
    assert "Mijn brug" in late.text
    assert "Somebody changed these words" in late.text
    with db.reading(engine) as session:
        texts = items.find_texts(session, [item.id or 0])[item.id or 0]
    assert texts["nl"].title == "De brug"


def test_a_translator_writes_only_their_own_languages(
    client: TestClient, engine: Engine, log_in: LogIn, item: Item
) -> None:
    token = log_in(Role.TRANSLATOR)
    with db.writing(engine) as session:
        session.exec(select(Staff)).one().languages = ["nl"]

    path = f"/desk/items/{item.id}/words"
    ours = _post(client, token, f"{path}/nl", version="0", title="De brug")
    theirs = _post(client, token, f"{path}/de", version="0", title="Die Brücke")

    assert (ours.status_code, theirs.status_code) == (303, 403)


def test_facts_are_shared_by_all_languages(
    client: TestClient, engine: Engine, log_in: LogIn, item: Item
) -> None:
    token = log_in(Role.EDITOR)

    _post(
        client,
        token,
        f"/desk/items/{item.id}",
        type="event",
        url="example.org/fete",
        starts_on="2026-12-12",
        starts_at="18:00",
        ends_at="22:00",
        place="Maison du Peuple",
        duration="4:12",
        subtitles="fr, NL",
    )

    with db.reading(engine) as session:
        found = session.get_one(Item, item.id)
    assert found.starts_at
    assert found.ends_at
    assert (found.type, found.url) == (ItemType.EVENT, "https://example.org/fete")
    assert found.starts_at.isoformat() == "2026-12-12T17:00:00+00:00"
    assert (found.ends_at - found.starts_at).total_seconds() == 4 * 3600
    assert (found.place, found.video_seconds) == ("Maison du Peuple", 252)
    assert found.subtitles == ["fr", "nl"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "javascript:alert(1)"}, "This is not a web address."),
        ({"duration": "long"}, "Write how long it lasts"),
        ({"starts_on": "2026-02-31"}, "There is no such moment."),
        (
            {"starts_on": "2026-03-02", "ends_on": "2026-03-01"},
            "It would end before it begins.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    item: Item,
    fields: dict[str, str],
    said: str,
) -> None:
    token = log_in(Role.EDITOR)

    answer = _post(
        client, token, f"/desk/items/{item.id}", type="event", author="Zoé", **fields
    )

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Zoé"' in answer.text
    with db.reading(engine) as session:
        assert session.get_one(Item, item.id).author == ""


def test_documents_are_added_and_taken_away(
    client: TestClient, engine: Engine, log_in: LogIn, item: Item
) -> None:
    token = log_in(Role.EDITOR)
    document = {"document": "https://example.org/r.pdf", "document-title": "Rapport"}

    path = f"/desk/items/{item.id}"
    client.post(path, data={"form_token": token, "do": "document", **document})

    assert "Rapport" in client.get(path).text
    _post(client, token, path, do="drop:https://example.org/r.pdf")
    with db.reading(engine) as session:
        assert session.get_one(Item, item.id).documents == []


@pytest.mark.parametrize(
    "body",
    [
        "<p>Un.</p><p>Deux,<br>suite &amp; fin.</p>",
        '<p>Un <a href="https://example.org/">lien</a>.</p>',
        "<ul><li>Un</li></ul><p>1 &lt; 2</p>",
        "",
    ],
)
def test_a_body_comes_back_from_the_text_field_as_it_was(body: str) -> None:
    assert bodies.read(bodies.typed(body)) == body
