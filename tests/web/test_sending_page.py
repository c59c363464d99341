"""The page of an issue on its way: what it says, its stream, and its report."""

import csv
import io
import re
import threading
from collections import Counter
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, deliveries
from newsletter.config import INTERFACE_LANGUAGES, Settings
from newsletter.models import (
    Action,
    AuditEntry,
    Bounce,
    Delivery,
    DeliveryState,
    Edition,
    Issue,
    IssueState,
    Role,
    StaffSession,
)
from newsletter.web import streams
from newsletter.web.audience import MOST, Audience
from subscribers.clock import utcnow
from subscribers.models import Channel, Consent, ConsentKind
from tests import factories
from tests.newsletter.sending.sent import an_issue, run
from tests.relay import Relay
from tests.web.conftest import LogIn

EN = {"Accept-Language": "en"}
HOSTILE = "550 5.1.1 <script>alert(1)</script>"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Most of what pages say does not depend on the kind of database."""
    return _sqlite_url


@pytest.fixture
def issue_id(engine: Engine) -> int:
    """An issue on its way: five French readers and one Dutch, three have it."""
    with db.writing(engine) as session:
        issue = factories.make_issue(session, languages=("fr", "nl"))
        issue.state, issue.total = IssueState.SENDING, 6
        issue.started_at = utcnow() - timedelta(minutes=2)
        for state in ("accepted", "accepted", "accepted", "rejected", "deferred"):
            row(session, issue, DeliveryState(state))
        row(session, issue, DeliveryState.QUEUED, language="nl")
        return issue.id or 0


def row(
    session: Session, issue: Issue, state: DeliveryState, language: str = "fr"
) -> Delivery:
    reader = factories.make_subscriber(session, language=language)
    made = factories.make_delivery(session, issue=issue, subscriber=reader, state=state)
    made.dated_at, made.attempt = utcnow(), 1
    if state is DeliveryState.REJECTED:
        made.reply_code, made.reply, made.reason = 550, HOSTILE[4:], "recipient"
        session.add(
            Bounce(
                key=str(made.id),
                source="smtp",
                kind="bounce",
                failure="hard",
                delivery_id=made.id,
                issue_id=issue.id,
                language=language,
                domain="example.org",
            )
        )
    if state is DeliveryState.DEFERRED:
        made.reply_code, made.reply = 452, "4.2.2 mailbox full"
        made.reason = "temporary"
    session.add(made)
    session.flush()
    return made


def change(engine: Engine, issue_id: int, **values: object) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        for name, value in values.items():
            setattr(issue, name, value)


def test_who_was_not_reached_is_told_by_what_it_means(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    log_in()

    page = client.get(f"/issues/{issue_id}/sending", headers=EN).text

    assert "One mailbox does not exist" in page
    assert "will not be mailed again" in page
    assert "One mailbox is full, or takes no mail for now" in page
    assert "we keep trying until" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "•••@example.org" in page


def test_what_a_server_said_is_for_those_who_can_act(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    log_in(Role.VIEWER)

    page = client.get(f"/issues/{issue_id}/sending", headers=EN).text

    assert "alert(1)" not in page


@pytest.mark.parametrize("choice", ["resend", "leave"])
def test_a_person_decides_what_nobody_knows(
    client: TestClient, engine: Engine, log_in: LogIn, issue_id: int, choice: str
) -> None:
    token = log_in()
    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        unknown = row(session, issue, DeliveryState.UNKNOWN)
        unknown.due_at = None
        delivery_id = unknown.id
    asked = client.get(f"/issues/{issue_id}/sending", headers=EN).text

    client.post(
        f"/issues/{issue_id}/resolve", data={"form_token": token, "unknown": choice}
    )

    after = client.get(f"/issues/{issue_id}/sending", headers=EN).text
    with db.reading(engine) as session:
        due_at = session.get_one(Delivery, delivery_id).due_at
    assert "Nobody knows whether one reader has it" in asked
    assert "Nobody knows whether" not in after
    assert (due_at is not None) is (choice == "resend")


def test_brakes_are_kept_in_the_log_of_what_was_done(
    client: TestClient, engine: Engine, log_in: LogIn, issue_id: int
) -> None:
    form = {"form_token": log_in()}

    for brake in ("pause", "resume", "cancel"):
        client.post(f"/issues/{issue_id}/{brake}", data=form)

    with db.reading(engine) as session:
        found = session.exec(select(AuditEntry.action)).all()
    assert found == [Action.PAUSED, Action.RESUMED, Action.STOPPED]


def test_paused_it_says_that_nobody_gets_it_twice(
    client: TestClient, engine: Engine, log_in: LogIn, issue_id: int
) -> None:
    log_in()
    change(engine, issue_id, state=IssueState.PAUSED)

    page = client.get(f"/issues/{issue_id}/sending", headers=EN).text

    assert "<h1>Paused. 3 have it, 2 wait. Nobody gets it twice.</h1>" in page


def test_a_gentle_start_is_shown(
    client: TestClient, engine: Engine, log_in: LogIn, issue_id: int
) -> None:
    log_in()
    with db.writing(engine) as session:
        for edition in session.exec(select(Edition)):
            edition.trial, edition.opened_at = [1, 2], utcnow()

    page = client.get(f"/issues/{issue_id}/sending", headers=EN).text

    assert "Gentle start passed." in page
    assert "The first 25 of each language went out" in page


def test_a_script_that_asks_gets_what_changes_alone(
    client: TestClient, log_in: LogIn, issue_id: int
) -> None:
    log_in()

    page = client.get(f"/issues/{issue_id}/sending", headers={"HX-Request": "true"})

    assert "<html" not in page.text
    assert 'data-percent="66"' in page.text


def test_the_stream_tells_what_it_was_not_told_and_ends_with_the_issue(
    client: TestClient, engine: Engine, log_in: LogIn, issue_id: int
) -> None:
    log_in()
    change(engine, issue_id, state=IssueState.SENT, finished_at=utcnow())
    path = f"/issues/{issue_id}/events"

    first = client.get(path, headers=EN)
    known = first.text.partition("\nid: ")[2].partition("\n")[0]
    second = client.get(path, headers={**EN, "Last-Event-ID": known})

    assert first.headers["content-type"].startswith("text/event-stream")
    assert first.headers["x-accel-buffering"] == "no"
    assert first.text.count("event: progress\n") == 1
    assert first.text.endswith("event: done\ndata: \n\n")
    assert "event: progress" not in second.text
    assert "event: done" in second.text


def test_the_stream_ends_when_the_visitor_is_logged_out(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    issue_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log_in()
    monkeypatch.setattr(streams, "_CHECK", 1)
    begun = threading.Event()
    seat = Audience.seat

    def seated(audience: Audience) -> AbstractContextManager[None]:
        begun.set()
        return seat(audience)

    def leave() -> None:
        begun.wait(60)
        with db.writing(engine) as session:
            session.delete(session.exec(select(StaffSession)).one())

    monkeypatch.setattr(Audience, "seat", seated)
    leaving = threading.Thread(target=leave)
    leaving.start()
    told = client.get(f"/issues/{issue_id}/events").text
    leaving.join()

    assert told.endswith("event: gone\ndata: \n\n")


def test_a_quiet_line_is_kept_open_and_so_many_streams_are_enough(
    client: TestClient,
    log_in: LogIn,
    issue_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log_in()
    monkeypatch.setattr(streams, "_EVERY", 0.01)
    monkeypatch.setattr(streams, "_LONGEST", 40)
    audience: Audience = client.app.state.site.audience  # type: ignore[attr-defined]  # ours

    told = client.get(f"/issues/{issue_id}/events").text
    monkeypatch.setattr(audience, "_seats", MOST)
    refused = client.get(f"/issues/{issue_id}/events")

    assert told.count("event: progress") == 1
    assert told.count(": nothing new") == 2
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "5"


def test_when_all_is_done_the_page_is_the_report(
    client: TestClient, engine: Engine, log_in: LogIn, issue_id: int
) -> None:
    log_in()
    change(engine, issue_id, state=IssueState.SENT, finished_at=utcnow())
    with db.writing(engine) as session:
        session.add(
            Consent(
                list_id=session.get_one(Issue, issue_id).list_id,
                kind=ConsentKind.WITHDRAWN,
                channel=Channel.PAGE,
                evidence={"reason": "<i>Trop long</i>"},
            )
        )

    led = client.get(f"/issues/{issue_id}/results")
    page = client.get(led.headers["location"], headers=EN).text

    assert "Sent. 3 of 6 were accepted." in page
    assert "We do not watch who reads." in page
    assert "&lt;i&gt;Trop long&lt;/i&gt;" in page
    assert page.count("<textarea") == len(INTERFACE_LANGUAGES)
    assert "Accepted by the mail servers: 3 (50%)." in page
    assert "http-equiv" not in page


@pytest.mark.parametrize(("language", "parted"), [("fr", ";"), ("en", ",")])
def test_the_table_opens_in_the_spreadsheet_of_its_language(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    issue_id: int,
    language: str,
    parted: str,
) -> None:
    log_in()
    change(engine, issue_id, title="=HYPERLINK(1)")

    address = f"/issues/{issue_id}/results.csv"
    file = client.get(address, headers={"Accept-Language": language}).content

    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig")), delimiter=parted))
    assert file.startswith(b"\xef\xbb\xbf")
    assert [len(line) for line in rows] == [10] * 4
    assert rows[1][0] == "'=HYPERLINK(1)"
    assert rows[3][2] == "6"


@pytest.mark.parametrize("which", ["_sqlite_url", "_postgres_url"])
class TestOnBothDatabases:
    """What is asked of the database, and in its own words."""

    @pytest.fixture
    def database_url(self, request: pytest.FixtureRequest, which: str) -> str:
        url: str = request.getfixturevalue(which)
        return url

    def test_the_page_the_providers_and_the_results_are_there(
        self, client: TestClient, log_in: LogIn, issue_id: int
    ) -> None:
        log_in()

        asked = [
            client.get(f"/issues/{issue_id}/sending", headers=EN),
            client.get(f"/issues/{issue_id}/providers", headers=EN),
            client.get("/results", headers=EN),
        ]

        assert [each.status_code for each in asked] == [200] * 3
        assert "example.org" in asked[1].text

    def test_what_is_derived_is_what_is_counted(
        self, engine: Engine, issue_id: int
    ) -> None:
        with db.writing(engine) as session:
            issue = session.get_one(Issue, issue_id)
            counted = deliveries.status(session, issue)
            for edition in session.exec(
                select(Edition).where(Edition.issue_id == issue_id)
            ):
                edition.readers = counted.languages[edition.language]["total"]
            session.flush()

            derived = deliveries.status(session, issue)

        assert derived == counted

    def test_it_is_told_as_it_happens_while_two_senders_work(
        self,
        client: TestClient,
        engine: Engine,
        settings: Settings,
        log_in: LogIn,
        relay: Relay,
    ) -> None:
        log_in()
        watched = an_issue(engine, 60)
        relay.delay = 0.2
        limits = {"smtp_url": relay.url, "gentle_start": 0, "connections": 2}
        slow = settings.model_copy(update=limits)
        senders = [threading.Thread(target=run, args=(engine, slow)) for _ in range(2)]
        for sender in senders:
            sender.start()

        told = client.get(f"/issues/{watched}/events", headers=EN).text

        for sender in senders:
            sender.join()
        percents = [int(each) for each in re.findall(r'data-percent="(\d+)"', told)]
        assert percents == sorted(percents)
        assert percents[-1] == 100
        assert len(set(percents)) > 2
        assert told.endswith("event: done\ndata: \n\n")
        assert set(Counter(mail.recipient for mail in relay.messages).values()) == {1}
