"""The people of a list on the pages: numbers, filters, what is done to many."""

from collections.abc import Mapping, Sequence
from threading import Event

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from newsletter import db, jobs
from newsletter.config import Settings
from newsletter.models import Action, AuditEntry, Role
from newsletter.web import bulk
from subscribers import figures, suppressions
from subscribers.addresses import normalise
from subscribers.models import (
    Segment,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from tests import factories
from tests.web.conftest import LogIn


@pytest.fixture(autouse=True)
def _english(client: TestClient) -> None:
    client.headers["accept-language"] = "en"


@pytest.fixture
def token(log_in: LogIn, engine: Engine) -> str:
    """An admin's form token, on a list with one of each kind."""
    with db.writing(engine) as session:
        make = factories.make_subscriber
        states = SubscriptionState
        make(session, email="anne@example.org", name="Élodie", tags=["press"])
        make(session, email="bart@example.org", name="100% Bart", language="nl")
        make(session, email="cris@example.net", language=None, state=states.UNCONFIRMED)
        make(session, email="dora@example.net", state=states.UNSUBSCRIBED)
        make(session, email="emil@example.net", language="de")
        suppressions.suppress(
            session,
            factories.KEYS,
            normalise("emil@example.net"),
            reason=SuppressionReason.HARD_BOUNCE,
        )
    return log_in()


def shown(page: str) -> set[str]:
    """Return whom a page lists, by the first letter."""
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return {name for name in "abcde" if f'address">{name}' in table}


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", set("abcde")),
        ("state=active", {"a", "b"}),
        ("state=waiting", {"c"}),
        ("state=left", {"d"}),
        ("state=stopped", {"e"}),
        ("state=paused", set()),
        ("lang=nl", {"b"}),
        ("lang=none", {"c"}),
        ("q=EXAMPLE.NET", {"c", "d", "e"}),
        ("q=élodie", {"a"}),
        ("q=0%25", {"b"}),
        ("q=_", set()),
        ("tag=Press", {"a"}),
        ("since=2100-01-01", set()),
        ("until=2100-01-01&order=address", set("abcde")),
        ("source=form", set("abcde")),
        ("source=7", set()),
        ("state=nonsense&lang=%00&after=99999999999&since=x", set("abcde")),
    ],
)
def test_filters_show_whom_they_mean(
    client: TestClient, query: str, expected: set[str]
) -> None:
    answer = client.get(f"/subscribers?{query}")

    assert answer.status_code == 200
    assert shown(answer.text) == expected


@pytest.mark.usefixtures("token")
def test_the_title_counts_who_gets_the_letter(client: TestClient) -> None:
    page = client.get("/subscribers").text

    assert "<h1>2 people get the letter</h1>" in page
    assert "Showing 5 people." in page


