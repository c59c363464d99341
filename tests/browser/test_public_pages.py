"""The pages in a real browser: for everybody, at every size, without scripts."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, i18n
from subscribers.models import Subscription, SubscriptionState
from tests.browser.conftest import House, desk_of, window
from tests.browser.flaws import LOOKS, flaws_in, look

pytestmark = pytest.mark.browser

NAMES = [
    "leave",
    "choose",
    "read",
    "no edition",
    "nobody",
    "broken",
    "letter",
    "archive",
    "search",
    "nothing found",
    "subscribe",
    "nowhere",
    "login",
]


# Those whose every request is looked at, in every look.
PLAIN = ("leave", "letter", "archive", "search", "choose")
# What a finger has to hit.
_PRESSED = "button, .button, nav a, label.option, .links a, select, #email"


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """A page of a reader whose browser speaks French."""
    with window(browser, house, locale="fr-BE") as page:
        yield page


@pytest.fixture
def plain_page(browser: Browser, house: House) -> Iterator[Page]:
    """A page in a browser that runs no script."""
    with window(browser, house, java_script_enabled=False) as page:
        yield page


@pytest.fixture
def plain_desk(browser: Browser, house: House) -> Iterator[Page]:
    """A page of the admin in such a browser."""
    with desk_of(browser, house, java_script_enabled=False) as page:
        yield page


def test_every_public_page_is_accessible_and_fits(page: Page, house: House) -> None:
    flaws = {}
    for name in NAMES:
        page.goto(house.pages[name])
        flaws[name] = flaws_in(page)

    assert flaws == {name: [] for name in NAMES}


def test_buttons_and_links_of_a_readers_page_are_large_enough(
    page: Page, house: House
) -> None:
    measured, small = 0, []
    for name in ("leave", "choose", "broken", "read"):
        page.goto(house.pages[name])
        for width in {width for width, _ in LOOKS}:
            page.set_viewport_size({"width": width, "height": 844})
            measured += page.locator(_PRESSED).count()
            small += page.locator(_PRESSED).evaluate_all(
                """all => all.filter(
                     each => each.getBoundingClientRect().height < 48
                   ).map(each => each.outerHTML)"""
            )

    assert measured > 40
    assert small == []


def test_a_page_asks_nobody_but_us(page: Page, house: House) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))

    for (width, scheme), name in product(LOOKS, PLAIN):
        look(page, width, scheme)
        page.goto(house.pages[name])

    assert len(asked) > len(LOOKS) * len(PLAIN)
    assert all(url.startswith(house.base_url) for url in asked)
    assert complaints == []


def test_leaving_and_coming_back_needs_no_script_and_no_cookie(
    plain_page: Page, house: House, sqlite_engine: Engine
) -> None:
    plain_page.goto(house.pages["leave"])
    plain_page.click(button("fr", "Yes, unsubscribe me"))
    left = states(sqlite_engine)

    plain_page.click(button("fr", "Undo, I’m staying"))

    assert SubscriptionState.UNSUBSCRIBED in left
    assert SubscriptionState.UNSUBSCRIBED not in states(sqlite_engine)
    assert plain_page.context.cookies() == []


def test_the_language_of_the_letter_can_be_kept(plain_page: Page, house: House) -> None:
    plain_page.goto(house.pages["read"])

    plain_page.click("form.banner button")

    assert plain_page.locator("[role=status]").count() == 1


def test_another_language_can_be_chosen_before_leaving(
    plain_page: Page, house: House
) -> None:
    plain_page.goto(house.pages["leave"])
    plain_page.check("input[value=de]")

    plain_page.click(button("fr", "Keep the letter, in this language"))

    assert plain_page.get_attribute("html", "lang") == "de"
    assert plain_page.locator("[role=status]").count() == 1


def test_an_issue_can_be_paused_and_resumed(plain_desk: Page, house: House) -> None:
    plain_desk.goto(f"{house.issue}/sending")

    plain_desk.click(f"form[action='{house.issue}/pause'] button")
    paused = plain_desk.inner_text(".chip.warn")
    plain_desk.click(f"form[action='{house.issue}/resume'] button")

    assert paused
    assert plain_desk.locator(f"form[action='{house.issue}/pause']").count() == 1


def test_the_preview_shows_the_letter(plain_desk: Page, house: House) -> None:
    plain_desk.goto(f"{house.issue}/check?still=1&show=nl")

    preview = plain_desk.frame_locator(".screen iframe")

    assert preview.locator("h1").inner_text() != ""
    assert preview.locator("html").get_attribute("lang") == "nl"


def button(language: str, words: str) -> str:
    return f"button:has-text('{i18n.translator(language)(words)}')"


def states(engine: Engine) -> set[SubscriptionState]:
    with db.reading(engine) as session:
        return {each.state for each in session.exec(select(Subscription))}
