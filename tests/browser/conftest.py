"""A real browser at a real server, with a letter that has left."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    expect,
    sync_playwright,
)
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import config, db, editions, staff
from newsletter.app import create_app
from newsletter.models import Issue, IssueState, ItemType, Role
from newsletter.web import sessions
from subscribers.clock import utcnow
from subscribers.tokens import Purpose
from tests import factories

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "correct horse battery"
# Milliseconds that anything may take before it counts as not coming: what a busy
# machine needs. Whatever waits goes on as soon as it is there.
PATIENCE = 60_000
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=PATIENCE)


# Of this package alone: while it lives, no other test can run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else playwright's own; without one, nothing is tested."""
    own = CHROMIUM if CHROMIUM.exists() else None
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=own, args=_ARGUMENTS)
        except Error:
            pytest.skip("left out, for lack of a Chromium browser")
        yield launched
        launched.close()


@contextmanager
def window(browser: Browser, house: "House", **looks: Any) -> Iterator[Page]:
    """Open a window of somebody who has not been here, for the block."""
    context = browser.new_context(base_url=house.base_url, **looks)
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


@contextmanager
def desk_of(browser: Browser, house: "House", **looks: Any) -> Iterator[Page]:
    """Open a window of the admin, who has logged in, for the block."""
    with window(browser, house, **looks) as page:
        house.let_in(page.context)
        yield page


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Look again, while the page goes on, until something holds."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < deadline, page.inner_text("body")
        page.wait_for_timeout(50)


@dataclass(frozen=True)
class House:
    """A running site, and where its pages are."""

    base_url: str
    pages: dict[str, str]
    issue: str
    settings: config.Settings
    secret: str = ""  # of an admin who has logged in

    def let_in(self, context: BrowserContext) -> None:
        """Make a browser that of the admin, without the form and what it costs."""
        name = sessions.cookie_name(self.settings)
        context.add_cookies(
            [{"name": name, "value": self.secret, "url": self.base_url}]
        )


@pytest.fixture
def house(sqlite_engine: Engine, tmp_path: Path) -> Iterator[House]:
    """A site with one letter on its way, one reader of French, one admin."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{door.getsockname()[1]}"
        settings = config.load(
            data_dir=tmp_path / "data",
            base_url=base_url,
            secret_keys=factories.SECRETS,
            check_domains=False,
        )
        made = _furnish(sqlite_engine, settings)
        with _serving(create_app(settings, sqlite_engine, clock=False), door):
            yield made


@contextmanager
def _serving(app: FastAPI, door: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False)
    )
    thread = threading.Thread(target=server.run, args=([door],), daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive(), "the site does not start"
        assert time.monotonic() < until, "the site does not start"
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _furnish(engine: Engine, settings: config.Settings) -> House:
    with db.writing(engine) as session:
        anne = factories.make_subscriber(
            session, email="anne@example.org", language="fr"
        )
        gone = factories.make_subscriber(session, language="nl")
        admin = staff.add(
            session, "admin@example.org", role=Role.ADMIN, password=PASSWORD, name="Léa"
        )
        issue = _letter(session)
        editions.freeze(session, issue, settings, now=utcnow())
        issue.state, issue.started_at, issue.total = IssueState.SENDING, utcnow(), 2
        for reader in (anne, gone):
            factories.make_delivery(session, issue=issue, subscriber=reader)
        handle = factories.subscription_of(session, anne).handle
        sign = settings.keys.sign
        pages = {
            "leave": f"/u/{sign(Purpose.UNSUBSCRIBE, handle)}",
            "choose": f"/p/{sign(Purpose.PREFERENCES, handle)}",
            "read": f"/l/{sign(Purpose.READ, handle, issue.handle)}/nl",
            "no edition": f"/l/{sign(Purpose.READ, handle, issue.handle)}/en",
            "nobody": f"/u/{sign(Purpose.UNSUBSCRIBE, 'a' * 16)}",
            "broken": "/u/broken",
            "letter": "/fr/le-pont",
            "archive": "/fr/",
            "search": "/fr/search?q=pont",
            "nothing found": "/fr/search?q=crocodile",
            "subscribe": "/de/subscribe",
            "nowhere": "/nowhere",
            "login": "/login",
        }
        secret = staff.open_session(session, admin)
        return House(settings.base_url, pages, f"/issues/{issue.id}", settings, secret)


def _letter(session: Session) -> Issue:
    story = factories.make_item(
        session,
        texts={"fr": {"title": "Le pont est ouvert"}, "nl": {"title": "De brug"}},
    )
    event = factories.make_item(
        session,
        texts={"fr": {"title": "La fête"}, "de": {"title": "Das Fest"}},
        type=ItemType.EVENT,
        starts_at=utcnow(),
        place="Rue du Pont 1",
    )
    return factories.make_issue(
        session, items=[story, event], languages=("fr", "nl", "de"), slug="le-pont"
    )
