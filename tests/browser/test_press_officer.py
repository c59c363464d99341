"""The whole work of a press officer in a browser, in each language of the pages."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from newsletter.demo import letters
from newsletter.smtp import mailbox
from tests.browser import website
from tests.browser.conftest import PATIENCE, House
from tests.browser.office import Office, opened, working

pytestmark = pytest.mark.browser

SUBJECTS = {"fr": "Le mois", "nl": "De maand", "de": "Der Monat", "en": "The month"}
PEOPLE = (
    ("E-mail", "Nom", "Langue"),
    ("dora@example.org", "Dora", "nl"),
    ("emil@example.org", "Emil", "de"),
)


@pytest.fixture
def house(sqlite_engine: Engine, tmp_path: Path) -> Iterator[House]:
    """A site whose clock runs."""
    with working(sqlite_engine, tmp_path) as house:
        yield house


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_from_a_feed_to_the_report_and_the_next_readers(
    browser: Browser, house: House, tmp_path: Path, language: str
) -> None:
    with website.serving() as site, opened(browser, house, language) as office:
        office.log_in()
        let_a_feed_come_in(office, site)
        make_an_issue_of_six(office)
        translate_two(office)
        decide_the_gaps(office)
        write_the_lines(office)
        check_and_preview(office)
        send_a_test(office)
        send_it(office)
        let_one_leave(office, browser)
        import_and_undo(office, tmp_path)


def let_a_feed_come_in(office: Office, site: str) -> None:
    page = office.page
    page.goto("/desk/sources")
    page.get_by_label(office.say("Address of a website or a feed")).fill(
        site + "/feed/"
    )
    office.press("Add feed")
    so_far = office.says("One item so far", "{n} items so far", 6)
    until(page, so_far)


def until(page: Page, words: str) -> None:
    """Look again, as people do, until the page says this."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.get_by_text(words).count():
        assert time.monotonic() < deadline, f"{words}: {page.inner_text('main')}"
        page.wait_for_timeout(200)
        page.reload()


def make_an_issue_of_six(office: Office) -> None:
    page = office.page
    page.goto("/desk")
    expect(page.locator("[data-rows] > li")).to_have_count(6)
    office.press("Start No {number}", number=1)
    page.get_by_role("link", name=office.say("Open issue")).wait_for()
    page.wait_for_load_state()
    for left in range(5, -1, -1):
        page.keyboard.press("e")
        expect(page.locator("[data-rows] > li")).to_have_count(left)
    office.follow("Open issue")


def mark_ready(page: Page, row: int | str, language: str) -> None:
    """Say that the open cell is ready, and wait for the next one."""
    with page.expect_response(lambda said: said.url.endswith("/ready")):
        page.keyboard.press("Control+Enter")
    expect(page.locator(f"form#words[action$='/{row}/{language}']")).to_have_count(0)
    expect(page.locator(f"#cell-{row}-{language}")).to_have_class(re.compile("ready"))


def open_cell(page: Page, row: int | str, language: str) -> None:
    if not page.url.endswith(f"/i/{row}/{language}"):
        page.locator(f"#cell-{row}-{language} a").click()
    expect(page.locator(f"#cell-{row}-{language}")).to_have_class(re.compile("open"))
    expect(page.locator(f"form#words[action$='/{row}/{language}']")).to_be_visible()


def translate_two(office: Office) -> None:
    page = office.page
    first, second = (
        int(row.get_attribute("data-item") or 0)
        for row in page.locator("tr.item").all()[:2]
    )
    translate(office, first, "De voetbrug gaat open")
    open_cell(page, first, "fr")
    page.locator("#f-title").press("End")
    page.keyboard.type(" au printemps")
    page.locator("#f-title").blur()
    expect(page.locator(f"#cell-{first}-nl")).to_have_class(re.compile("changed"))

    open_cell(page, first, "nl")
    page.get_by_text(office.say("Only one sentence differs.")).wait_for()
    office.press("Still correct")
    expect(page.locator(f"#cell-{first}-nl")).to_have_class(re.compile("ready"))
    translate(office, second, "Honderd bomen erbij")


