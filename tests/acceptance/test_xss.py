"""Two hundred payloads in every field: none of them survives anywhere."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Dialog, Error, Page, Route, sync_playwright
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, feeds, staff
from newsletter.app import create_app
from newsletter.config import Settings
from newsletter.messages import part
from newsletter.models import Item, ItemText, Role, Staff
from newsletter.web import sessions
from tests.acceptance import flawless, hostile, shared
from tests.acceptance.hostile import Hostile
from tests.conftest import BASE_URL
from tests.payloads import xss

pytestmark = pytest.mark.slow

LISTS = ("/fr/", "/fr/subscribe", "/issues", "/forms")
CHROMIUM = Path("/usr/bin/chromium")
_ICS = {
    "CALSCALE",
    "BEGIN", "VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "DTSTART", "DTEND",
    "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "END", "SEQUENCE", "LAST-MODIFIED",
    "CREATED", "STATUS", "TZID", "TRANSP", "CATEGORIES", "ORGANIZER", "CLASS",
}  # fmt: skip


@dataclass(frozen=True)
class House:
    """A site full of such issues, one harmless one, and a client that is logged in."""

    client: TestClient
    settings: Settings
    engine: Engine
    issues: list[Hostile]
    harmless: Hostile
    known: dict[str, set[tuple[str, str]]]  # of the pages that list things, before

    def page(self, path: str) -> str:
        answer = self.client.get(path, headers={"Accept-Language": "fr"})
        assert answer.status_code == 200, path
        return answer.text


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path
) -> Iterator[House]:
    """Everything is written once: there are thousands of fields."""
    folder = tmp_path_factory.mktemp("hostile")
    with shared.site(folder, _sqlite_template, check_domains=False) as (
        engine,
        settings,
    ):
        harmless = hostile.make_harmless(engine, settings)
        hostile.make_harmless(engine, settings, "more")  # so that lists are lists
        client = TestClient(
            create_app(settings, engine, clock=False), base_url=BASE_URL
        )
        _log_in(client, engine, settings)
        known = {path: flawless.harmless_parts(client.get(path).text) for path in LISTS}
        issues = hostile.make(engine, settings)
        yield House(client, settings, engine, issues, harmless, known)


def _log_in(client: TestClient, engine: Engine, settings: Settings) -> None:
    person = Staff(
        email="a@example.org", email_key="a@example.org", role=Role.ADMIN,
        password_hash="-", name=xss.WORDS[0],
    )  # fmt: skip
    with db.writing(engine) as session:
        session.add(person)
        session.flush()
        secret = staff.open_session(session, person)
    client.cookies.set(sessions.cookie_name(settings), secret)


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(xss.PAYLOADS)) >= 200


def test_the_search_finds_what_it_looks_for() -> None:
    """A search that finds nothing proves nothing: here is what it must find."""
    known = flawless.harmless_parts("<p>Bonjour</p>")
    unseen = [
        payload
        for payload in (*xss.WORDS, *xss.ANCHORS)
        if re.search(r"<\w", payload) and not flawless.flaws(payload, known)
    ]

    # Those that only another place, or another reader of HTML, makes run.
    assert len(unseen) < 25, unseen


def test_no_mail_holds_anything_that_runs(house: House) -> None:
    known = flawless.harmless_parts(house.harmless.html)
    fields = set(message_from_bytes(house.harmless.message).keys())

    for issue in house.issues:
        parsed = message_from_bytes(issue.message, policy=policy.SMTP)
        kinds = [each.get_content_type() for each in parsed.walk()]
        assert flawless.flaws(issue.html, known) == []
        assert "mark(" in issue.html  # as words
        assert kinds == ["multipart/alternative", "text/plain", "text/html"]
        assert set(parsed.keys()) == fields


def test_no_page_holds_anything_that_runs(house: House) -> None:
    for number, path in enumerate(house.harmless.pages):
        known = flawless.harmless_parts(house.page(path))
        for issue in house.issues:
            found = flawless.flaws(house.page(issue.pages[number]), known)
            assert found == [], issue.pages[number]


@pytest.mark.parametrize("path", LISTS)
def test_no_list_of_pages_holds_anything_that_runs(house: House, path: str) -> None:
    page = house.page(path)

    assert "mark(" in page or path not in {"/fr/", "/issues"}
    assert flawless.flaws(page, house.known[path]) == []


def test_no_feed_holds_anything_that_runs(house: House) -> None:
    text = house.client.get("/fr/feed.xml").text
    tree = ET.fromstring(text)  # noqa: S314  # our own feed
    known = flawless.harmless_parts(house.harmless.html, house.page("/fr/harmless"))

    assert not re.search(r"<!(DOCTYPE|ENTITY)", text)
    for element in tree.iter():
        address = element.get("href") or ""
        assert not address or address.startswith(BASE_URL)
        if "encoded" in element.tag or element.get("type") == "html":
            assert flawless.flaws(element.text or "", known) == []


def test_no_calendar_holds_what_nobody_wrote(house: House) -> None:
    paths = [path for issue in house.issues for path in issue.events]

    assert len(paths) > 30
    for path in paths:
        raw = house.client.get(path).content
        lines = raw.decode().replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")
        names = [re.split("[:;]", line, maxsplit=1)[0] for line in lines if line]
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert set(names) <= _ICS, path
        assert names.count("BEGIN") == names.count("END")
        urls = [line.partition(":")[2] for line in lines if line.startswith("URL")]
        assert all(url.startswith(("http://", "https://", "mailto:")) for url in urls)


def test_no_item_of_a_feed_holds_anything_that_runs(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(hostile.feed(), encoding="utf-8")
    known = flawless.harmless_parts("<p>Bonjour</p>")

    report = feeds.import_feed(house.engine, house.settings, str(path), language="fr")

    ids = [item.id for item in report.items]
    assert len(ids) > 200
    with db.reading(house.engine) as session:
        texts = session.exec(select(ItemText).where(ItemText.item_id.in_(ids))).all()  # type: ignore[attr-defined]  # a column once mapped
        made = session.exec(select(Item).where(Item.id.in_(ids))).all()  # type: ignore[union-attr]  # a column once mapped
        for text in texts:
            assert flawless.flaws(text.body, known) == []
            assert (
                flawless.flaws(f'<a href="{text.url.replace(chr(34), "")}">', known)
                == []
            )
        for item in made:
            for url in (item.url, item.video_url, *(d["url"] for d in item.documents)):
                assert not url or url.startswith(("http://", "https://", "mailto:"))


class Browser:
    """A page that notes whatever should not happen in it."""

    def __init__(self, page: Page) -> None:
        self.page, self.noted = page, list[str]()
        page.on("dialog", self._dismiss)
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.noted.append(str(error)))
        page.on("popup", lambda _: self.noted.append("popup"))
        page.route("**/*", self._answer)
        page.add_init_script("window.marked = []; window.mark = n => marked.push(n)")

    def _dismiss(self, dialog: Dialog) -> None:
        self.noted.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.noted.append(text)

    def _answer(self, route: Route) -> None:
        if route.request.url.startswith(f"{BASE_URL}/media/"):
            route.fulfill(body=hostile.picture(), content_type="image/png")
        elif (
            route.request.is_navigation_request()
            and route.request.url == f"{BASE_URL}/"
        ):
            route.fulfill(
                body="<!doctype html><title>x</title>", content_type="text/html"
            )
        else:
            self.noted.append(f"asked for {route.request.url[:100]}")
            route.abort()

    def tried(self, html: str) -> tuple[list[str], list[int]]:
        """Show a page, touch everything in it, and return what came of it."""
        self.page.set_content(html, wait_until="load")
        self.page.evaluate(_TOUCH)
        self.page.wait_for_timeout(150)
        return self.noted, self.page.evaluate("marked")


_TOUCH = """
for (const each of document.querySelectorAll('*')) {
  for (const kind of ['mouseover', 'mouseenter', 'focus', 'blur', 'toggle',
                      'pointerrawupdate', 'animationstart', 'begin'])
    each.dispatchEvent(new Event(kind, {bubbles: true}));
}
"""


@pytest.mark.browser
def test_nothing_runs_in_a_real_browser(house: House) -> None:
    with sync_playwright() as playwright:
        own = CHROMIUM if CHROMIUM.exists() else None
        try:
            launched = playwright.chromium.launch(
                executable_path=own, args=["--no-sandbox"]
            )
        except Error as reason:
            pytest.skip(f"left out, for lack of Chromium: {reason}")
        browser = Browser(launched.new_page())
        browser.page.goto(BASE_URL)

        # Without the policy that forbids scripts on our own pages: words alone do.
        ran = [browser.tried(issue.html) for issue in house.issues]
        ran += [
            browser.tried(f"<!doctype html><title>x</title>{_article(house, issue)}")
            for issue in house.issues
        ]
        noted = list(browser.noted)
        can_tell = browser.tried("<img src=x onerror=mark(7)>")
        launched.close()

    assert all(marked == [] for _, marked in ran)
    assert can_tell[1] == [7]
    assert noted == []


def _article(house: House, issue: Hostile) -> str:
    page = house.page(issue.pages[0])
    article = page[page.index("<article") : page.index("</article>") + 10]
    return article.replace('="/media/', f'="{BASE_URL}/media/')


def test_no_text_part_holds_markup_of_ours(house: House) -> None:
    for issue in house.issues:
        text = part(issue.message, "plain")

        assert not re.search(r"<(table|td|div|span)\b[^>]*style=\"margin", text)
        assert "\r" not in text.replace("\r\n", "")
