"""The archive in a real browser: found by keyboard, read on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from newsletter import db, editions
from newsletter.models import Issue
from subscribers.clock import utcnow
from tests.browser.conftest import House, window
from tests.browser.flaws import flaws_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """A page in a browser that runs no script."""
    with window(browser, house, java_script_enabled=False) as page:
        yield page


def test_a_letter_is_found_and_opened_by_keyboard(page: Page) -> None:
    page.goto("/fr/")

    page.focus("#q")
    page.keyboard.type("PONT")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=PONT")
    page.focus(".hits a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fr/le-pont")

    assert page.locator("h1").count() == 1


def test_a_corrected_letter_is_accessible_and_says_so(
    browser: Browser, house: House, sqlite_engine: Engine
) -> None:
    with db.writing(sqlite_engine) as session:
        issue = session.get_one(Issue, int(house.issue.rpartition("/")[2]))
        note = "La fête commence à 18 h."
        editions.correct(
            session, issue, house.settings, language="fr", note=note, now=utcnow()
        )
    with window(browser, house) as opened:
        opened.goto("/fr/le-pont")
        flaws = flaws_in(opened, ((390, "light"), (390, "dark")))
        assert opened.locator(".correction", has_text=note).is_visible()

    assert flaws == []


def test_data_for_search_engines_offends_no_policy(
    browser: Browser, house: House
) -> None:
    complaints: list[str] = []
    with window(browser, house) as opened:
        opened.on("console", lambda message: complaints.append(message.text))
        opened.add_init_script(
            "addEventListener('securitypolicyviolation',"
            " e => console.log(e.blockedURI))"
        )

        opened.goto("/fr/le-pont")

        kinds = opened.evaluate(
            "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]')"
            ".textContent)['@graph'].map(each => each['@type'])"
        )
    assert kinds == ["NewsArticle", "BreadcrumbList", "Event"]
    assert complaints == []


def test_on_paper_only_the_letter_stands(browser: Browser, house: House) -> None:
    with window(browser, house, color_scheme="dark") as opened:
        opened.goto("/fr/le-pont")
        opened.emulate_media(media="print")

        # The letter says itself whose it is.
        hidden = [".top", ".languages", ".sharing", ".get", ".foot .links"]
        shown = [each for each in hidden if opened.locator(each).is_visible()]
        address = opened.inner_text(".on-paper")
        ink = opened.evaluate("getComputedStyle(document.body).color")

    assert shown == []
    assert address == f"{house.base_url}/fr/le-pont"
    assert ink == "rgb(0, 0, 0)"
