"""What axe finds on a page, and whether it fits its window."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def flaws_of(page: Page) -> list[str]:
    """Return what axe finds, and whether the page is wider than the window."""
    found = [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in Axe().run(page).response["violations"]
    ]
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, "wider than the window"] if wider else found


def scrolls_sideways(page: Page) -> list[str]:
    """Return the boxes of a page, its lines of links apart, that are wider inside."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll("main *")]
        .filter((box) => /auto|scroll/.test(getComputedStyle(box).overflowX))
        .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth)
        .filter((box) => !box.closest("nav"))
        .map((box) => box.outerHTML.slice(0, 200))"""
    )
    return found
