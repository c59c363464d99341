"""From the form to the first letter in a real browser, with and without scripts."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, select

from newsletter import db, i18n, jobs
from newsletter.messages import part
from newsletter.smtp.mailbox import received
from newsletter.web import stamps
from subscribers.columns import table_of
from subscribers.models import Subscriber, Subscription, SubscriptionState
from tests.browser.conftest import House, window
from tests.browser.flaws import flaws_in
from tests.web.test_subscribe_page import flood

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(
    request: pytest.FixtureRequest,
    browser: Browser,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Page]:
    """A page of somebody who fills a form in as fast as a machine."""
    monkeypatch.setattr(stamps, "_TOO_FAST", -stamps._TOO_OLD)
    with window(browser, house, java_script_enabled=request.param) as page:
        yield page


def said(language: str, words: str, **values: Any) -> str:
    return i18n.translator(language)(words, **values)


def run_job(engine: Engine, house: House) -> None:
    """Let the job answer, in a thread of its own: this one has playwright's loop."""
    never = threading.Event()
    job = threading.Thread(
        target=jobs.answer, args=(engine, house.settings), kwargs={"stop": never}
    )
    job.start()
    job.join()


def answered(engine: Engine, house: House, address: str) -> str:
    """Let the job run, and return the link of the newest mail to an address."""
    run_job(engine, house)
    mail = received(house.settings.mailbox_dir, address)[-1]
    found = re.search(r"http://\S+/[cup]/[a-z2-7]+", part(mail.raw, "plain"))
    assert found
    return found[0]


def subscription(engine: Engine, email: str) -> tuple[str, SubscriptionState]:
    reader, standing = table_of(Subscriber).c, table_of(Subscription).c
    query = select(reader.language, standing.state).where(
        standing.subscriber_id == reader.id, reader.email == email
    )
    with db.reading(engine) as session:
        row = session.execute(query).one()
        return row.language, row.state


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_way_in_works_in_every_language_of_the_list(
    page: Page, house: House, sqlite_engine: Engine, language: str
) -> None:
    page.goto(f"/{language}/subscribe")
    page.fill("#email", "dora@example.org")
    page.click(f"button:has-text('{said(language, 'Subscribe')}')")
    promised = page.inner_text("h1")
    page.goto(answered(sqlite_engine, house, "dora@example.org"))
    before = subscription(sqlite_engine, "dora@example.org")

    page.click(f"button:has-text('{said(language, 'Yes, I confirm')}')")

    assert promised == said(language, "Please look into your mailbox")
    assert before == (language, SubscriptionState.UNCONFIRMED)
    assert subscription(sqlite_engine, "dora@example.org") == (
        language,
        SubscriptionState.CONFIRMED,
    )
    assert page.context.cookies() == []


def test_a_mistyped_provider_is_mended_with_one_click(
    page: Page, house: House, sqlite_engine: Engine
) -> None:
    page.goto("/en/subscribe")
    page.fill("#email", "dora@gmial.com")
    page.click("button:has-text('Subscribe')")

    page.click("button:has-text('Yes, this one')")

    assert page.inner_text("h1") == "Please look into your mailbox"
    assert answered(sqlite_engine, house, "dora@gmail.com")


def test_under_flood_the_script_does_the_work_and_without_it_the_form_works_too(
    page: Page, house: House, sqlite_engine: Engine
) -> None:
    with db.writing(sqlite_engine) as session:
        flood(session)
    page.goto("/en/subscribe")
    page.fill("#email", "dora@example.org")
    has_script = page.locator("script").count() and page.evaluate("!!crypto.subtle")

    page.click("button:has-text('Subscribe')")
    page.wait_for_selector("h1:has-text('mailbox')")

    run_job(sqlite_engine, house)
    folder = house.settings.mailbox_dir
    mailed = len(received(folder, "dora@example.org")) if folder.exists() else 0
    assert has_script
    assert mailed == (1 if runs_scripts(page) else 0)


def runs_scripts(page: Page) -> bool:
    page.set_content("<noscript><p id=no>no</p></noscript>")
    return page.locator("#no").count() == 0


def test_form_question_and_answer_are_accessible_and_fit(
    browser: Browser,
    house: House,
    sqlite_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with window(browser, house) as page:
        flaws = asking(page, monkeypatch)
        page.goto(answered(sqlite_engine, house, "dora@gmial.com"))
        flaws["confirm"] = flaws_in(page)
        page.click("form button.main")
        flaws["welcome"] = flaws_in(page)
        mail = page.context.new_page()  # without the policy of our pages
        mail.set_content(html_of_newest(sqlite_engine, house))
        # A mail is not a page of a site: its landmarks are its reader's business.
        flaws["mail"] = [
            each
            for each in flaws_in(mail)
            if not re.search(r": (region|landmark-one-main):", each)
        ]

    assert flaws == {name: [] for name in flaws}
    assert len(flaws) == 6


def asking(page: Page, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Fill the form in, first too fast, and return the flaws of each answer.

    However slow this machine is, the first answers come too fast, the last not.
    """
    flaws = {}
    monkeypatch.setattr(stamps, "_TOO_FAST", stamps._TOO_OLD)
    page.goto("/fr/subscribe")
    page.fill("#email", "dora@gmial.com")
    page.click("form button.main")
    flaws["suggestion"] = flaws_in(page)
    page.click("button[name=sure]")
    flaws["once more"] = flaws_in(page)
    monkeypatch.setattr(stamps, "_TOO_FAST", -stamps._TOO_OLD)
    page.click("form button.main")
    flaws["sent"] = flaws_in(page)
    return flaws


def html_of_newest(engine: Engine, house: House) -> str:
    run_job(engine, house)
    return part(received(house.settings.mailbox_dir)[-1].raw, "html")
