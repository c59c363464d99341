import io
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Error, Page, Route, sync_playwright

from newsletter.rendering import render
from tests.golden.letters import LETTERS, SITE

pytestmark = pytest.mark.browser

HTML = {language: render(letter).html for language, letter in LETTERS.items()}
sizes = pytest.mark.parametrize("width", [320, 390, 720])
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])
languages = pytest.mark.parametrize("language", LETTERS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        installed = shutil.which("chromium") or shutil.which("google-chrome")
        try:
            browser = playwright.chromium.launch(
                executable_path=installed, args=["--no-sandbox"]
            )
        except Error as reason:
            pytest.skip(f"left out, for lack of Chromium: {reason}")
        yield browser
        browser.close()


class Reading:
    """A letter open in a browser that may fetch our pictures and nothing else."""

    def __init__(self, browser: Browser, html: str, width: int, scheme: str) -> None:
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self._answer)
        self.page.set_content(html, wait_until="load")

    def _answer(self, route: Route) -> None:
        if route.request.url.startswith(f"{SITE}/media/"):
            route.fulfill(body=_picture(), content_type="image/png")
        else:
            self.complaints.append(f"asked for {route.request.url}")
            route.abort()


@languages
@sizes
@schemes
def test_a_letter_fits_its_window_and_asks_for_nothing(
    chromium: Browser, language: str, width: int, scheme: str
) -> None:
    reading = Reading(chromium, HTML[language], width, scheme)

    needed = reading.page.evaluate("document.documentElement.scrollWidth")
    reading.page.close()

    assert needed <= width
    assert reading.complaints == []


@languages
@schemes
def test_a_letter_has_no_accessibility_fault(
    chromium: Browser, language: str, scheme: str
) -> None:
    reading = Reading(chromium, HTML[language], 720, scheme)

    found = Axe().run(reading.page)
    reading.page.close()

    # A mail is not a page of a site: its landmarks are its reader's business.
    faults = {
        fault["id"]: [node["html"] for node in fault["nodes"]]
        for fault in found.response["violations"]
        if fault["id"] not in {"region", "landmark-one-main"}
    }
    assert faults == {}


@languages
def test_the_dark_letter_is_dark(chromium: Browser, language: str) -> None:
    reading = Reading(chromium, HTML[language], 390, "dark")

    colour = reading.page.evaluate(
        "getComputedStyle(document.querySelector('.card>table')).backgroundColor"
    )
    reading.page.close()

    assert colour == "rgb(27, 32, 39)"


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1072, 603), "#4d8a6f").save(file, "PNG")
    return file.getvalue()
