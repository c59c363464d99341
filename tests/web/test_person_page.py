"""One person on the pages: proof, letters, and what staff do."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, notices
from newsletter.models import DeliveryState, Notice, NoticeKind
from subscribers import people, suppressions
from subscribers.addresses import normalise
from subscribers.clock import utcnow
from subscribers.models import (
    Consent,
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
def database_url(_sqlite_url: str) -> str:
    """What is shown here does not depend on the kind of database."""
    return _sqlite_url


@pytest.fixture
def anne(engine: Engine) -> str:
    """The address of the page of a reader whose last letter was refused."""
    with db.writing(engine) as session:
        reader = factories.make_subscriber(
            session, email="anne@example.org", name="Anne <b>", tags=["press"]
        )
        issue = factories.make_issue(session, title="Le pont", number=7)
        factories.make_delivery(
            session,
            issue=issue,
            subscriber=reader,
            state=DeliveryState.REJECTED,
            reply="550 <script>",
        )
        return f"/subscribers/{reader.id}"


def only(engine: Engine) -> tuple[Subscriber, Subscription]:
    with db.reading(engine) as session:
        return session.exec(select(Subscriber)).one(), session.exec(
            select(Subscription)
        ).one()


def test_the_page_shows_the_words_and_the_letters(
    client: TestClient, log_in: LogIn, anne: str
) -> None:
    log_in()

    page = client.get(anne).text

    assert "<h1>Anne &lt;b&gt; gets the letter</h1>" in page
    assert "Yes, send me the newsletter." in page
    assert "Le pont" in page
    assert "550 &lt;script&gt;" in page


def test_facts_and_tags_are_saved(
    client: TestClient, log_in: LogIn, anne: str, engine: Engine
) -> None:
    token = log_in()
    facts = {"name": " Anna ", "language": "nl", "second": "fr"}

    client.post(f"{anne}/facts", data={"form_token": token, **facts})
    client.post(f"{anne}/tags", data={"form_token": token, "tags": "AG,, board "})

    person, _ = only(engine)
    assert (person.name, person.language, person.second_language) == (
        "Anna",
        "nl",
        "fr",
    )
    with db.reading(engine) as session:
        assert people.tags_of(session, [person])[person.id or 0] == ["ag", "board"]


@pytest.mark.parametrize(
    ("doing", "state"),
    [
        ("pause", SubscriptionState.PAUSED),
        ("leave", SubscriptionState.UNSUBSCRIBED),
        ("resume", SubscriptionState.CONFIRMED),
    ],
)
def test_staff_change_how_they_stand(
    client: TestClient,
    log_in: LogIn,
    anne: str,
    engine: Engine,
    doing: str,
    state: SubscriptionState,
) -> None:
    token = log_in()

    answer = client.post(f"{anne}/{doing}", data={"form_token": token, "months": "1"})

    assert answer.status_code == 303
    assert only(engine)[1].state is state


def test_mail_is_stopped_and_lifted(
    client: TestClient, log_in: LogIn, anne: str
) -> None:
    token = log_in()

    client.post(f"{anne}/stop", data={"form_token": token})
    stopped = client.get(anne).text
    client.post(f"{anne}/lift", data={"form_token": token})

    assert "No mail goes to Anne &lt;b&gt; any more" in stopped
    assert "gets the letter" in client.get(anne).text


def test_a_complaint_is_not_lifted_by_staff(
    client: TestClient, log_in: LogIn, anne: str, engine: Engine
) -> None:
    token = log_in()
    with db.writing(engine) as session:
        suppressions.suppress(
            session,
            factories.KEYS,
            normalise("anne@example.org"),
            reason=SuppressionReason.COMPLAINT,
        )

    answer = client.post(f"{anne}/lift", data={"form_token": token})

    assert answer.status_code == 409
    assert "Only they can come back" in answer.text


def test_everything_is_handed_out_and_erased(
    client: TestClient, log_in: LogIn, anne: str, engine: Engine
) -> None:
    token = log_in()

    data = client.get(f"{anne}/data.json")
    client.post(f"{anne}/erase", data={"form_token": token})

    assert data.json()["email"] == "anne@example.org"
    assert client.get(anne).status_code == 404
    with db.reading(engine) as session:
        assert session.exec(select(Subscriber)).all() == []


def test_a_letter_of_the_past_leads_to_what_they_got(
    client: TestClient, log_in: LogIn, anne: str
) -> None:
    log_in()

    number = anne.rpartition("/")[2]
    page = client.get(anne).text
    link = page.partition(">No 7")[0].rpartition('href="')[2].partition("#")[0]

    assert link.endswith(f"/check?as={number}")
    assert "anne@example.org gets FR" in client.get(link).text


def test_a_letter_to_come_is_a_click_away_with_and_without_a_script(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    with db.writing(engine) as session:
        lea = factories.make_subscriber(session, email="lea@example.org", language="nl")
        texts = {tag: {"title": f"Titre {tag}"} for tag in ("fr", "nl")}
        item = factories.make_item(session, texts=texts)
        factories.make_issue(session, items=[item], languages=["fr", "nl"], number=8)
        number = lea.id
    log_in()

    person = client.get(f"/subscribers/{number}").text
    link = person.partition("what they would get")[0].rpartition('href="')[2]
    page = client.get(link.partition("#")[0]).text

    assert "lea@example.org gets NL, because" in page
    assert f"/preview/nl?w=390&amp;as={number}" in page
    without_script = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "to=lea%40example.org" in without_script
    nobody = client.get(link.partition("?")[0] + "?as=99")
    assert nobody.status_code == 200
    assert 'class="said-of' not in nobody.text


def add(client: TestClient, token: str, **fields: str) -> int:
    form = {"form_token": token, "email": "dora@example.org", **fields}
    return client.post("/subscribers/add", data=form).status_code


def test_who_is_added_is_asked_to_confirm(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()

    assert add(client, token, language="nl") == 303
    with db.writing(engine) as session:
        notices.answer_requests(session, factories.KEYS, now=utcnow(), limit=5)

    with db.reading(engine) as session:
        mail = session.exec(select(Notice)).one()
        standing = session.exec(select(Subscription)).one()
    assert (mail.kind, mail.email) == (NoticeKind.CONFIRM, "dora@example.org")
    assert standing.state is SubscriptionState.UNCONFIRMED


def test_who_agreed_already_needs_words_that_say_how(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()

    assert add(client, token, how="consent") == 422
    assert add(client, token, how="consent", consent="Wrote to us in May") == 303

    with db.reading(engine) as session:
        kept = session.exec(select(Consent)).one()
    assert kept.words == "Wrote to us in May"
    assert kept.evidence["by"] == "admin@example.org"


def test_who_is_on_the_list_already_is_a_click_away(
    client: TestClient, log_in: LogIn, anne: str
) -> None:
    form = {"form_token": log_in(), "email": "Anne@example.org"}

    page = client.post("/subscribers/add", data=form)

    assert page.status_code == 422
    assert f'<a href="{anne}">Anne &lt;b&gt;</a>' in page.text


@pytest.mark.usefixtures("anne")
@pytest.mark.parametrize(
    "fields", [{"email": "nobody"}, {"email": "anne@example.org"}, {"email": ""}]
)
def test_who_cannot_be_added_is_named(
    client: TestClient, log_in: LogIn, fields: dict[str, str]
) -> None:
    assert add(client, log_in(), **fields) == 422


def test_who_left_is_asked_and_not_brought_back(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    left = SubscriptionState.UNSUBSCRIBED
    with db.writing(engine) as session:
        factories.make_subscriber(session, email="dora@example.org", state=left)
    token = log_in()

    assert add(client, token, how="consent", consent="Wrote to us in May") == 422
    assert add(client, token) == 303
    assert only(engine)[1].state is left
