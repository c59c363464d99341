"""The pages of settings in a real browser, at any width and in any light."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import House, desk_of
from tests.browser.flaws import flaws_in

pytestmark = pytest.mark.browser

PAGES = (
    "/settings/letter",
    "/settings/languages",
    "/settings/sections",
    "/settings/sender",
    "/settings/sender/domain",
    "/settings/look",
    "/settings/privacy",
    "/series",
    "/series/new",
)


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """A page of an admin who speaks German: the longest words."""
    with desk_of(browser, house, locale="de-DE") as page:
        yield page


def test_no_page_of_settings_has_a_flaw(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    found = {}

    for path in PAGES:
        page.goto(path)
        found[path] = flaws_in(page, ((1280, "light"), (390, "dark")))

    assert {where: flaws for where, flaws in found.items() if flaws} == {}
    assert said == []


def test_a_choice_is_seen_before_it_is_saved(page: Page) -> None:
    page.goto("/settings/look")

    page.locator("input[value=bulletin]").check()
    expect(page.locator("#seen")).to_contain_text("nicht gespeichert")
    shown = page.locator("#seen iframe").first.get_attribute("src") or ""
    page.get_by_role("button", name="Dieses Aussehen speichern").click()

    assert "design=bulletin" in shown
    expect(page.get_by_role("status").first).to_contain_text("Gespeichert.")
    assert "form_token" not in page.url


def test_what_receivers_see_comes_by_itself_and_a_rhythm_shows_its_moments(
    page: Page,
) -> None:
    page.goto("/settings/sender")
    expect(page.locator(".lights > li").first).to_be_visible()
    assert page.locator(".lights > li").count() == 12

    page.goto("/series/new")
    page.get_by_text("Jeden Tag", exact=True).click()

    expect(page.locator("#coming")).to_contain_text("Die nächsten Male: jeden Tag um")
    expect(page.get_by_text("Wochentage")).to_be_hidden()
