"""Accounts, team, log and help in a real browser: what axe says, what a person does."""

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import audit, db, staff
from newsletter.models import Action, Issue, Role, Staff
from newsletter.notices import accounts
from newsletter.staff import invitations, resets, two_factor
from subscribers.clock import utcnow
from tests.browser.conftest import PASSWORD, House, window
from tests.browser.flaws import flaws_in

pytestmark = pytest.mark.browser

STAFF_PAGES = [
    "/account",
    "/account/two-factor",
    "/settings/team",
    "/settings/log",
    "/help",
    "/issues",
]


@pytest.fixture
def doors(sqlite_engine: Engine, house: House) -> list[str]:
    """The pages for somebody who has not come in yet."""
    keys = house.settings.keys
    with db.writing(sqlite_engine) as session:
        admin = staff.find(session, "admin@example.org")
        assert admin is not None
        _, invited = invitations.invite(
            session,
            "jan@example.org",
            role=Role.TRANSLATOR,
            languages=["nl"],
            name="Jan",
            by="Léa",
        )
        reset = resets.begin(session, admin)
        audit.note(session, admin, Action.TESTED, issue=session.get(Issue, 1))
        # So that the first steps are shown.
        for issue in session.exec(select(Issue)):
            issue.started_at = None
    return [
        "/login",
        "/reset",
        accounts.invited_path(keys, invited),
        accounts.reset_path(keys, reset),
        "/reset/old",
        "/invited/old",
    ]


def test_axe_finds_nothing_on_any_of_these_pages(
    browser: Browser, house: House, doors: list[str]
) -> None:
    said: list[str] = []
    with window(browser, house, locale="de") as page:
        page.on("console", lambda message: said.append(message.text))

        found = [_looked_at(page, path) for path in doors]
        house.let_in(page.context)
        found += [_looked_at(page, path) for path in STAFF_PAGES]

    assert [each for each in found if each] == []
    # The two links that are old answer 410, which a browser notes.
    assert [line for line in said if "410" not in line] == []


def test_the_second_factor_is_set_up_and_asked_for(
    browser: Browser, house: House, sqlite_engine: Engine
) -> None:
    with window(browser, house, locale="en") as page:
        _log_in(page)
        page.goto("/account/two-factor")
        secret = page.locator(".secret").inner_text().replace(" ", "")
        page.fill("#code", two_factor.code_at(secret, utcnow()))
        page.click("button.main")
        codes = page.locator(".recovery code").all_inner_texts()
        page.click(".rail .self form:last-child button")
        page.goto("/settings/log")
        page.fill("#email", "admin@example.org")
        page.fill("#password", PASSWORD)
        page.click("button.main")
        page.fill("#code", codes[0])
        page.keyboard.press("Enter")
        page.wait_for_url("**/settings/log")

    assert len(codes) == 10
    with db.reading(sqlite_engine) as session:
        person = session.exec(select(Staff).where(Staff.role == Role.ADMIN)).one()
        assert len(person.recovery) == 9


def _looked_at(page: Page, path: str) -> list[str]:
    """Return the flaws of a page in every look, with everything folded open."""
    page.goto(path)
    for folded in page.locator("details").all():
        folded.evaluate("element => { element.open = true }")
    return [f"{path} {flaw}" for flaw in flaws_in(page)]


def _log_in(page: Page) -> None:
    page.goto("/login")
    page.fill("#email", "admin@example.org")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_url("**/issues")
