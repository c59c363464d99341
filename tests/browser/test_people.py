"""The people of a list in a real browser: an Excel list comes in and goes out again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import House, desk_of
from tests.browser.flaws import flaws_in, flaws_of, scrolls_sideways

pytestmark = pytest.mark.browser

ROWS = (
    ("E-mail", "Nom", "Langue", "Section locale", "Membre depuis"),
    ("dora@example.org", "Dora", "Frans", "Saint-Josse et Schaerbeek", "mars 2021"),
    ("emil@gmial.com", "Emil", "Duits"),
    ("not an address", "Nobody", "F"),
    ("anne@example.org", "Anne", "F"),
)
PATHS = ("/subscribers/1", "/subscribers/add", "/subscribers/segments/new", "/forms")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A list as Excel keeps it."""
    made, file = Workbook(), tmp_path / "AG 2024.xlsx"
    sheet = made.create_sheet(index=0)
    for row in ROWS:
        sheet.append(row)
    made.save(file)
    return file


LOOKS = ((1280, "light"), (390, "dark"))


@pytest.fixture(params=LOOKS, ids=["desk", "phone"])
def page(
    request: pytest.FixtureRequest, browser: Browser, house: House
) -> Iterator[Page]:
    """A page of an editor who reads English."""
    width, scheme = request.param
    looks = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with desk_of(browser, house, locale="en-GB", **looks) as page:
        yield page


def test_an_excel_list_comes_in_by_trial_run_and_goes_out_again(
    page: Page, workbook: Path
) -> None:
    page.goto("/subscribers/import")
    flaws = flaws_of(page)

    page.set_input_files("#file", workbook)
    page.get_by_role("button", name="Look at the columns").click()
    flaws += flaws_of(page) + scrolls_sideways(page)
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("h1")).to_have_text("2 new people would come in")
    flaws += flaws_of(page)
    page.get_by_label("gmial.com").check()
    page.get_by_label("Where does their consent come from?").fill("Signed in May.")
    page.get_by_role("button", name="Import 2 people").click()
    expect(page.locator("h1")).to_have_text("2 new people came in")
    flaws += flaws_of(page)

    page.get_by_text("Undo this import…").click()
    page.get_by_role("button", name="Undo this import").click()

    expect(page.locator("h1")).to_have_text("The import is taken back")
    assert flaws + flaws_of(page) == []


def test_ticked_people_are_counted_and_changed(page: Page) -> None:
    page.goto("/subscribers")
    flaws = flaws_of(page)

    page.locator('input[name="id"]').first.check()
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")
    page.get_by_role("button", name="Change language").click()
    page.get_by_label("German").check()
    flaws += flaws_of(page)
    page.get_by_role("button", name="Change the language").click()

    expect(page.locator("h1")).to_have_text("One person changed")
    assert flaws + flaws_of(page) == []


def test_pages_about_people_have_no_flaws(browser: Browser, house: House) -> None:
    found = {}
    with desk_of(browser, house, locale="en-GB") as page:
        for path in PATHS:
            page.goto(path)
            found[path] = flaws_in(page, LOOKS)

    assert found == {path: [] for path in PATHS}
