"""The outline of an issue in a real browser: dragged, moved by keys, by two people."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from newsletter import db, issues
from newsletter.models import Issue, ItemType
from tests import factories
from tests.browser.conftest import House, desk_of, until
from tests.browser.flaws import flaws_in

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(sqlite_engine: Engine) -> str:
    """The address of a draft: A, B and C in News, D in Agenda, nothing in Videos."""
    with db.writing(sqlite_engine) as session:
        made = [
            factories.make_item(session, texts={"fr": {"title": title}, "nl": {}})
            for title in "ABC"
        ]
        event = factories.make_item(
            session, texts={"fr": {"title": "D"}}, type=ItemType.EVENT
        )
        issue = factories.make_issue(session, languages=("fr", "nl", "de"))
        sections = {
            "News": [item.id or 0 for item in made],
            "Agenda": [event.id or 0],
            "Videos": [],
        }
        issues.arrange(session, issue, items=[], sections=sections)
        return f"/issues/{issue.id}"


@pytest.fixture
def page(browser: Browser, house: House, draft: str) -> Iterator[Page]:
    """The draft as an admin has it open."""
    with desk_of(browser, house, locale="en-GB") as page:
        page.goto(draft)
        expect(page.locator(".grip").first).to_be_visible()
        yield page


def order(page: Page) -> str:
    """Return the order on the page, as `stored` does."""
    return " ".join(
        f"{section.get_attribute('data-section')}:"
        + "".join(section.locator("tr.item .what a").all_inner_texts())
        for section in page.locator("tbody.items").all()
    )


def stored(engine: Engine, draft: str) -> str:
    """Return the order that readers would get: News:ABC Agenda:D Videos:."""
    with db.reading(engine) as session:
        issue = session.get_one(Issue, int(draft.rpartition("/")[2]))
        first = min(
            p.item_id for row in issues.groups_of(session, issue).values() for p in row
        )
        return " ".join(
            f"{name}:" + "".join("ABCD"[place.item_id - first] for place in row)
            for name, row in issues.groups_of(session, issue).items()
            if name
        )


def drag(page: Page, title: str, *, onto: str, section: str) -> None:
    start = page.get_by_role("button", name=f"Move {title}", exact=True).bounding_box()
    end = page.locator("tr", has=page.locator(onto)).first.bounding_box()
    assert start
    assert end

    def is_there() -> bool:
        # What lies in the way moves aside first, and minds no pointer meanwhile.
        for height in (6, 4):
            page.mouse.move(end["x"] + 20, end["y"] + end["height"] - height)
        return title in order(page).partition(f"{section}:")[2].split()[0]

    page.mouse.move(start["x"] + 8, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 12, start["y"] + 24, steps=4)
    page.mouse.move(end["x"] + 20, end["y"] + end["height"] - 4, steps=12)
    until(page, is_there)
    with page.expect_response(re.compile("/order$")):
        page.mouse.up()


def test_an_item_is_dragged_into_another_section(
    page: Page, draft: str, sqlite_engine: Engine
) -> None:
    drag(page, "A", onto="a:text-is('D')", section="Agenda")

    expect(page.locator(".outcome")).to_contain_text("Moved.")
    assert "A" in order(page).split("Agenda:")[1].split()[0]
    assert stored(sqlite_engine, draft) == order(page)


def test_an_item_is_moved_by_keys_alone(
    page: Page, draft: str, sqlite_engine: Engine
) -> None:
    told = page.locator("#moves")
    page.locator(".grip").first.focus()

    page.keyboard.press("Space")
    expect(told).to_contain_text("A picked up")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(told).to_have_text("A: position 1 of 2, Agenda")
    with page.expect_response(re.compile("/order$")):
        page.keyboard.press("Space")

    expect(page.locator(".outcome")).to_contain_text("Moved.")
    assert order(page) == stored(sqlite_engine, draft) == "News:BC Agenda:AD Videos:"
    assert page.evaluate("document.activeElement.className") == "grip"


def test_escape_takes_a_move_back(
    page: Page, draft: str, sqlite_engine: Engine
) -> None:
    page.locator(".grip").nth(1).focus()

    for key in ("Space", "ArrowUp", "Escape"):
        page.keyboard.press(key)

    expect(page.locator("#moves")).to_have_text("B is back where it was.")
    assert order(page) == stored(sqlite_engine, draft) == "News:ABC Agenda:D Videos:"


def test_of_two_people_the_second_is_told_and_sees_the_order(
    page: Page, draft: str, sqlite_engine: Engine
) -> None:
    other = page.context.new_page()
    other.goto(draft)
    other.locator(".grip").nth(1).focus()
    with other.expect_response(re.compile("/order$")):
        other.keyboard.press("Alt+ArrowUp")

    page.locator(".grip").nth(2).focus()
    with page.expect_response(re.compile("/order$")) as answer:
        page.keyboard.press("Alt+ArrowUp")

    assert answer.value.status == 409
    expect(page.locator(".outcome")).to_contain_text("Somebody else changed")
    assert order(page) == stored(sqlite_engine, draft) == "News:BAC Agenda:D Videos:"


def test_a_menu_settles_gaps_and_what_was_done_is_undone(page: Page) -> None:
    page.locator(".column").nth(2).click()
    page.get_by_role("button", name="Show the 4 missing items in French").click()
    expect(page.locator("#gaps")).to_have_text("One gap to decide")

    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".outcome")).to_contain_text("Undone")
    expect(page.locator("#gaps")).to_have_text("5 gaps to decide")


def test_the_head_of_a_column_follows_its_cells(page: Page) -> None:
    ready, gaps = page.locator("#ready-de"), page.locator("#missing-de button")
    expect(ready).to_have_text("1 of 5 ready")
    expect(gaps.last).to_have_text(
        "Leave the 4 missing items out", use_inner_text=False
    )
    page.locator("tr.item", has_text="D").locator("td").nth(2).locator("a").click()

    page.get_by_role("button", name="Leave out").click()

    expect(ready).to_have_text("2 of 5 ready")
    expect(gaps.last).to_have_text(
        "Leave the 3 missing items out", use_inner_text=False
    )


def test_its_pages_are_accessible_and_fit(
    browser: Browser, house: House, sqlite_engine: Engine, draft: str
) -> None:
    with db.writing(sqlite_engine) as session:
        factories.make_list(session)  # which the issue may move to
    ways = ("", "/items", "/sections", "/about", "/languages/nl/leave", "?only=gaps")
    found = {}
    with desk_of(browser, house, locale="de-DE") as page:
        for address in ("/issues", *(draft + way for way in ways)):
            page.goto(address)
            found[address] = flaws_in(page)

    assert {address: flaws for address, flaws in found.items() if flaws} == {}


def test_a_narrow_window_shows_one_language_at_a_time(
    browser: Browser, house: House, draft: str
) -> None:
    looks = {"viewport": {"width": 390, "height": 800}, "locale": "fr-FR"}
    with desk_of(browser, house, **looks) as page:
        page.goto(f"{draft}?show=de")
        shown = page.locator("#row-lines td:visible")
        before = shown.evaluate_all("cells => cells.map((cell) => cell.id)")

        page.locator("a[data-alone='2']").click()
        after = shown.evaluate_all("cells => cells.map((cell) => cell.id)")

    assert before == ["cell-lines-de"]
    assert after == ["cell-lines-nl"]
