"""The page that checks an issue: what it says, where it leads, what it decides."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db, editions
from newsletter.editions import CellState
from newsletter.models import (
    Action,
    AuditEntry,
    Edition,
    Issue,
    IssueState,
    ItemType,
    Notice,
    Role,
)
from subscribers.clock import utcnow
from subscribers.models import SubscriptionState
from tests import factories
from tests.web.conftest import LogIn, said

ENGLISH = {"Accept-Language": "en"}
FRAGMENT = {**ENGLISH, "HX-Request": "true"}


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """The page does not depend on the kind of database; who gets it is tested below."""
    return _sqlite_url


@pytest.fixture
def draft(engine: Engine) -> int:
    """An issue with one gap, an event that is over, and no English subject."""
    with db.writing(engine) as session:
        for language in ("fr", "fr", "nl", "en"):
            factories.make_subscriber(session, language=language)
        texts = {tag: {"title": f"Titre {tag}"} for tag in ("fr", "nl", "en")}
        story = factories.make_item(session, texts=texts)
        gap = factories.make_item(
            session, texts={"fr": {"title": "Vidéo"}, "en": {"title": "Video"}}
        )
        over = factories.make_item(
            session,
            texts=texts,
            type=ItemType.EVENT,
            starts_at=utcnow() - timedelta(days=2),
        )
        issue = factories.make_issue(
            session,
            items=[story, gap, over],
            languages=("fr", "nl", "en"),
            title="<Pont>",
        )
        edition_of(session, issue, "en").subject = ""
        return issue.id or 0


@pytest.fixture
def ready(engine: Engine) -> int:
    """An issue in whose way nothing stands, for twelve readers."""
    with db.writing(engine) as session:
        for number in range(12):
            factories.make_subscriber(session, language="fr" if number else "nl")
        texts = {tag: {"title": f"Titre {tag}"} for tag in ("fr", "nl")}
        item = factories.make_item(session, texts=texts)
        issue = factories.make_issue(
            session,
            items=[item],
            languages=("fr", "nl"),
            title="Le <pont>",
            timezone="Europe/Brussels",
        )
        return issue.id or 0


def edition_of(session: Session, issue: Issue, language: str) -> Edition:
    query = select(Edition).where(Edition.issue_id == issue.id)
    return session.exec(query.where(Edition.language == language)).one()


def find(engine: Engine, issue_id: int) -> Issue:
    with db.reading(engine) as session:
        return session.get_one(Issue, issue_id)


def actions(engine: Engine) -> list[Action]:
    with db.reading(engine) as session:
        query = select(AuditEntry).order_by(col(AuditEntry.id))
        return [entry.action for entry in session.exec(query)]


def findings(client: TestClient, issue_id: int) -> str:
    return client.get(f"/issues/{issue_id}/check/findings", headers=FRAGMENT).text


def ask(client: TestClient, issue_id: int, **query: str) -> Response:
    return client.get(f"/issues/{issue_id}/send", params=query, headers=FRAGMENT)


def test_the_page_comes_before_its_checks(
    client: TestClient, log_in: LogIn, draft: int
) -> None:
    log_in()

    page = client.get(f"/issues/{draft}/check", headers=ENGLISH).text
    checked = findings(client, draft)
    again = client.get(f"/issues/{draft}/check", headers=ENGLISH).text

    assert "Checking this issue…" in page
    assert f'hx-get="/issues/{draft}/check/findings" hx-trigger="load' in page
    assert f'content="0; url=/issues/{draft}/check?all=1' in page
    assert "<title>2 things to fix before this can go out · &lt;Pont&gt;" in checked
    # From then on the page begins with what is known.
    assert "2 things to fix before this can go out</h1>" in again


def test_each_finding_leads_to_its_field(
    client: TestClient, log_in: LogIn, draft: int
) -> None:
    log_in()

    page = findings(client, draft)

    assert f'href="/issues/{draft}/i/lines/en#subject" data-mends>Write it' in page
    assert re.search(r'href="/desk/items/\d+#date">Edit the date', page)
    assert 'aria-describedby="state">Send to 4 people' in page


def test_a_translator_is_led_to_their_own_language_only(
    client: TestClient, log_in: LogIn, draft: int
) -> None:
    log_in(Role.TRANSLATOR)

    page = findings(client, draft)

    assert "/i/lines/en#subject" not in page
    assert "/check/decide" not in page


@pytest.mark.parametrize(
    ("do", "state"),
    [("show", CellState.SHOWN), ("out", CellState.LEFT_OUT)],
)
def test_a_gap_is_decided_from_where_it_was_found(
    client: TestClient, engine: Engine, log_in: LogIn, draft: int, do: str, state: str
) -> None:
    token = log_in(Role.EDITOR)
    page = findings(client, draft)
    item = re.search(r'name="item" value="(\d+)"', page)
    assert item
    assert "Show FR" in page

    form = {"language": "nl", "item": item[1], "show": "fr", "do": do}
    answer = client.post(
        f"/issues/{draft}/check/decide",
        data={**form, "form_token": token},
        headers=FRAGMENT,
    )

    assert (answer.status_code, answer.headers["hx-trigger"]) == (204, "recheck")
    with db.reading(engine) as session:
        rows = editions.coverage(session, session.get_one(Issue, draft)).rows
    assert [row.cell("nl").state for row in rows][1] == state
    assert "/check/decide" not in findings(client, draft)


def test_a_segment_is_chosen_and_counted(
    client: TestClient, engine: Engine, log_in: LogIn, ready: int
) -> None:
    with db.writing(engine) as session:
        dutch = factories.make_segment(session, name="Dutch", rule="language=nl").id
    token = log_in(Role.EDITOR)

    client.post(
        f"/issues/{ready}/segment", data={"form_token": token, "segment": str(dutch)}
    )

    assert find(engine, ready).segment_id == dutch
    assert "Send to one person" in findings(client, ready)


def test_the_last_sentence_says_who_when_and_who_not(
    client: TestClient, engine: Engine, log_in: LogIn, ready: int
) -> None:
    with db.writing(engine) as session:
        until = utcnow() + timedelta(days=9)
        paused = SubscriptionState.PAUSED
        factories.make_subscriber(session, state=paused, paused_until=until)
    log_in(Role.EDITOR)

    page = ask(client, ready, when="2027-07-04T07:00+00:00", browser="Asia/Tokyo").text

    assert (
        "On <b>Sunday, 4\u00a0July 2027, 09:00</b>, Brussels time (CEST, UTC+2), "
        "<i>Le &lt;pont&gt;</i> goes to <b>12 people</b>: 11 in French and 1 in Dutch."
    ) in page
    assert "One person is paused and gets nothing." in page
    assert "in Tokyo, that is Sunday, 4\u00a0July 2027, 16:00." in page
    assert "That day is a Sunday." in page
    assert f'action="/issues/{ready}/schedule"' in page


@pytest.mark.parametrize(
    ("day", "time", "words"),
    [
        ("2027-03-28", "02:30", "does not exist in Brussels"),
        ("2020-01-01", "09:00", "That time has passed."),
        ("2090-01-01", "09:00", "more than two years away"),
        ("", "", "Say on which day"),
        ("2027-13-45", "99:99", "Say on which day"),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words(
    client: TestClient, log_in: LogIn, ready: int, day: str, time: str, words: str
) -> None:
    log_in(Role.EDITOR)

    answer = ask(client, ready, when="pick", day=day, time=time)

    assert answer.status_code == 422
    assert words in answer.text


def test_the_hour_that_comes_twice_is_asked_about(
    client: TestClient, log_in: LogIn, ready: int
) -> None:
    log_in(Role.EDITOR)

    page = ask(client, ready, when="pick", day="2027-10-31", time="02:30").text
    early, late = re.findall(r'name="when" value="([^"]+)"', page)
    meant = ask(client, ready, when=late.replace("&#43;", "+")).text

    assert "Which one do you mean?" in page
    assert (early[:16], late[:16]) == ("2027-10-31T00:30", "2027-10-31T01:30")
    assert "02:30</b>, Brussels time (CET, UTC+1)" in meant


def test_it_is_scheduled_moved_and_taken_back(
    client: TestClient, engine: Engine, log_in: LogIn, ready: int
) -> None:
    token = log_in(Role.EDITOR)
    first, then = (utcnow() + timedelta(days=days) for days in (2, 3))

    for at in (first, then):
        form = {"form_token": token, "at": at.isoformat(), "people": "12"}
        client.post(f"/issues/{ready}/schedule", data=form)
    planned = find(engine, ready)
    page = findings(client, ready)
    client.post(f"/issues/{ready}/undo", data={"form_token": token})

    assert (planned.state, planned.send_at) == (IssueState.SCHEDULED, then)
    assert "Take it back" in page
    assert "button main" not in page
    assert find(engine, ready).state is IssueState.DRAFT
    assert actions(engine)[-3:] == [
        Action.SCHEDULED,
        Action.SCHEDULED,
        Action.TOOK_BACK,
    ]


@pytest.mark.parametrize("verb", ["send", "schedule"])
def test_a_number_that_changed_a_lot_is_asked_about_again(
    client: TestClient, log_in: LogIn, ready: int, verb: str
) -> None:
    token = log_in(Role.EDITOR)
    at = (utcnow() + timedelta(days=2)).isoformat()
    form = {"form_token": token, "at": at, "people": "40"}

    answer = client.post(f"/issues/{ready}/{verb}", data=form, headers=ENGLISH)
    again = {**form, "people": "9"}  # three more than told: nobody asks
    accepted = client.post(f"/issues/{ready}/{verb}", data=again)

    assert answer.status_code == 422
    assert "it was 40, it is 12 now." in answer.text
    assert accepted.status_code == 303


def test_somebody_is_shown_what_they_get_and_why(
    client: TestClient, engine: Engine, log_in: LogIn, ready: int
) -> None:
    with db.writing(engine) as session:
        lea = factories.make_subscriber(session, email="lea@example.org", language="nl")
        number = lea.id
        handle = factories.subscription_of(session, lea).handle
    log_in(Role.EDITOR)
    address = f"/issues/{ready}/check/preview"

    page = client.get(address, params={"to": "Lea@example.org"}, headers=ENGLISH).text
    nobody = client.get(address, params={"to": "x@example.org"}, headers=ENGLISH).text
    broken = client.get(address, params={"to": "<b>"}, headers=ENGLISH).text
    theirs = client.get(f"/issues/{ready}/preview/nl?as={number}")

    assert "lea@example.org gets NL, because they chose it on " in page
    assert f"/preview/nl?w=390&amp;as={number}" in page
    assert "x@example.org gets nothing: nobody here has this address." in nobody
    assert "iframe" not in nobody
    assert "This is not a whole address." in broken
    assert theirs.status_code == 200
    assert 'href="https' not in theirs.text
    assert handle not in theirs.text


@pytest.mark.parametrize("role", [Role.TRANSLATOR, Role.VIEWER])
def test_who_gets_what_is_for_editors(
    client: TestClient, engine: Engine, log_in: LogIn, ready: int, role: Role
) -> None:
    with db.writing(engine) as session:
        number = factories.make_subscriber(session, email="lea@example.org").id
    log_in(role)

    page = client.get(f"/issues/{ready}/check/preview?to=lea@example.org").text
    page += client.get(f"/issues/{ready}/check/preview?as={number}").text
    theirs = client.get(f"/issues/{ready}/preview/fr?as={number}")

    assert "lea@example.org" not in page
    assert theirs.status_code == 403


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("", "@media not all", "(prefers-color-scheme"),
        ("scheme=dark", "@media all", "(prefers-color-scheme"),
        ("scheme=inverted", "invert(1)", "@media all"),
        ("images=off", "<body", "<img src"),
        ("part=text", "<pre>", "<table"),
    ],
)
def test_the_letter_is_shown_each_way_and_does_nothing(
    client: TestClient, log_in: LogIn, ready: int, query: str, there: str, gone: str
) -> None:
    log_in(Role.VIEWER)

    answer = client.get(f"/issues/{ready}/preview/fr?{query}")

    assert there in answer.text
    assert gone not in answer.text
    assert 'href="https' not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "sandbox allow-same-origin; frame-ancestors 'self'" in policy
    assert "script" not in policy


def test_a_test_goes_in_the_languages_that_were_ticked(
    client: TestClient, engine: Engine, log_in: LogIn, ready: int
) -> None:
    token = log_in(Role.TRANSLATOR)
    form = {"form_token": token, "to": "lea@example.org", "language": "nl"}

    client.post(f"/issues/{ready}/test", data=form)

    with db.reading(engine) as session:
        assert session.exec(select(Notice.language)).all() == ["nl"]
    assert actions(engine) == [Action.TESTED]


def test_what_was_held_back_says_so_until_it_is_scheduled(
    client: TestClient, engine: Engine, log_in: LogIn, ready: int
) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, ready)
        facts = {"at": "2026-11-03T08:00:00+00:00", "held": 1}
        session.add(
            AuditEntry(who="x", action=Action.TOOK_BACK, issue_id=issue.id, facts=facts)
        )
    token = log_in()

    page = client.get(f"/issues/{ready}/check", headers=ENGLISH).text
    client.post(f"/issues/{ready}/send", data={"form_token": token})
    client.post(f"/issues/{ready}/undo", data={"form_token": token})
    later = client.get(f"/issues/{ready}/check", headers=ENGLISH).text

    assert "It was to leave on 3\u00a0November 2026" in page
    assert "It was to leave" not in later


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_the_last_sentence_speaks_the_language_of_the_page(
    client: TestClient, log_in: LogIn, ready: int, language: str
) -> None:
    log_in(Role.EDITOR)

    page = client.get(f"/issues/{ready}/send", headers={"Accept-Language": language})

    assert said(language, "One last look") in page.text
    assert "<b>12 " in page.text
    assert "goes to" not in page.text
