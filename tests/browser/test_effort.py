"""How little it takes to bring out an issue: counted, and without a mouse."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from newsletter.models import Edition, Issue, IssueState, ItemState
from tests import factories
from tests.browser.conftest import PASSWORD, House, until
from tests.browser.office import Office, opened, working

pytestmark = pytest.mark.browser

MOST = 14  # of ux.md §5.3


@pytest.fixture
def house(sqlite_engine: Engine, tmp_path: Path) -> Iterator[House]:
    """A site whose clock runs."""
    with working(sqlite_engine, tmp_path) as house:
        yield house


def bring(engine: Engine, many: int, languages: tuple[str, ...]) -> None:
    """Put items that have words in these languages on the desk."""
    with db.writing(engine) as session:
        for number in range(many):
            texts = {tag: {"title": f"{number} ({tag})"} for tag in languages}
            factories.make_item(session, texts=texts, state=ItemState.INBOX)


def write_the_lines(engine: Engine) -> None:
    """Write what stands above the items: words, which are not what is counted."""
    with db.writing(engine) as session:
        for edition in session.exec(select(Edition)):
            edition.subject = f"The month ({edition.language})"
            edition.preheader, edition.ready = "What is in it", True


def test_seven_items_in_four_languages_leave_after_fourteen_deeds(
    browser: Browser, house: House, sqlite_engine: Engine
) -> None:
    bring(sqlite_engine, 7, factories.LANGUAGES)
    with opened(browser, house, "en") as office:
        page = office.page
        office.log_in()
        page.goto("/desk")
        page.wait_for_load_state()
        office.deeds.clear()

        place_all(page, 7)  # the first begins the issue
        write_the_lines(sqlite_engine)
        office.follow("Open issue")
        drag_first_below_second(page)
        page.keyboard.press("Alt+p")
        office.follow("All languages")
        expect(page.locator("[data-frames] iframe")).to_have_count(4)
        expect(page.locator("#leave button.main")).to_contain_text("8 people")
        page.keyboard.press("t")
        expect(page.locator("#tests .chip.ok")).to_have_count(4)
        page.keyboard.press("s")
        page.wait_for_selector("#last[open] .sentence")
        page.keyboard.press("Enter")
        # Its page opens by itself, and is the report in the end.
        expect(page.locator("h1")).to_have_text("Sent. 8 of 8 were accepted.")

        assert 10 < len(office.deeds) <= MOST, office.deeds


def place_all(page: Page, many: int) -> None:
    for left in range(many - 1, -1, -1):
        page.keyboard.press("e")
        expect(page.locator("[data-rows] > li")).to_have_count(left)
        expect(page.locator(".coming .drop li")).to_have_count(many - left)


def drag_first_below_second(page: Page) -> None:
    rows = page.locator("tr.item .what a")
    before = rows.all_inner_texts()
    page.locator(".grip").first.hover()
    page.mouse.down()
    box = page.locator("tr.item").nth(1).bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=5)
    x, y = box["x"] + 20, box["y"] + box["height"] - 4
    page.mouse.move(x, y, steps=8)
    # The row itself, not its shadow that goes with the pointer.
    lying = page.locator("tr.item:not(.sortable-fallback) .what a")

    def is_below() -> bool:
        page.mouse.move(x, y - 1)
        page.mouse.move(x, y)
        return lying.first.inner_text() == before[1]

    until(page, is_below)
    with page.expect_response(re.compile("/order$")):
        page.mouse.up()
    expect(rows.first).to_have_text(before[1])


def test_an_issue_is_composed_and_scheduled_without_a_mouse(
    browser: Browser, house: House, sqlite_engine: Engine
) -> None:
    bring(sqlite_engine, 2, ("fr",))
    with opened(browser, house, "fr") as office:
        enter(office)
        fill_the_issue(office)
        translate_and_decide(office)
        schedule(office)

        assert "press" not in office.deeds
        with db.reading(sqlite_engine) as session:
            issue = session.exec(select(Issue)).one()
            assert issue.state is IssueState.SCHEDULED


def to(page: Page, there: Locator) -> None:
    """Go somewhere with the tabulator, as far as one page can take."""
    for _ in range(120):
        if there.evaluate("(each) => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {there}")


def enter(office: Office) -> None:
    page = office.page
    page.goto("/login")
    to(page, page.locator("#email"))
    page.keyboard.type("admin@example.org")
    to(page, page.locator("#password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".rail")
    to(page, page.locator(".rail a[href='/desk']"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")


def fill_the_issue(office: Office) -> None:
    page = office.page
    page.wait_for_load_state()
    place_all(page, 2)
    to(page, page.locator(".coming footer a"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/issues/*")
    page.wait_for_load_state()
    titles = page.locator("tr.item .what a")
    before = titles.all_inner_texts()
    to(page, page.locator(".grip").first)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")  # from the lead to the head of the news
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(titles.first).to_have_text(before[1])


def translate_and_decide(office: Office) -> None:
    page = office.page
    row = page.locator("tr.item").first.get_attribute("data-item")
    go_into(page, f"{row}/nl")
    to(page, page.locator("#f-title"))
    page.keyboard.type("De brug")
    to(page, page.locator(".ProseMirror").first)
    page.keyboard.type("Ze gaat open.")
    leave_ready(page, f"{row}/nl")
    for tag in ("nl", "de", "en"):
        to(page, page.locator(f"button[popovertarget='column-{tag}']"))
        page.keyboard.press("Enter")
        to(page, page.locator(f"#column-{tag} button[value='{tag} fr']"))
        page.keyboard.press("Enter")
        expect(page.locator(f"#column-{tag} button")).to_have_count(0)
    for tag in factories.LANGUAGES:
        go_into(page, f"lines/{tag}")
        to(page, page.locator("#f-subject"))
        page.keyboard.type("Le mois")
        leave_ready(page, f"lines/{tag}")
    decided = office.say("Everything has a decision")
    expect(page.locator("#gaps")).to_have_text(decided)


def go_into(page: Page, cell: str) -> None:
    if not page.url.endswith(f"/i/{cell}"):
        to(page, page.locator(f".matrix .cell a[href$='/i/{cell}']"))
        page.keyboard.press("Enter")
    page.locator(f"form#words[action$='/i/{cell}']").wait_for()


def leave_ready(page: Page, cell: str) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"form#words[action$='/i/{cell}']")).to_have_count(0)
    place = cell.replace("/", "-")
    expect(page.locator(f"#cell-{place}")).to_have_class(re.compile("ready"))


def schedule(office: Office) -> None:
    page = office.page
    to(page, page.locator(".head a[href$='/check']"))
    page.keyboard.press("Enter")
    button = page.locator("#leave button.main")
    expect(button).to_contain_text("8")
    to(page, page.locator("#when input[name=when]:checked"))
    page.keyboard.press("ArrowDown")
    to(page, button)
    page.keyboard.press("Enter")
    to(page, page.locator("#last[open] form[method=post] button.main"))
    page.keyboard.press("Enter")
    goes = office.say("Goes out on {when}").partition("{")[0]
    expect(page.locator("h1")).to_contain_text(goes)
