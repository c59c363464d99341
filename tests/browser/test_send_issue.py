"""“Send now” and “Undo” in a real browser, with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from newsletter import db, relays
from newsletter.models import Issue, IssueState
from newsletter.relays import Statement
from tests import factories
from tests.browser.conftest import House, desk_of, until
from tests.browser.flaws import flaws_in

pytestmark = pytest.mark.browser

LOOKS = [(1280, "light"), (390, "dark"), (320, "light")]


@pytest.fixture
def draft(sqlite_engine: Engine) -> str:
    """The address of a draft that a limit spreads over two days."""
    with db.writing(sqlite_engine) as session:
        relays.state(session, "main", Statement(figures={"per_day": 1}))
        item = factories.make_item(session)
        issue = factories.make_issue(session, items=[item], languages=["fr", "nl"])
        return f"/issues/{issue.id}"


@pytest.fixture(params=[True, False], ids=["scripts", "plain"])
def page(
    request: pytest.FixtureRequest, browser: Browser, house: House
) -> Iterator[Page]:
    """A page of the admin whose browser runs scripts, or none."""
    looks = {"java_script_enabled": request.param, "locale": "de-DE"}
    with desk_of(browser, house, **looks) as page:
        yield page


def press_send(page: Page, draft: str) -> None:
    """Say that it leaves now: in the dialog, or on the page of its own."""
    page.goto(f"{draft}/check")
    # Without a script the page fetches itself again, with every check.
    page.locator("#leave button.main").filter(has_text="Personen").click()
    page.click(f"form[action='{draft}/send'][method=post] button")


def state_of(engine: Engine, draft: str) -> IssueState:
    with db.reading(engine) as session:
        return session.get_one(Issue, int(draft.rpartition("/")[2])).state


def test_what_was_sent_is_taken_back(
    page: Page, draft: str, sqlite_engine: Engine
) -> None:
    press_send(page, draft)
    sent = state_of(sqlite_engine, draft)
    page.click(f"form[action='{draft}/undo'] button")
    page.wait_for_selector("#who")

    assert sent is IssueState.SCHEDULED
    assert state_of(sqlite_engine, draft) is IssueState.DRAFT


def test_the_seconds_go_by(page: Page, draft: str) -> None:
    press_send(page, draft)
    clock = page.locator("[data-leaves-in]")
    first = int(clock.inner_text())

    # The script counts every second; without it, the page fetches itself after five.
    until(page, lambda: int(clock.inner_text()) < first)

    assert 20 < first <= 60


def test_before_and_during_the_grace_the_page_is_accessible_and_fits(
    browser: Browser, house: House, draft: str
) -> None:
    with desk_of(browser, house, locale="de-DE") as page:
        page.goto(f"{draft}/check")
        page.locator("#leave button.main").filter(has_text="Personen").click()
        page.wait_for_selector("#last[open]")

        before = flaws_in(page, LOOKS)
        page.click(f"form[action='{draft}/send'][method=post] button")
        page.goto(f"{draft}/check?still=1")
        expect(page.locator("[data-leaves-in]")).to_be_visible()
        during = flaws_in(page, LOOKS)

    assert (before, during) == ([], [])
