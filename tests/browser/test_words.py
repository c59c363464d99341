"""Words written in a real browser: no lost connection and no clash costs any."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine

from newsletter import db, items, staff
from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.models import Role
from tests import factories
from tests.browser.conftest import PASSWORD, House, _serving, desk_of, window
from tests.browser.flaws import flaws_in, flaws_of

pytestmark = pytest.mark.browser

PASTES = Path(__file__).with_name("pastes")
WORDS = " ".join(f"mot{number}" for number in range(500))
EDITOR = ".ProseMirror"


@pytest.fixture
def cell(sqlite_engine: Engine) -> str:
    """The address of a Dutch cell without words, beside its French source."""
    with db.writing(sqlite_engine) as session:
        staff.add(
            session, "jan@example.org", role=Role.EDITOR, password=PASSWORD, name="Jan"
        )
        texts = {"fr": {"title": "Le pont", "body": "<p>Il ouvre.</p>"}}
        item = factories.make_item(session, texts=texts)
        issue = factories.make_issue(session, items=[item], languages=["fr", "nl"])
        return f"/issues/{issue.id}/i/{item.id}/nl"


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    with desk_of(browser, house, locale="en-GB") as page:
        yield page


def log_in(page: Page, name: str) -> None:
    page.goto("/login")
    page.fill("#email", f"{name}@example.org")
    page.fill("#password", PASSWORD)
    page.click("main button, form button")
    page.wait_for_url("**/issues")


def body_of(engine: Engine, cell: str) -> str:
    item_id = int(cell.split("/")[4])
    with db.reading(engine) as session:
        text = items.find_texts(session, [item_id])[item_id].get("nl")
        return text.body if text else ""


def write(page: Page, words: str) -> None:
    page.click(EDITOR)
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(words)


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text(re.compile(r"^Saved "))


def cut(context: BrowserContext) -> Callable[[], None]:
    """Let nothing that is saved arrive; return what mends it."""
    context.route(
        "**/i/**",
        lambda route: (
            route.abort() if route.request.method == "PATCH" else route.continue_()
        ),
    )
    return lambda: context.unroute("**/i/**")


def test_words_written_without_a_connection_are_there_after_a_reload(
    page: Page, cell: str, sqlite_engine: Engine
) -> None:
    page.goto(cell)
    write(page, "begin ")
    saved(page)
    mend = cut(page.context)

    for at in range(0, len(WORDS), 400):
        write(page, WORDS[at : at + 400])
    expect(page.locator("#saved")).to_contain_text("no connection")
    mend()
    page.reload()

    expect(page.locator(EDITOR)).to_have_text(f"begin {WORDS}")
    expect(page.locator("[data-kept]")).to_contain_text("unsaved text")
    saved(page)
    assert body_of(sqlite_engine, cell) == f"<p>begin {WORDS}</p>"


def test_a_server_that_is_started_anew_loses_no_word(
    browser: Browser, house: House, cell: str, sqlite_engine: Engine
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    settings = house.settings.model_copy(
        update={"base_url": f"http://127.0.0.1:{port}"}
    )
    second = replace(house, base_url=settings.base_url, settings=settings)
    with desk_of(browser, second, locale="en-GB") as page:
        with serving(sqlite_engine, settings, port):
            page.goto(cell)
            write(page, WORDS[:1000])
            saved(page)
        write(page, WORDS[1000:])
        expect(page.locator("#saved")).to_contain_text("no connection")
        with serving(sqlite_engine, settings, port):
            saved(page)
            page.reload()
            expect(page.locator(EDITOR)).to_have_text(WORDS)
            page.context.close()  # or the server waits for what it has open
    assert body_of(sqlite_engine, cell) == f"<p>{WORDS}</p>"


@contextmanager
def serving(engine: Engine, settings: Settings, port: int) -> Iterator[None]:
    app = create_app(settings, engine, clock=False)
    with socket.create_server(("127.0.0.1", port)) as door, _serving(app, door):
        yield


def test_two_people_at_one_cell_lose_no_word(
    browser: Browser, house: House, cell: str, sqlite_engine: Engine
) -> None:
    with (
        desk_of(browser, house, locale="en-GB") as lea,
        window(browser, house, locale="en-GB") as jan,
    ):
        log_in(jan, "jan")
        lea.goto(cell)
        jan.goto(cell)
        write(jan, "Van Jan.")
        saved(jan)

        write(lea, "Van Léa.")
        expect(lea.locator("#pane .opened h2, #pane .empty h2")).to_contain_text(
            "Jan changed this at"
        )
        both = lea.locator("#pane").inner_text()
        flaws = flaws_of(lea)
        lea.click("text=Merge by hand")
        expect(lea.locator(EDITOR)).to_have_text("Van Léa.")
        with lea.expect_response(lambda said: said.request.method == "PATCH"):
            write(lea, " Van Jan.")

    assert "Van Jan" in both.replace("\u00a0", " ")
    assert flaws == []
    assert body_of(sqlite_engine, cell) == "<p>Van Léa. Van Jan.</p>"


@pytest.mark.parametrize("kind", ["word", "docs", "libreoffice", "web"])
def test_what_is_pasted_becomes_clean(
    page: Page, cell: str, sqlite_engine: Engine, kind: str
) -> None:
    page.goto(cell)
    page.click(EDITOR)

    page.evaluate(
        """html => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          document.querySelector(".ProseMirror").dispatchEvent(
            new ClipboardEvent(
              "paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        (PASTES / f"{kind}.html").read_text(),
    )
    expect(page.locator("#tidied")).to_contain_text("table")
    saved(page)

    body = body_of(sqlite_engine, cell)
    assert body.startswith(
        "<h4>Le permis est annulé</h4><p>Le Conseil d’État annule "
        "<strong>deux zones</strong> et <em>une route</em>, voir "
        '<a href="https://example.org/arret?id=7">l’arrêt</a>.</p>'
    )
    points = (
        "<li>Premier point<ul><li>Un détail</li></ul></li>"
        if kind == "word"
        else "<li>Premier point</li>"
    )
    assert f"<ul>{points}<li>Second point" in body
    assert "<p>Lundi — 18 h</p>" in body
    assert not re.search("style|class|span|script|utm_|<b>|<table|&nbsp;&nbsp;", body)


def test_the_whole_cell_works_by_keyboard(
    page: Page, cell: str, sqlite_engine: Engine
) -> None:
    page.goto(cell)
    page.focus("#f-title")

    page.keyboard.type("De brug")
    page.focus(EDITOR)
    page.keyboard.type("Dit is ")
    page.keyboard.press("Control+b")
    page.keyboard.type("sterk")
    page.keyboard.press("Control+b")
    page.keyboard.type(' en "open" ')
    page.keyboard.press("Control+k")
    page.keyboard.type("example.org/brug")
    page.keyboard.press("Enter")
    expect(page.locator("#linking")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#pane .opened h2, #pane .empty h2")).not_to_have_text(
        "Le pont"
    )

    assert body_of(sqlite_engine, cell) == (
        "<p>Dit is <strong>sterk</strong> en ‘open’ "
        '<a href="https://example.org/brug">https://example.org/brug</a></p>'
    )


def test_the_next_cell_opens_without_a_new_page(page: Page, cell: str) -> None:
    page.goto(cell)
    page.evaluate("window.same = true")

    page.keyboard.press("Alt+1")
    page.wait_for_url("**" + cell.replace("/nl", "/fr"))

    opened = page.locator("#pane .languages-of [aria-current]").text_content()
    assert "French" in (opened or "")
    assert page.evaluate("window.same")


def test_an_open_cell_is_accessible_and_fits(page: Page, cell: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(cell)
    expect(page.locator(EDITOR)).to_be_visible()

    flaws = flaws_in(page, ((1280, "light"), (390, "dark")))

    assert (flaws, said) == ([], [])


def test_a_log_in_that_ended_keeps_the_words_until_the_next(
    page: Page, cell: str, sqlite_engine: Engine
) -> None:
    page.goto(cell)
    write(page, "een ")
    saved(page)
    page.context.clear_cookies()

    write(page, "twee")
    expect(page.locator("#saved")).to_contain_text("you are logged out")
    other = page.context.new_page()
    log_in(other, "admin")

    saved(page)
    assert body_of(sqlite_engine, cell) == "<p>een twee</p>"


def test_guests_and_earlier_versions_are_accessible_and_fit(
    page: Page, cell: str
) -> None:
    looks = ((1280, "dark"), (390, "light"))
    issue = cell.partition("/i/")[0]
    page.goto(cell)
    write(page, "Brug")
    saved(page)
    page.goto(f"{issue}/history")
    flaws = flaws_in(page, looks)
    page.goto(f"{issue}/guests?language=nl")
    page.fill("#name", "Mia")
    page.click("main form.card button")
    flaws += flaws_in(page, looks)
    link = page.input_value("#link")
    for there in (link, link + "/i/" + cell.partition("/i/")[2]):
        page.goto(there)
        flaws += flaws_in(page, looks)

    assert flaws == []


def test_a_guest_goes_on_and_no_policy_is_broken(
    browser: Browser, house: House, sqlite_engine: Engine
) -> None:
    with db.writing(sqlite_engine) as session:
        both = [
            factories.make_item(session, texts={"fr": {"title": title}})
            for title in ("Le pont", "La gare")
        ]
        issue = factories.make_issue(session, items=both, languages=["fr", "nl"])
        address, first = f"/issues/{issue.id}", both[0].id
    complaints: list[str] = []
    with desk_of(browser, house) as page:
        page.on("console", lambda line: complaints.append(line.text))
        page.goto(f"{address}/guests?language=nl")
        page.fill("#name", "Mia")
        page.click("main form.card button")
        page.goto(f"{page.input_value('#link')}/i/{first}/nl")
        page.fill("#f-title", "De brug")
        # As whoever pulls at the corner of a field does.
        page.evaluate("document.getElementById('f-summary').style.height = '200px'")

        page.click("form#words button.main")

        expect(page.get_by_role("heading", name="La gare")).to_be_visible()
    assert complaints == []


def test_without_a_script_a_form_does_it_all(
    browser: Browser, house: House, cell: str, sqlite_engine: Engine
) -> None:
    with desk_of(browser, house, locale="en-GB", java_script_enabled=False) as page:
        page.goto(cell)
        page.fill("#f-title", "De brug")
        page.fill("#f-body", "Dit is **sterk**.\n\n- een\n- twee")
        page.click("text=Save")
        expect(page.locator("#saved")).to_contain_text("Saved")

    assert body_of(sqlite_engine, cell) == (
        "<p>Dit is <strong>sterk</strong>.</p><ul><li>een</li><li>twee</li></ul>"
    )
