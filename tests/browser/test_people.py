"""The people of a list in a real browser: an Excel list comes in and goes out again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import House
from tests.browser.flaws import flaws_of, scrolls_sideways
from tests.browser.test_public_pages import log_in

pytestmark = pytest.mark.browser

ROWS = (
    ("E-mail", "Nom", "Langue", "Section locale", "Membre depuis"),
    ("dora@example.org", "Dora", "Frans", "Saint-Josse et Schaerbeek", "mars 2021"),
    ("emil@gmial.com", "Emil", "Duits"),
    ("not an address", "Nobody", "F"),
    ("anne@example.org", "Anne", "F"),
)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A list as Excel keeps it."""
    made, file = Workbook(), tmp_path / "AG 2024.xlsx"
    sheet = made.create_sheet(index=0)
    for row in ROWS:
        sheet.append(row)
    made.save(file)
    return file


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["desk", "phone"])
def page(
    request: pytest.FixtureRequest, browser: Browser, house: House
) -> Iterator[Page]:
    """A page of an editor who reads English."""
    width, scheme = request.param
    context = browser.new_context(
        base_url=house.base_url,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        locale="en-GB",
    )
    yield context.new_page()
    context.close()


def test_an_excel_list_comes_in_by_trial_run_and_goes_out_again(
    page: Page, workbook: Path
) -> None:
    log_in(page)
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
    log_in(page)
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


@pytest.mark.parametrize(
    "path",
    ["/subscribers/1", "/subscribers/add", "/subscribers/segments/new", "/forms"],
)
def test_pages_about_people_have_no_flaws(page: Page, path: str) -> None:
    log_in(page)

    page.goto(path)

    assert flaws_of(page) == []