def translate(office: Office, row: int, title: str) -> None:
    page = office.page
    open_cell(page, row, "nl")
    page.locator("#f-title").fill(title)
    page.locator(".ProseMirror").first.click()
    page.keyboard.insert_text("De raad kondigt het deze maand aan.")
    mark_ready(page, row, "nl")


def decide_the_gaps(office: Office) -> None:
    page = office.page
    for tag in ("nl", "de", "en"):
        page.locator(f"button[popovertarget='column-{tag}']").click()
        page.locator(f"#column-{tag} button[value='{tag} fr']").click()
        expect(page.locator(f"#column-{tag} button")).to_have_count(0)


def write_the_lines(office: Office) -> None:
    page = office.page
    for tag, subject in SUBJECTS.items():
        open_cell(page, "lines", tag)
        page.locator("#f-subject").fill(subject)
        page.locator("#f-preheader").fill(subject)
        mark_ready(page, "lines", tag)
    expect(page.locator("#gaps")).to_have_text(office.say("Everything has a decision"))


def check_and_preview(office: Office) -> None:
    page = office.page
    office.follow("Check and send")
    expect(page.locator("#leave button.main")).to_have_text(
        office.says("Send to one person", "Send to {people} people", 8, people=8),
    )
    for tag, subject in SUBJECTS.items():
        # Of two that are asked for at once, the one that comes last would stay.
        with page.expect_response(re.compile(f"show={tag}&")):
            page.locator(f"#in-{tag}").click()
        line = page.locator("#preview .line-of")
        expect(line).to_contain_text(subject)
        frame = page.frame_locator("[data-frames] iframe")
        expect(frame.locator("html")).to_have_attribute("lang", tag)
    page.locator("#as-all").click()
    expect(page.locator("[data-frames] iframe")).to_have_count(4)


def send_a_test(office: Office) -> None:
    office.press("Send me a test")
    done = office.page.locator("#tests .chip.ok")
    expect(done).to_have_count(4)


def send_it(office: Office) -> None:
    page, eight = office.page, {"people": 8}
    button = page.locator("#leave button.main")
    words = office.says("Send to one person", "Send to {people} people", 8, **eight)
    expect(button).to_have_text(words)
    button.click()
    sentence = page.locator("#last[open] .sentence")
    expect(sentence).to_contain_text("8")
    page.locator("#last form[method=post] button").click()
    page.wait_for_url("**/sending")
    sent = office.say("Sent. {reached} of {total} were accepted.", reached=8, total=8)
    expect(page.locator("h1")).to_have_text(sent)
    expect(page.locator(".lane")).to_have_count(4)


def let_one_leave(office: Office, browser: Browser) -> None:
    folder = office.house.settings.mailbox_dir
    mail = letters.read(mailbox.received(folder, "nl0@example.org")[-1])
    assert mail.subject == SUBJECTS["nl"]
    reader = browser.new_context(locale="nl")
    there = reader.new_page()
    there.goto(mail.unsubscribe)
    there.locator("main form button").first.click()
    there.wait_for_load_state()
    reader.close()
    office.page.reload()
    gone = office.page.locator(".figures div", has_text=office.say("unsubscribed"))
    expect(gone.locator("dd")).to_have_text("1")


def import_and_undo(office: Office, folder: Path) -> None:
    page, made = office.page, Workbook()
    sheet = made.create_sheet(index=0)
    for row in PEOPLE:
        sheet.append(row)
    made.save(folder / "AG.xlsx")
    page.goto("/subscribers/import")
    page.set_input_files("#file", folder / "AG.xlsx")
    office.press("Look at the columns")
    office.press("Try it out: nothing is written")
    title = page.locator("h1")
    would = office.say("{many} new people would come in", many=2)
    expect(title).to_have_text(would)
    page.locator("#consent").fill("Assemblée générale, mai.")
    office.press("Import {many} people", many=2)
    came = office.say("{many} new people came in", many=2)
    expect(title).to_have_text(came)
    page.get_by_text(office.say("Undo this import…")).click()
    office.press("Undo this import")
    taken = office.say("The import is taken back")
    expect(title).to_have_text(taken)
