"""Reviewers without an account: what their link opens, and what comes of it."""

import re
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, notices, reviews
from newsletter.config import INTERFACE_LANGUAGES, Settings
from newsletter.errors import BadReview
from newsletter.models import (
    Action,
    AuditEntry,
    Comment,
    Guest,
    Issue,
    IssueState,
    Item,
    Notice,
    NoticeKind,
    Role,
    Staff,
    Verdict,
)
from subscribers.clock import utcnow
from tests import factories
from tests.web.conftest import LogIn, dump

EN = {"Accept-Language": "en"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """None of it depends on the kind of database."""
    return _sqlite_url


@pytest.fixture
def issue_id(engine: Engine) -> int:
    with db.writing(engine) as session:
        item = factories.make_item(session, texts={"fr": {"title": "Le pont"}})
        return factories.make_issue(session, items=[item]).id or 0


@pytest.fixture
def link(client: TestClient, log_in: LogIn, issue_id: int) -> str:
    """The address of a link that an editor made; the client is nobody's any more."""
    form = {"form_token": log_in(Role.EDITOR), "name": "Karim & co"}
    page = client.post(f"/issues/{issue_id}/reviewers", data=form, headers=EN).text
    client.cookies.clear()
    found = re.search(r"/r/[\w-]+", page)
    assert found
    return found[0]


def the(session: Session, table: type[Guest]) -> Guest:
    return session.exec(select(table)).one()


def test_a_reviewer_reads_every_language_without_an_account(
    client: TestClient, link: str
) -> None:
    page = client.get(link, headers=EN)
    letter = client.get(f"{link}/letter/fr")

    assert "asks you, Karim &amp; co, to look at it" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "Le pont" in letter.text
    assert "sandbox" in letter.headers["content-security-policy"]
    assert f"{link}/letter/nl" in letter.text
    assert "/issues/" not in letter.text


def test_looking_changes_nothing(client: TestClient, engine: Engine, link: str) -> None:
    before = dump(engine)

    for path in (link, f"{link}?show=nl&width=desktop", f"{link}/letter/fr"):
        client.get(path)

    assert dump(engine) == before


def test_the_secret_is_nowhere_in_the_database(engine: Engine, link: str) -> None:
    assert link.removeprefix("/r/") not in repr(dump(engine))


def test_a_comment_reaches_staff_as_text(
    client: TestClient, engine: Engine, log_in: LogIn, link: str, issue_id: int
) -> None:
    with db.reading(engine) as session:
        item_id = session.exec(select(Item.id)).one()
    words = {"words": HOSTILE, "item": str(item_id), "language": "fr"}

    answer = client.post(f"{link}/comments", data=words)

    token = log_in(Role.ADMIN)
    page = client.get(f"/issues/{issue_id}/reviewers", headers=EN).text
    with db.reading(engine) as session:
        said = session.exec(select(Comment)).one()
    client.post(
        f"/issues/{issue_id}/remarks/{said.id}/settle", data={"form_token": token}
    )
    settled = client.get(f"/issues/{issue_id}/reviewers", headers=EN).text
    assert answer.status_code == 303
    assert "One comment to settle" in page
    assert "<script>alert" not in page
    assert "about “Le pont”" in page
    assert "No comment waits" in settled


@pytest.mark.parametrize("item", ["999", "x", "-1", "9" * 30, "¹"])
def test_a_comment_about_a_foreign_item_is_about_the_issue(
    client: TestClient, engine: Engine, link: str, item: str
) -> None:
    client.post(
        f"{link}/comments", data={"words": "Bon", "item": item, "language": "xx"}
    )

    with db.reading(engine) as session:
        said = session.exec(select(Comment)).one()
    assert (said.item_id, said.language) == (None, "")


def test_nothing_said_is_no_comment_and_says_so(client: TestClient, link: str) -> None:
    answer = client.post(f"{link}/comments", data={"words": "  "}, headers=EN)

    assert answer.status_code == 422
    assert "Write what you want to say." in answer.text


def test_a_verdict_is_told_by_mail_once_to_whoever_made_the_link(
    client: TestClient, engine: Engine, settings: Settings, link: str
) -> None:
    for _ in range(2):
        client.post(f"{link}/verdict", data={"verdict": Verdict.NOT_YET.value})

    with db.writing(engine) as session:
        notice = session.exec(select(Notice)).one()
        mail = notices.compose(session, notice, settings, now=utcnow()).raw.decode()
    assert notice.kind is NoticeKind.REVIEW
    assert notice.email == "editor@example.org"
    assert "/reviewers" in mail


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_the_mail_speaks_the_language_of_its_reader(
    engine: Engine, settings: Settings, issue_id: int, language: str
) -> None:
    with db.writing(engine) as session:
        person = Staff(
            email="lea@example.org",
            email_key="lea@example.org",
            role=Role.EDITOR,
            password_hash="-",
            language=language,
        )
        session.add(person)
        session.flush()
        issue = session.get_one(Issue, issue_id)
        secret = reviews.invite(session, issue, name="K", by=person, now=utcnow())
        found = reviews.find(session, secret, now=utcnow())
        assert found
        reviews.judge(session, found[0], Verdict.FINE, now=utcnow())
        notice = session.exec(select(Notice)).one()

        mail = notices.compose(session, notice, settings, now=utcnow()).raw.decode()

    assert f"Content-Language: {language}" in mail


@pytest.mark.parametrize("way", ["left", "expired", "ended"])
def test_a_link_ends(
    client: TestClient,
    engine: Engine,
    log_in: LogIn,
    link: str,
    issue_id: int,
    way: str,
) -> None:
    later = utcnow()
    if way == "left":
        with db.writing(engine) as session:
            issue = session.get_one(Issue, issue_id)
            issue.state, issue.total = IssueState.SENDING, 0
    elif way == "ended":
        form = {"form_token": log_in()}
        with db.reading(engine) as session:
            guest_id = the(session, Guest).id
        client.post(f"/issues/{issue_id}/reviewers/{guest_id}/end", data=form)
    else:
        later += reviews.LASTS + timedelta(minutes=1)

    with time_machine.travel(later, tick=False):
        answers = [
            client.get(link, headers=EN),
            client.get(f"{link}/letter/fr"),
            client.post(f"{link}/comments", data={"words": "Bon"}),
            client.post(f"{link}/verdict", data={"verdict": "fine"}),
        ]

    assert [each.status_code for each in answers] == [404] * 4
    assert "This link opens nothing any more" in answers[0].text
    with db.reading(engine) as session:
        assert session.exec(select(Comment)).all() == []


@pytest.mark.usefixtures("link")
def test_links_are_kept_in_the_log_of_what_was_done(
    engine: Engine, issue_id: int
) -> None:
    with db.reading(engine) as session:
        entry = session.exec(select(AuditEntry)).one()

    assert (entry.action, entry.issue_id, entry.subject) == (
        Action.MADE_LINK,
        issue_id,
        "Karim & co",
    )


def test_another_issues_links_and_comments_are_not_there(
    client: TestClient, engine: Engine, log_in: LogIn, link: str
) -> None:
    client.post(f"{link}/comments", data={"words": "Bon"})
    with db.writing(engine) as session:
        other = factories.make_issue(session).id
        guest_id = the(session, Guest).id
    form = {"form_token": log_in()}

    answers = [
        client.post(f"/issues/{other}/reviewers/{guest_id}/end", data=form),
        client.post(f"/issues/{other}/remarks/1/settle", data=form),
    ]

    assert [each.status_code for each in answers] == [404, 404]


def test_an_issue_that_has_left_needs_no_reviewers(
    engine: Engine, issue_id: int
) -> None:
    with db.writing(engine) as session:
        issue = session.get_one(Issue, issue_id)
        issue.state, issue.total = IssueState.SENT, 0
        person = Staff(
            email="a@example.org", email_key="a", role=Role.ADMIN, password_hash="-"
        )

        with pytest.raises(BadReview):
            reviews.invite(session, issue, name="K", by=person, now=utcnow())
