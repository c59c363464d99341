"""The page that checks an issue, in a real browser: dialogs, previews, the keyboard."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db
from newsletter.models import Edition, Issue, IssueState
from tests import factories
from tests.browser.conftest import House, desk_of, until
from tests.browser.flaws import flaws_in

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(sqlite_engine: Engine) -> str:
    """The address of a draft with a gap, long enough to be scrolled."""
    with db.writing(sqlite_engine) as session:
        items = [
            factories.make_item(
                session,
                texts={
                    tag: {"title": f"{tag} {number}", "body": f"<p>{tag} </p>" * 30}
                    for tag in (("fr", "nl") if number else ("fr",))
                },
            )
            for number in range(6)
        ]
        issue = factories.make_issue(session, items=items, languages=["fr", "nl"])
        return f"/issues/{issue.id}"


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """A page in Tokyo that fails on whatever the console has to complain about."""
    complaints: list[str] = []
    looks = {"locale": "en-GB", "timezone_id": "Asia/Tokyo"}
    with desk_of(browser, house, **looks) as page:
        page.on(
            "console",
            lambda line: complaints.append(line.text) if line.type == "error" else None,
        )
        yield page
    assert complaints == []


def frame_tops(page: Page) -> list[int]:
    frames = page.locator("[data-frames] iframe").element_handles()
    contents = [frame.content_frame() for frame in frames]
    return [round(each.evaluate("scrollY")) for each in contents if each]


def test_a_gap_is_decided_and_the_page_recounts_by_itself(
    page: Page, draft: str
) -> None:
    page.goto(f"{draft}/check")

    page.get_by_role("button", name="Show FR").click()

    expect(page.get_by_role("button", name="Show FR")).to_have_count(0)
    expect(page.locator("#state")).to_contain_text("Ready to go.")


def test_it_is_scheduled_in_a_dialog_by_keyboard_alone(
    page: Page, draft: str, sqlite_engine: Engine
) -> None:
    page.goto(f"{draft}/check")
    expect(page.locator("#leave button.main")).to_contain_text("Send to 2 people")

    page.locator("input[name=when][value=now]").focus()
    page.keyboard.press("ArrowDown")
    page.locator("#leave button.main").press("Enter")
    page.wait_for_selector("#last[open]")
    told = page.inner_text("#last")
    page.keyboard.press("Escape")
    page.locator("#leave button.main").press("Enter")
    page.get_by_role("button", name="Schedule it").press("Enter")
    page.wait_for_load_state()

    assert "On your computer’s clock, in Tokyo" in told
    expect(page.locator("#state")).to_contain_text("Goes out on")
    with db.reading(sqlite_engine) as session:
        issue = session.get_one(Issue, int(draft.rpartition("/")[2]))
    assert issue.state is IssueState.SCHEDULED


def test_languages_side_by_side_scroll_together_and_links_lead_nowhere(
    page: Page, draft: str
) -> None:
    page.goto(f"{draft}/check")
    expect(page.locator("#found")).to_have_attribute("aria-busy", "false")

    page.get_by_role("link", name="All languages").click()
    expect(page.locator("[data-frames] iframe")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    first = page.locator("[data-frames] iframe").first.element_handle().content_frame()
    assert first
    first.evaluate("scrollTo(0, 700)")

    until(page, lambda: all(top > 300 for top in frame_tops(page)))
    assert first.locator("a[href^='http']").count() == 0


def test_of_two_previews_asked_for_at_once_the_last_one_stays(
    browser: Browser, house: House, draft: str
) -> None:
    late: list[Route] = []
    with desk_of(browser, house, locale="en-GB") as page:
        page.goto(f"{draft}/check")
        page.route("**/check/preview?*", lambda route: late.append(route))

        page.locator("#as-all").click()
        until(page, lambda: len(late) == 1)
        page.locator("#in-nl").click()
        until(page, lambda: len(late) == 2)
        for route in late:
            with suppress(Error):  # nobody waits for the first one any more
                route.continue_()

        expect(page.locator("#in-nl")).to_have_attribute("aria-current", "true")
        expect(page.locator("[data-frames] iframe")).to_have_count(1)


def test_somebody_s_letter_is_shown(page: Page, draft: str) -> None:
    page.goto(f"{draft}/check")

    page.get_by_label("Show as").fill("anne@example.org")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.locator(".said-of")).to_contain_text("anne@example.org gets FR")
    source = page.locator("[data-frames] iframe").get_attribute("src") or ""
    assert re.search(r"&as=\d+$", source)


def test_the_page_is_accessible_and_fits(
    browser: Browser, house: House, draft: str, sqlite_engine: Engine
) -> None:
    with db.writing(sqlite_engine) as session:
        query = select(Edition).where(Edition.issue_id == int(draft.rpartition("/")[2]))
        session.exec(query).first().preheader = "x"  # type: ignore[union-attr]  # there
    flaws = []
    with desk_of(browser, house, locale="de-DE") as page:
        for view in ("phone", "text", "all"):
            page.goto(f"{draft}/check?view={view}")
            expect(page.locator("#found")).to_have_attribute("aria-busy", "false")
            page.evaluate(
                "document.querySelectorAll('details').forEach(d => d.open = true)"
            )
            flaws += flaws_in(page, ((390, "dark"), (1280, "light")))

    assert flaws == []
