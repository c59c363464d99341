"""The news desk in a browser: pasted anywhere, moved by keys, dragged, undone."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from newsletter import db, desk
from newsletter.models import Item, ItemState
from tests import factories
from tests.browser.conftest import House, desk_of
from tests.browser.flaws import flaws_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, house: House, sqlite_engine: Engine) -> Iterator[Page]:
    """The desk with three items, at which an admin is logged in."""
    with db.writing(sqlite_engine) as session:
        for title in ("Le marché déménage", "La piscine ferme", "Le tram arrive"):
            factories.make_item(
                session, texts={"fr": {"title": title}}, state=ItemState.INBOX
            )
    looks = {"locale": "en", "viewport": {"width": 1280, "height": 900}}
    with desk_of(browser, house, **looks) as page:
        page.goto("/desk")
        yield page


def _lines(page: Page) -> list[str]:
    return [each.strip() for each in page.locator("[data-rows] h3").all_inner_texts()]


def test_a_link_pasted_anywhere_is_a_line_that_fills_itself_in(
    page: Page, house: House, sqlite_engine: Engine
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.evaluate(
        """() => { const data = new DataTransfer();
        data.setData("text/plain", "http://127.0.0.1:1/news");
        document.body.dispatchEvent(new ClipboardEvent("paste",
          {clipboardData: data, bubbles: true, cancelable: true})); }"""
    )

    expect(page.get_by_text("Reading the page…")).to_be_visible()
    desk.read_pages(sqlite_engine, house.settings, stop=threading.Event())

    expect(page.get_by_text("leads into a closed network")).to_be_visible()
    assert said == []


def test_keys_set_aside_hand_on_and_a_button_undoes(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.get_by_text("One item was set aside.")).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_text("One item is in No")).to_be_visible()

    assert _lines(page) == ["Le marché déménage"]
    assert page.locator(".drop li").all_inner_texts()[0].startswith("La piscine ferme")

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert _lines(page) == ["La piscine ferme", "Le marché déménage"]


def test_a_line_is_dragged_into_a_section(page: Page) -> None:
    page.get_by_role("button", name="Start No").click()
    page.goto("/desk")
    agenda = page.locator('.drop[data-section="Agenda"]')

    page.locator("[data-grip]").first.hover()
    page.mouse.down()
    page.mouse.move(600, 400, steps=4)
    box = agenda.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] / 2, steps=12)
    page.mouse.up()

    expect(page.get_by_text("One item is in No")).to_be_visible()
    expect(page.locator('.drop[data-section="Agenda"] li')).to_contain_text(
        "Le tram arrive"
    )


def test_nothing_stands_in_anybody_s_way(page: Page, sqlite_engine: Engine) -> None:
    with db.reading(sqlite_engine) as session:
        item = session.get_one(Item, 1)
    found = {}
    for path in ("/desk", "/desk/sources", f"/desk/items/{item.id}"):
        page.goto(path)
        found[path] = flaws_in(page)

    assert not any(found.values()), found
