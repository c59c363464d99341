"""“Send now” and “Undo” in a real browser, with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from newsletter import db, relays
from newsletter.models import Issue, IssueState
from newsletter.relays import Statement
from tests import factories
from tests.browser.conftest import House
from tests.browser.flaws import flaws_of
from tests.browser.test_public_pages import log_in

pytestmark = pytest.mark.browser

LOOKS = [(320, "light"), (390, "dark"), (1280, "light")]


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
    """A page whose browser runs scripts, or none."""
    context = browser.new_context(
        base_url=house.base_url, java_script_enabled=request.param, locale="de-DE"
    )
    yield context.new_page()
    context.close()


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
    log_in(page)

    press_send(page, draft)
    sent = state_of(sqlite_engine, draft)
    page.click(f"form[action='{draft}/undo'] button")
    page.wait_for_selector("#who")

    assert sent is IssueState.SCHEDULED
    assert state_of(sqlite_engine, draft) is IssueState.DRAFT


def test_the_seconds_go_by(page: Page, draft: str) -> None:
    log_in(page)
    press_send(page, draft)
    clock = page.locator("[data-leaves-in]")
    first = int(clock.inner_text())

    # The script counts every second; without it, the page fetches itself after five.
    page.wait_for_timeout(6500)

    assert 50 < first <= 60
    assert int(clock.inner_text()) < first


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_before_and_during_the_grace_the_page_is_accessible_and_fits(
    browser: Browser, house: House, draft: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        base_url=house.base_url,
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="de-DE",
    )
    page = context.new_page()
    log_in(page)
    page.goto(f"{draft}/check")
    page.locator("#leave button.main").filter(has_text="Personen").click()
    page.wait_for_selector("#last[open]")

    before = flaws_of(page)
    page.click(f"form[action='{draft}/send'][method=post] button")
    page.goto(f"{draft}/check?still=1")
    during = flaws_of(page)

    context.close()
    assert (before, during) == ([], [])
