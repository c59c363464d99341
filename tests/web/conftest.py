"""A client at the pages of a letter that has left."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from newsletter import db, editions, i18n, staff
from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.models import Issue, IssueState, ItemType, Role, Staff
from newsletter.web import sessions
from subscribers.clock import utcnow
from subscribers.models import Subscription, SubscriptionState
from subscribers.tokens import KeyRing, Purpose
from tests import factories

PASSWORD = "correct horse battery"

LogIn = Callable[..., str]


@pytest.fixture
def client(settings: Settings, engine: Engine) -> TestClient:
    """A browser that follows nothing by itself, and sees failures as pages."""
    return make_client(settings, engine)


def make_client(settings: Settings, engine: Engine) -> TestClient:
    """Return a client of a new application on this database."""
    return TestClient(
        create_app(settings, engine, clock=False),
        base_url=settings.base_url,
        follow_redirects=False,
        raise_server_exceptions=False,
    )


@dataclass(frozen=True)
class Reader:
    """A reader of French, the letter they got, and the links in it."""

    subscriber_id: int
    handle: str
    issue_id: int
    issue_handle: str
    event_id: int
    leave: str
    choose: str
    read: str  # without the language at its end


@pytest.fixture
def anne(engine: Engine, settings: Settings, keys: KeyRing) -> Reader:
    """Anne, who got a letter that exists in fr, nl and de."""
    with db.writing(engine) as session:
        reader = factories.make_subscriber(
            session, email="anne@example.org", language="fr"
        )
        story = factories.make_item(
            session, texts={"fr": {"title": "Le pont est ouvert"}}
        )
        event = factories.make_item(
            session,
            texts={"fr": {"title": "La fête"}, "nl": {"title": "Het feest"}},
            type=ItemType.EVENT,
            starts_at=utcnow(),
        )
        issue = factories.make_issue(
            session,
            items=[story, event],
            languages=("fr", "nl", "de"),
            slug="le-pont",
        )
        let_leave(session, issue, settings)
        subscription = factories.subscription_of(session, reader)
        handle = subscription.handle
        return Reader(
            reader.id or 0,
            handle,
            issue.id or 0,
            issue.handle,
            event.id or 0,
            f"/u/{keys.sign(Purpose.UNSUBSCRIBE, handle)}",
            f"/p/{keys.sign(Purpose.PREFERENCES, handle)}",
            f"/l/{keys.sign(Purpose.READ, handle, issue.handle)}",
        )


def let_leave(session: Session, issue: Issue, settings: Settings) -> None:
    """Let an issue leave: its editions are frozen, its sending has ended."""
    editions.freeze(session, issue, settings, now=utcnow())
    issue.state, issue.started_at, issue.total = IssueState.SENT, utcnow(), 0


@pytest.fixture
def log_in(client: TestClient, engine: Engine, settings: Settings) -> LogIn:
    """A function that logs the client in with a role and returns its form token."""

    def enter(role: Role = Role.ADMIN) -> str:
        address = f"{role}@example.org"
        # No password: making and checking its hash takes longer than the test.
        person = Staff(email=address, email_key=address, role=role, password_hash="-")
        with db.writing(engine) as session:
            session.add(person)
            session.flush()
            secret = staff.open_session(session, person)
        client.cookies.set(sessions.cookie_name(settings), secret)
        return token_in(client.get("/issues").text)

    return enter


def token_in(page: str) -> str:
    """Return the form token of a page."""
    return page.partition('name="form_token" value="')[2].partition('"')[0]


def state_of(engine: Engine, handle: str) -> SubscriptionState:
    """Return how a reader stands with the list."""
    with db.reading(engine) as session:
        query = select(Subscription).where(Subscription.handle == handle)
        return session.exec(query).one().state


def dump(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, to see whether anything changed."""
    with db.reading(engine) as session:
        return {
            table.name: sorted(
                (tuple(row) for row in session.execute(table.select())), key=repr
            )
            for table in SQLModel.metadata.sorted_tables
        }


def said(in_language: str, message: str, /, **values: str) -> str:
    """Return what a page in this language says for a message."""
    return i18n.translator(in_language)(message, **values)
