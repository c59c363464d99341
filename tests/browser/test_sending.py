"""An issue on its way in a real browser: told as it happens, or asked for."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, jobs, reviews
from newsletter.models import Issue, IssueState, Staff
from subscribers.clock import utcnow
from tests import factories
from tests.browser.conftest import House, desk_of
from tests.browser.flaws import flaws_in
from tests.relay import Relay

pytestmark = pytest.mark.browser

READERS = 120


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
def page(browser: Browser, house: House) -> Iterator[Page]:
    """A window of somebody who has logged in."""
    with desk_of(browser, house, locale="en-GB") as page:
        yield page


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
    page: Page,
    house: House,
    sqlite_engine: Engine,
    leaving: str,
    relay: Relay,
) -> None:
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
    page: Page,
    house: House,
    sqlite_engine: Engine,
    leaving: str,
    relay: Relay,
) -> None:
    page.route("**/events", lambda route: route.abort())
    watch(page, leaving)

    with two_senders(sqlite_engine, house, relay):
        pass

    done = page.get_by_text("Sent. 122 of 122 were accepted.")
    expect(done.first).to_be_visible()
    assert titles(page), "nothing was reloaded"


def test_without_a_script_the_page_fetches_itself(
    browser: Browser,
    house: House,
    sqlite_engine: Engine,
    leaving: str,
) -> None:
    looks = {"locale": "en-GB", "java_script_enabled": False}
    with desk_of(browser, house, **looks) as page:
        page.goto(leaving)
        with db.writing(sqlite_engine) as session:
            issue = session.get_one(Issue, int(leaving.split("/")[2]))
            issue.state, issue.finished_at = IssueState.CANCELLED, utcnow()

        expect(page.locator("h1")).to_contain_text("Stopped.")


def test_the_pages_are_accessible_and_fit(
    browser: Browser,
    house: House,
    sqlite_engine: Engine,
    leaving: str,
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
    flaws = {}

    with desk_of(browser, house, locale="de-DE") as page:
        for address in (
            leaving,
            f"{house.issue}/sending",
            "/results",
            f"/issues/{draft_id}/reviewers",
            f"/r/{secret}",
        ):
            page.goto(address)
            flaws[address] = flaws_in(page)

    assert {address: found for address, found in flaws.items() if found} == {}
