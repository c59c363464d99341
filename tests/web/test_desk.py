"""The news desk: what lies there, what is done to it, and how that is undone."""

import re
from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, issues, items
from newsletter.models import (
    Action,
    Arrival,
    AuditEntry,
    FetchState,
    Issue,
    IssueState,
    Item,
    ItemState,
    ItemText,
    Role,
    Staff,
)
from tests import factories
from tests.web.conftest import LogIn


@pytest.fixture(autouse=True)
def _in_english(client: TestClient) -> None:
    client.headers["Accept-Language"] = "en"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, _sqlite_url: str) -> str:
    """One database is enough, except for the test that asks for both."""
    kind = getattr(request, "param", "sqlite")
    url: str = request.getfixturevalue(f"_{kind}_url")
    return url


def _news(session: Session, title: str, **columns: object) -> Item:
    values = {"state": ItemState.INBOX} | columns
    return factories.make_item(session, texts={"fr": {"title": title}}, **values)


def _post(
    client: TestClient, token: str, path: str, **fields: str | list[str]
) -> Response:
    data: Mapping[str, str | list[str]] = {"form_token": token, **fields}
    return client.post(path, data=data)


def _undo(client: TestClient, token: str, page: str) -> Response:
    """Press the button that the page offers for what was just done."""
    form = page.partition('action="/desk/undo"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return _post(client, token, "/desk/undo", **fields)


def _state(engine: Engine, item: Item) -> ItemState:
    with db.reading(engine) as session:
        return session.get_one(Item, item.id).state


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
def test_the_desk_shows_each_state_and_how_much_of_it(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in()
    with db.writing(engine) as session:
        _news(session, "Le pont est ouvert")
        _news(session, "Le marché déménage", state=ItemState.KEPT)
        used = _news(session, "La fête du quartier", state=ItemState.KEPT)
        factories.make_issue(session, items=[used], number=47)

    inbox = client.get("/desk").text
    kept = client.get("/desk?state=kept").text
    everything_used = client.get("/desk?state=used&sort=published").text

    assert "One item waits on the desk" in inbox
    assert "Le pont est ouvert" in inbox
    assert "Le marché déménage" in kept
    assert "La fête du quartier" not in kept.partition("<aside")[0]
    assert "in No 47" in everything_used
    assert "Le pont" in client.get("/desk?q=pont+OUVERT").text
    assert "No item here says" in client.get("/desk?q=crocodile").text


def test_a_pasted_link_is_a_line_at_once_and_asks_for_itself(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)

    answer = _post(client, token, "/desk/paste", what="https://example.org/a?utm_x=1")

    page = client.get(answer.headers["location"]).text
    with db.reading(engine) as session:
        item = session.exec(select(Item)).one()
    assert (item.fetch_state, item.arrived) == (FetchState.WAITING, Arrival.PASTED)
    assert f'hx-get="/desk/rows/{item.id}?state=inbox"' in page
    assert "Reading the page…" in page
    with db.writing(engine) as session:
        found = session.get_one(Item, item.id)
        found.fetch_state, found.fetch_error = FetchState.FAILED, "403"
    row = client.get(f"/desk/rows/{item.id}").text
    assert "hx-get" not in row
    assert "it answered 403). The link is kept: write the title yourself." in row


def test_a_headline_becomes_a_story_in_the_language_it_is_in(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)

    _post(client, token, "/desk/paste", what="La commune rénove la place du marché")

    with db.reading(engine) as session:
        text = session.exec(select(ItemText)).one()
    assert (text.language, text.title) == (
        "fr",
        "La commune rénove la place du marché",
    )


@pytest.mark.parametrize(
    ("do", "state"), [("aside", ItemState.ASIDE), ("kept", ItemState.KEPT)]
)
def test_ticked_items_move_and_come_back(
    client: TestClient, engine: Engine, log_in: LogIn, do: str, state: ItemState
) -> None:
    token = log_in(Role.EDITOR)
    with db.writing(engine) as session:
        one, two, three = (_news(session, f"Nouvelle {n}") for n in range(3))

    answer = _post(client, token, "/desk/move", do=do, item=[str(one.id), str(two.id)])

    assert [_state(engine, each) for each in (one, two, three)] == [
        state,
        state,
        ItemState.INBOX,
    ]
    _undo(client, token, client.get(answer.headers["location"]).text)
    assert _state(engine, one) is ItemState.INBOX


def test_an_item_goes_into_the_next_issue_and_out_again(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)
    with db.writing(engine) as session:
        item = _news(session, "Le pont est ouvert")

    answer = _post(client, token, "/desk/move", do=f"issue:{item.id}", issue="0")

    page = client.get(answer.headers["location"]).text
    assert "One item is in No 1 now." in page
    assert "Le pont est ouvert" in page.partition("<aside")[2]
    with db.reading(engine) as session:
        done = [entry.action for entry in session.exec(select(AuditEntry))]
    assert done == [Action.CREATED_ISSUE, Action.CHANGED_ISSUE]
    _undo(client, token, page)
    after = client.get("/desk").text
    assert "Le pont est ouvert" not in after.partition("<aside")[2]
    assert "Le pont est ouvert" in after


def test_what_an_issue_had_is_never_deleted_and_the_rest_can_be_brought_back(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)
    with db.writing(engine) as session:
        used, fresh = _news(session, "Utilisée"), _news(session, "Jamais")
        factories.make_issue(session, items=[used], state=IssueState.SENT)

    answer = _post(
        client, token, "/desk/move", do="delete", item=[str(used.id), str(fresh.id)]
    )

    page = client.get(answer.headers["location"]).text
    assert "One item was deleted." in page
    assert "Jamais" not in page
    assert client.get(f"/desk/items/{fresh.id}").status_code == 404
    _undo(client, token, page)
    assert "Jamais" in client.get("/desk").text


def test_news_that_repeats_says_so_and_stops_nobody(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in()
    with db.writing(engine) as session:
        old = _news(session, "La commune rénove la place du marché avec les habitants")
        page = _news(session, "Autre chose entièrement", url="https://example.org/x")
        factories.make_issue(
            session, items=[old, page], number=47, state=IssueState.SENT
        )
        again = _news(session, "La commune rénove la place du marché")
        same = _news(session, "Un titre tout à fait neuf", url="http://example.org/x/")
        other = _news(session, "La commune ferme la piscine du quartier nord")
        for item in (page, same):
            item.url_hash = items.links.fingerprint(item.url)

    lines = client.get("/desk").text.split('<li class="news-row')
    said = {
        item.id: next(x for x in lines if f'id="n{item.id}"' in x)
        for item in (again, same, other)
    }

    assert "Similar item in No 47" in said[again.id]
    assert "Was in No 47" in said[same.id]
    assert "No 47" not in said[other.id]


def test_a_page_of_the_desk_leads_to_the_next_one(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in()
    with db.writing(engine) as session:
        made = [_news(session, f"Nouvelle {n:03}") for n in range(60)]

    first = client.get("/desk").text
    second = client.get(f"/desk?after={made[10].id}").text

    assert f"/desk?state=inbox&amp;after={made[10].id}" in first
    assert first.count("data-item=") == 50
    assert second.count("data-item=") == 10


def test_a_viewer_sees_the_desk_without_its_buttons(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in(Role.VIEWER)
    with db.writing(engine) as session:
        _news(session, "Le pont est ouvert")

    page = client.get("/desk").text

    assert "Le pont est ouvert" in page
    assert 'name="do"' not in page
    assert "/desk/paste" not in page


def test_whoever_works_for_two_lists_chooses_whose_next_issue_is_shown(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)
    with db.writing(engine) as session:
        other = factories.make_list(session, slug="juniors")
        factories.make_issue(session, list=other, number=7, title="Juniors sept")

    _post(client, token, "/desk/list", list="juniors")

    assert "Juniors sept" in client.get("/desk").text
    with db.reading(engine) as session:
        assert session.exec(select(Staff)).one().list_id == other.id


@pytest.mark.parametrize(
    "address",
    [
        "/desk?state=nowhere&sort=sideways&after=-4&done=kept&ids=1,x,99999999999",
        "/desk?done=removed&ids=1&issue=99999999999999",
        "/desk?q=%25%00%FF&after=99999999999999999999",
        "/desk?state=used&done=nothing",
    ],
)
def test_an_address_that_makes_no_sense_is_the_usual_desk(
    client: TestClient, log_in: LogIn, address: str
) -> None:
    log_in()

    assert client.get(address).status_code == 200


def test_hostile_words_are_only_words(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    log_in()
    with db.writing(engine) as session:
        _news(session, "<script>alert(1)</script>", attribution='"><img src=x>')

    page = client.get("/desk?q=<svg/onload=x>alert").text + client.get("/desk").text

    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "<svg/onload" not in page


def test_the_browser_button_s_window_adds_a_page_and_puts_it_into_the_next_issue(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    token = log_in(Role.EDITOR)

    window = client.get("/desk/add?url=https://example.org/a&title=Un+pont&sel=Enfin.")
    answer = _post(
        client,
        token,
        "/desk/add",
        url="https://example.org/a",
        title="Un pont",
        language="fr",
        to="issue",
    )

    assert 'value="Un pont"' in window.text
    assert "It is on the desk" in client.get(answer.headers["location"]).text
    with db.reading(engine) as session:
        item = session.exec(select(Item)).one()
        issue = session.exec(select(Issue)).one()
        assert item.arrived is Arrival.BUTTON
        assert issues.sections_of(session, issue)[0] == ""
