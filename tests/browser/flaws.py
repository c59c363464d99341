"""What axe finds on a page, and whether it fits its window, in any look."""

from collections.abc import Iterable
from itertools import product

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Look = tuple[int, str]  # the width of the window, and `light` or `dark`
# The last is that of whatever a test does next: on a phone it is hardest.
LOOKS: tuple[Look, ...] = tuple(product((1280, 390), ("light", "dark")))

_AXE = Axe().axe_script
# Of each fault the first place alone comes back: all that axe found out takes longer
# to hand over than to find. What is on its way to another size has to arrive first.
_LOOK = """async () => {
  const passing = document.getAnimations().filter((a) => a instanceof CSSTransition);
  await Promise.all(passing.map((each) => each.finished.catch(() => {})));
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  const found = violations.map(
    (each) => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`);
  const wide = document.documentElement.scrollWidth > innerWidth;
  return wide ? [...found, "wider than the window"] : found;
}"""


def flaws_of(page: Page) -> list[str]:
    """Return what axe finds, and whether the page is wider than the window."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found: list[str] = page.evaluate(_LOOK)
    return found


def flaws_in(page: Page, looks: Iterable[Look] = LOOKS) -> list[str]:
    """Return the flaws of a page in each of these looks; the last one stays.

    The page is loaded once: what a look changes is in its styles, which follow.
    """
    found = []
    for width, scheme in looks:
        look(page, width, scheme)
        found += [f"{width} {scheme}: {flaw}" for flaw in flaws_of(page)]
    return found


def look(page: Page, width: int, scheme: str) -> None:
    """Give a window this width, and its user a liking for `light` or `dark`."""
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


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
