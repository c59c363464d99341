"""An issue on its way in a real browser: told as it happens, or asked for."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, jobs, reviews, staff
from newsletter.models import Issue, IssueState, Staff
from subscribers.clock import utcnow
from tests import factories
from tests.browser.conftest import House
from tests.browser.flaws import flaws_of
from tests.relay import Relay

pytestmark = pytest.mark.browser

READERS = 120
LOOKS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture
def leaving(sqlite_engine: Engine, house: House) -> str:
    """The page of an issue that is about to leave, to readers of two languages."""
    with db.writing(sqlite_engine) as session:
        # The one the house comes with is not what is watched.
        session.get_one(
            Issue, int(house.issue.rpartition("/")[2])
        ).state = IssueState.CANCELLED
        for number in range(READERS):
            factories.make_subscriber(session, language=("fr", "nl")[number % 2])
        issue = factories.make_issue(
            session,
            number=48,
            items=[factories.make_item(session)],
            languages=["fr", "nl"],
            state=IssueState.SCHEDULED,
            send_at=utcnow() - timedelta(seconds=5),
        )
        issue_id = issue.id
    jobs.start_due_issues(sqlite_engine, house.settings, holder="test")
    return f"/issues/{issue_id}/sending"


@pytest.fixture
def context(
    browser: Browser, house: House, sqlite_engine: Engine
) -> Iterator[BrowserContext]:
    """A browser of somebody who has logged in."""
    opened = browser.new_context(base_url=house.base_url, locale="en-GB")
    log_in(opened, house, sqlite_engine)
    yield opened
    opened.close()


def log_in(opened: BrowserContext, house: House, engine: Engine) -> None:
    with db.writing(engine) as session:
        secret = staff.open_session(session, session.exec(select(Staff)).one())
    opened.add_cookies([{"name": "session", "value": secret, "url": house.base_url}])


@contextmanager
def two_senders(engine: Engine, house: House, relay: Relay) -> Iterator[None]:
    """Let two senders work until all is done; the relay takes its time."""
    relay.delay = 0.4
    limits = {"smtp_url": relay.url, "gentle_start": 0, "connections": 4}
    settings = house.settings.model_copy(update=limits)
    senders = [
        threading.Thread(
            target=jobs.send_due,
            args=(engine, settings),
            kwargs={"stop": threading.Event()},
        )
        for _ in range(2)
    ]
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        relay.holds_at = None
        for sender in senders:
            sender.join()
    jobs.close_issues(engine)


def titles(page: Page) -> list[str]:
    """Return every title the window had."""
    seen: list[str] = page.evaluate("window.titles")
    return seen


def watch(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate(
        """() => {
          window.titles = [];
          new MutationObserver(() => window.titles.push(document.title))
            .observe(document.querySelector("title"), { childList: true });
        }"""
    )


def test_it_is_followed_as_it_happens_while_two_senders_work(
    context: BrowserContext,
    house: House,
    sqlite_engine: Engine,
    leaving: str,
    relay: Relay,
) -> None:
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text))
    watch(page, leaving)
    page.click("summary:has-text('Stop…')")
    # What can be stopped is gone with the last letter, so that one must not come yet.
    relay.holds_at = 20

    with two_senders(sqlite_engine, house, relay):
        expect(page.locator("h1")).to_contain_text("20 of 122")
        opened = page.locator("#stop").evaluate("stop => stop.open")

    expect(page.locator("h1")).to_have_text("Sent. 122 of 122 were accepted.")
    assert opened, "what somebody opened stays open"
    assert any("%" in title for title in titles(page)), "the window counts"
    assert all("No 48" in title for title in titles(page))
    assert page.locator("#milestone").inner_text() != ""
    assert page.locator("[data-copies]:visible").count() == 1
    assert page.get_by_role("progressbar", name="French").get_attribute(
        "aria-valuetext"
    ) == ("61 of 61")
    assert set(Counter(mail.recipient for mail in relay.messages).values()) == {1}
    assert errors == []


def test_where_no_stream_comes_through_the_page_asks(
    context: BrowserContext,
    house: House,
    sqlite_engine: Engine,
    leaving: str,
    relay: Relay,
) -> None:
    page = context.new_page()
    page.route("**/events", lambda route: route.abort())
    watch(page, leaving)

    with two_senders(sqlite_engine, house, relay):
        pass

    done = page.get_by_text("Sent. 122 of 122 were accepted.")
    expect(done.first).to_be_visible(timeout=12_000)
    assert titles(page), "nothing was reloaded"


def test_without_a_script_the_page_fetches_itself(
    browser: Browser,
    house: House,
    sqlite_engine: Engine,
    leaving: str,
) -> None:
    opened = browser.new_context(
        base_url=house.base_url, locale="en-GB", java_script_enabled=False
    )
    log_in(opened, house, sqlite_engine)
    page = opened.new_page()
    page.goto(leaving)
    with db.writing(sqlite_engine) as session:
        issue = session.get_one(Issue, int(leaving.split("/")[2]))
        issue.state, issue.finished_at = IssueState.CANCELLED, utcnow()

    expect(page.locator("h1")).to_contain_text("Stopped.", timeout=10_000)

    opened.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_are_accessible_and_fit(
    browser: Browser,
    house: House,
    sqlite_engine: Engine,
    leaving: str,
    width: int,
    scheme: str,
) -> None:
    with db.writing(sqlite_engine) as session:
        admin = session.exec(select(Staff)).one()
        draft = factories.make_issue(session, items=[factories.make_item(session)])
        now = utcnow()
        secret = reviews.invite(session, draft, name="Karim", by=admin, now=now)
        done = session.get_one(Issue, int(house.issue.rpartition("/")[2]))
        done.state, done.finished_at = IssueState.SENT, now
        draft_id = draft.id
    jobs.count_growth(sqlite_engine)
    opened = browser.new_context(
        base_url=house.base_url,
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="de-DE",
    )
    log_in(opened, house, sqlite_engine)
    page = opened.new_page()
    flaws = {}

    for address in (
        leaving,
        f"{house.issue}/sending",
        "/results",
        f"/issues/{draft_id}/reviewers",
        f"/r/{secret}",
    ):
        page.goto(address)
        page.wait_for_timeout(400)
        flaws[address] = flaws_of(page)

    opened.close()
    assert {address: found for address, found in flaws.items() if found} == {}