@pytest.mark.usefixtures("token")
def test_a_long_list_is_counted_and_searched_beside_the_page(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FEW", 2)

    plain = client.get("/subscribers").text
    searched = client.get("/subscribers?q=net").text
    found = client.get("/subscribers/people?q=net").text
    counted = client.get("/subscribers/figures").text

    assert "<h1>More than 2 people</h1>" in plain
    assert shown(plain) == set("abcde")
    assert 'hx-get="/subscribers/people?q=net"' in searched
    assert shown(found) == {"c", "d", "e"}
    assert "<h1>2 people get the letter</h1>" in counted


@pytest.mark.parametrize("order", ["newest", "oldest", "address"])
def test_pages_follow_each_other(
    client: TestClient, log_in: LogIn, engine: Engine, order: str
) -> None:
    with db.writing(engine) as session:
        for number in range(120):
            factories.make_subscriber(session, email=f"{number:03}@example.org")
    log_in()
    seen: list[str] = []
    address = f"/subscribers?order={order}"

    for _ in range(3):
        page = client.get(address).text
        seen += [part[:3] for part in page.split('class="address">')[1:]]
        address = page.partition('rel="next" href="')[2].partition('"')[0]
        address = address.replace("&amp;", "&")

    wanted = [f"{number:03}" for number in range(120)]
    assert seen == (wanted[::-1] if order == "newest" else wanted)


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("role", [Role.TRANSLATOR, Role.VIEWER])
def test_others_see_numbers_and_no_addresses(
    client: TestClient, log_in: LogIn, role: Role
) -> None:
    log_in(role)

    for path in ("/subscribers", "/subscribers?now=1", "/subscribers/figures"):
        page = client.get(path).text
        assert "2 people get the letter" in page
        assert "example.net" not in page
        assert "anne@" not in page


def send(
    client: TestClient,
    token: str,
    what: str,
    ids: Sequence[int],
    **fields: str,
) -> str:
    """Do something to people; return the address where that is told."""
    data: Mapping[str, object] = {"form_token": token, "id": list(ids), **fields}
    answer = client.post(f"/subscribers/bulk/{what}", data=data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def people(engine: Engine) -> dict[str, Subscriber]:
    with db.reading(engine) as session:
        return {each.email[0]: each for each in session.exec(select(Subscriber))}


def number(engine: Engine, name: str) -> int:
    return people(engine)[name].id or 0


def test_a_language_is_changed_and_taken_back(
    client: TestClient, token: str, engine: Engine
) -> None:
    ids = [number(engine, "a"), number(engine, "c")]

    work = send(client, token, "language", ids, value="nl")
    changed = people(engine)
    client.post(f"{work}/undo", data={"form_token": token})

    assert (changed["a"].language, changed["c"].language) == ("nl", "nl")
    assert "Taken back for 2 people" in client.get(work).text
    assert people(engine)["a"].language == "fr"
    assert people(engine)["c"].language is None


def test_who_changed_since_stays_when_a_change_is_taken_back(
    client: TestClient, token: str, engine: Engine
) -> None:
    work = send(client, token, "language", [number(engine, "a")], value="nl")
    with db.writing(engine) as session:
        session.get_one(Subscriber, number(engine, "a")).language = "de"

    client.post(f"{work}/undo", data={"form_token": token})

    assert people(engine)["a"].language == "de"


def test_all_of_a_filter_pause_beside_the_page(
    client: TestClient,
    token: str,
    engine: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "_AT_ONCE", 0)

    work = send(client, token, "pause", [], every="1", where="q=org", value="3")
    waiting = client.get(work).text
    jobs.run_errands(engine, settings, stop=Event())
    done = client.get(work).text

    assert 'hx-trigger="every 1s"' in waiting
    assert "2 people changed" in done
    with db.reading(engine) as session:
        states = session.exec(select(Subscription.state).order_by(col(Subscription.id)))
        assert list(states)[:2] == [SubscriptionState.PAUSED] * 2


def test_people_are_erased_when_staff_are_sure(
    client: TestClient, token: str, engine: Engine
) -> None:
    ids = [number(engine, "a")]
    unsure = client.post(
        "/subscribers/bulk/erase", data={"form_token": token, "id": ids}
    )

    send(client, token, "erase", ids, sure="1")

    assert unsure.status_code == 422
    assert set(people(engine)) == set("bcde")
    with db.reading(engine) as session:
        assert session.exec(select(AuditEntry.action)).all() == [Action.ERASED]


def test_a_filter_is_exported_and_formulas_are_text(
    client: TestClient, token: str, engine: Engine
) -> None:
    with db.writing(engine) as session:
        session.get_one(Subscriber, number(engine, "b")).name = "=1+1"

    work = send(client, token, "export", [], every="1", where="lang=nl", value="csv")
    file = client.get(f"{work}/file")

    rows = file.text.splitlines()
    assert file.headers["content-disposition"].endswith('.csv"')
    assert len(rows) == 2
    assert "bart@example.org,'=1+1,nl" in rows[1]


def test_nothing_is_done_without_saying_what(client: TestClient, token: str) -> None:
    data = {"form_token": token, "every": "1", "value": "klingon"}

    answer = client.post("/subscribers/bulk/language", data=data)

    assert answer.status_code == 422


def test_a_view_becomes_a_segment(
    client: TestClient, token: str, engine: Engine
) -> None:
    begun = client.get("/subscribers/segments/new?lang=nl&q=x").text
    conditions = {"name": "Dutch", "k0": "language =", "v0": "nl, fr"}
    client.post("/subscribers/segments/new", data={"form_token": token, **conditions})

    listed = client.get("/subscribers/segments").text
    counted = client.get(
        "/subscribers/segments/count", params={"k0": "language =", "v0": "nl"}
    ).text

    assert 'value="nl"' in begun
    assert "reads Dutch or French" in listed
    assert "One person who gets the letter" in counted
    with db.reading(engine) as session:
        assert session.exec(select(Segment.rule)).one() == "language=nl,fr"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "k0": "tag =", "v0": "press"},
        {"name": "x", "k0": "joined >=", "v0": "yesterday"},
        {"name": "x", "k0": "tag =", "v0": ""},
        {"name": "x"},
        {"name": "x", "expert": "1", "rule": "language="},
        {"name": "x", "k0": "list =", "v0": "nowhere"},
    ],
)
def test_a_segment_that_says_nothing_is_refused(
    client: TestClient, token: str, fields: dict[str, str]
) -> None:
    answer = client.post(
        "/subscribers/segments/new", data={"form_token": token, **fields}
    )

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
