"""The page of what came back: who sees what, and lifting."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import bounces, db
from newsletter.bounces import Event, Failure, Kind
from newsletter.config import INTERFACE_LANGUAGES
from newsletter.models import Bounce, Delivery, DeliveryState, Issue, IssueState, Role
from subscribers import addresses, suppressions
from subscribers.clock import utcnow
from subscribers.models import SuppressionReason
from tests import factories
from tests.newsletter.bounces.sent import mailbox_of, sent_to
from tests.web.conftest import LogIn, dump, said

HOSTILE = "550 5.1.1 <script>alert(1)</script> \"'>&"
MAY_LIFT = {Role.ADMIN, Role.EDITOR}


def came_back(
    engine: Engine, email: str = "anne@example.org", kind: Kind = Kind.BOUNCE
) -> int:
    """Let a letter come back; return the number of its report."""
    with db.writing(engine) as session:
        reader = factories.make_subscriber(session, email=email)
        delivery = sent_to(session, reader)
        session.get_one(Issue, delivery.issue_id).started_at = utcnow()
        is_bounce = kind is Kind.BOUNCE
        event = Event(
            kind,
            source="mail",
            key=email,
            places=[mailbox_of(session, delivery)],
            received_at=utcnow(),
            failure=Failure.HARD if is_bounce else None,
            diagnostic=HOSTILE,
            evidence=f"To: {email}\n{HOSTILE}",
        )
        bounces.take(session, factories.KEYS, event, now=utcnow())
        found = session.exec(select(Bounce).where(Bounce.delivery_id == delivery.id))
        return found.one().id or 0


def reason(engine: Engine, email: str = "anne@example.org") -> SuppressionReason | None:
    with db.reading(engine) as session:
        address = addresses.normalise(email)
        return suppressions.reason(session, factories.KEYS, address)


def test_a_stranger_sees_nothing(client: TestClient) -> None:
    assert client.get("/returns").headers["location"] == "/login?next=%2Freturns"


@pytest.mark.parametrize("role", list(Role))
def test_words_and_addresses_are_for_those_who_can_act(
    client: TestClient, engine: Engine, log_in: LogIn, role: Role
) -> None:
    came_back(engine)
    log_in(role)

    page = client.get("/returns")

    assert page.status_code == 200
    assert ("anne@example.org" in page.text) is (role in MAY_LIFT)
    assert ("/lift" in page.text) is (role in MAY_LIFT)
    assert page.headers["Cache-Control"] == "no-store"


def test_hostile_words_are_shown_as_words(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    came_back(engine)
    log_in()

    page = client.get("/returns").text

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_it_speaks_every_language(
    client: TestClient, engine: Engine, log_in: LogIn, language: str
) -> None:
    came_back(engine)
    log_in()

    page = client.get(f"/returns?in={language}").text

    for words in ("What came back", "no such mailbox", "over the limit", "Lift…"):
        assert said(language, words) in page


def test_an_editor_lifts_a_failure_under_their_name(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    number = came_back(engine)
    token = log_in(Role.EDITOR)

    answer = client.post(f"/returns/{number}/lift", data={"form_token": token})

    assert (answer.status_code, reason(engine)) == (303, None)
    with db.reading(engine) as session:
        assert session.exec(select(Bounce)).one().lifted_by == "editor@example.org"
    page = client.get("/returns?in=en").text
    assert "lifted by editor@example.org" in page
    assert "/lift" not in page


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_a_complaint_is_never_lifted(
    client: TestClient, engine: Engine, log_in: LogIn, language: str
) -> None:
    number = came_back(engine, kind=Kind.COMPLAINT)
    token = log_in()

    answer = client.post(
        f"/returns/{number}/lift?in={language}", data={"form_token": token}
    )

    assert answer.status_code == 409
    assert "/lift" not in client.get("/returns").text
    refusal = (
        "Whoever calls a letter spam gets none any more. Only they can come back, by "
        "subscribing again."
    )
    assert said(language, refusal) in answer.text
    assert reason(engine) is SuppressionReason.COMPLAINT


@pytest.mark.parametrize(
    ("role", "token", "status"),
    [
        (Role.TRANSLATOR, None, 403),
        (Role.VIEWER, None, 403),
        (Role.EDITOR, "forged", 403),
    ],
)
def test_nobody_else_lifts(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    role: Role,
    token: str | None,
    status: int,
) -> None:
    number = came_back(engine)
    own = log_in(role)
    before = dump(engine)["bounce"]

    answer = client.post(f"/returns/{number}/lift", data={"form_token": token or own})

    assert answer.status_code == status
    assert dump(engine)["bounce"] == before
    assert reason(engine) is SuppressionReason.HARD_BOUNCE


@pytest.mark.parametrize("number", ["999", "0", "-1", "99999999999999999999"])
def test_a_report_that_does_not_exist_is_not_found(
    client: TestClient, log_in: LogIn, number: str
) -> None:
    token = log_in()

    answer = client.post(f"/returns/{number}/lift", data={"form_token": token})

    assert answer.status_code == 404
    assert client.get(f"/returns?issue={number}&before={number}").status_code == 200


def test_older_reports_are_a_page_further(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        session.add_all(
            Bounce(
                key=str(number),
                source="mail",
                kind="bounce",
                failure="soft",
                diagnostic=f"report {number:03}",
            )
            for number in range(120)
        )
    log_in()

    shown, url = [], "/returns"
    while url:
        page = client.get(url).text
        shown += re.findall(r"report \d{3}", page)
        link = re.search(r'href="(/returns\?before=\d+)"', page)
        url = link[1] if link else ""

    assert shown == [f"report {number:03}" for number in reversed(range(120))]


def test_the_gauges_say_in_words_how_mail_is_taken(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        issue = factories.make_issue(
            session, state=IssueState.SENT, started_at=utcnow()
        )
        sent = [
            factories.make_delivery(session, issue=issue, state=DeliveryState.ACCEPTED)
            for _ in range(50)
        ]
        session.add(_report(sent[0], "complaint", ""))
        session.add(_report(sent[1], "bounce", "hard"))
    log_in()

    page = client.get("/returns?in=en").text

    row = page.partition("<bdi>news.example.org</bdi>")[2].partition("</tr>")[0]
    text = re.sub(r"<[^>]+>|\s+", " ", row)
    assert "50 1 2% ✕ over the limit 1 1.96% ✓ within the limits" in " ".join(
        text.split()
    )


def _report(delivery: Delivery, kind: str, failure: str) -> Bounce:
    return Bounce(
        key=f"{kind} {delivery.id}",
        source="mail",
        kind=kind,
        failure=failure,
        delivery_id=delivery.id,
        issue_id=delivery.issue_id,
        language="fr",
        domain="orange.fr",
    )


def test_the_page_of_an_issue_counts_by_language_and_domain(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        issue = factories.make_issue(session, state=IssueState.SENT)
        sent = [factories.make_delivery(session, issue=issue) for _ in range(3)]
        issue.total, issue.started_at = len(sent), utcnow()
        session.add_all(_report(each, "bounce", "hard") for each in sent)
        session.add(_report(sent[0], "complaint", ""))
    log_in()

    page = client.get(f"/issues/{issue.id}/sending?in=en").text

    table = page.partition('id="by-language"')[2].partition("</table>")[0]
    cells = re.findall(r'<td class="end"[^>]*>(?:<b>)?(\d+)', table)
    assert cells == ["1", "3", "1", "3"]  # French, and together: spam, no such mailbox
    assert "<bdi>orange.fr</bdi>" in page
    assert "called it spam" in page


def test_an_issue_of_which_nothing_came_back_says_nothing_about_it(
    client: TestClient, engine: Engine, log_in: LogIn
) -> None:
    with db.writing(engine) as session:
        issue_id = factories.make_issue(session).id
    log_in()

    assert 'id="returned"' not in client.get(f"/issues/{issue_id}").text
