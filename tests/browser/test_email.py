"""Letters in a real browser: every design, by day and by night, with and without."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from newsletter.rendering import Design, render
from tests.browser.flaws import flaws_of
from tests.golden import cases, rendered
from tests.golden.letters import SITE, STORY

pytestmark = pytest.mark.browser

designs = pytest.mark.parametrize("design", Design)
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])
pictures = pytest.mark.parametrize("pictures", ["pictures", "no pictures"])
WIDTHS = (320, 600, 1280)
# Each of the other cases once in each design, in turns by day and by night.
OTHERS = [
    (design, name, "light" if number % 2 else "dark", WIDTHS[number % 3])
    for design in Design
    for number, name in enumerate(("minimal.de", "fallback.nl", "rtl.en", "full.de"))
]
# Colours that nobody could read as they are.
HARD = ("#ffe600", "#00ff00", "#ff00ff", "#0000ff", "#808080", "#ffffff", "#000000")

# What can be read less well than 4.5:1, as it is and with all colours inverted.
_UNREADABLE = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map(
      (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const opposite = (rgb) => rgb.map((v) => 255 - v);
  const found = [];
  let seen = 0;
  const judge = (words, element, under) => {
    const text = parse(getComputedStyle(element).color).slice(0, 3);
    const least = Math.min(ratio(text, under), ratio(opposite(text), opposite(under)));
    if (least < 4.5) found.push([words, text, under, least]);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !parent.getClientRects().length) continue;
    seen += 1;
    judge(walk.currentNode.data.trim(), parent, ground(parent));
  }
  // Who has turned pictures off reads their descriptions, in the colour of the words.
  for (const picture of document.images) {
    if (picture.alt) judge(picture.alt, picture, ground(picture));
  }
  return seen > 5 ? found : ["hardly any words"];
}"""


class Reading:
    """A letter open in a browser that may fetch our pictures and nothing else."""

    def __init__(self, page: Page, *, shows: bool = True) -> None:
        self.page, self.shows = page, shows
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.route("**/*", self._answer)

    def open(self, html: str, *, width: int, scheme: str) -> None:
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.set_content(html, wait_until="load")

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 800})

    def flaws(self) -> list[str]:
        """Return what axe finds; a mail's landmarks are its reader's business."""
        return [
            flaw
            for flaw in flaws_of(self.page)
            if not flaw.startswith(("region:", "landmark-one-main:"))
        ]

    def _answer(self, route: Route) -> None:
        if not route.request.url.startswith(f"{SITE}/media/"):
            self.complaints.append(f"asked for {route.request.url}")
            route.abort()
        elif self.shows:
            route.fulfill(body=_picture(), content_type="image/png")
        else:
            route.fulfill(status=204)


@pytest.fixture
def reading(browser: Browser) -> Iterator[Reading]:
    page = browser.new_page()
    yield Reading(page)
    page.close()


@designs
@schemes
@pictures
def test_a_letter_has_no_fault_at_any_width(
    reading: Reading, design: Design, scheme: str, pictures: str
) -> None:
    reading.shows = pictures == "pictures"
    reading.open(rendered(design, "full.fr").html, width=WIDTHS[0], scheme=scheme)

    found = {}
    for width in WIDTHS:
        reading.resize(width)
        found[width] = reading.flaws()

    assert found == {width: [] for width in WIDTHS}
    assert reading.complaints == []


@pytest.mark.parametrize(("design", "name", "scheme", "width"), OTHERS)
def test_no_letter_has_a_fault(
    reading: Reading, design: Design, name: str, scheme: str, width: int
) -> None:
    reading.open(rendered(design, name).html, width=width, scheme=scheme)

    assert reading.flaws() == []
    assert reading.complaints == []
    assert reading.page.evaluate(_UNREADABLE) == []


@designs
@schemes
def test_every_word_can_be_read_in_any_colour_and_inverted(
    reading: Reading, design: Design, scheme: str
) -> None:
    letter = cases.full("fr")
    found = {}

    for accent in ("", *HARD):
        style = replace(cases.STYLES[design], accent=accent)
        html = render(replace(letter, style=style)).html
        reading.open(html, width=600, scheme=scheme)
        found[accent] = reading.page.evaluate(_UNREADABLE)

    assert {accent: words for accent, words in found.items() if words} == {}


@designs
def test_a_letter_without_its_styles_can_still_be_read(
    reading: Reading, design: Design
) -> None:
    html = re.sub(
        r"<style.*?</style>", "", rendered(design, "full.de").html, flags=re.S
    )

    reading.open(html, width=320, scheme="light")

    assert reading.flaws() == []
    assert reading.page.evaluate(_UNREADABLE) == []


@designs
def test_the_dark_letter_is_dark(reading: Reading, design: Design) -> None:
    reading.open(rendered(design, "full.fr").html, width=390, scheme="dark")

    colour = reading.page.evaluate(
        "getComputedStyle(document.querySelector('.card>table')).backgroundColor"
    )

    assert colour == "rgb(27, 32, 39)"


@designs
def test_no_line_in_the_accent_of_the_day_is_left_in_the_dark(
    reading: Reading, design: Design
) -> None:
    html = rendered(design, "full.fr").html
    drawn = """() => [...document.querySelectorAll("*")].flatMap((box) => {
      const style = getComputedStyle(box);
      return ["Top", "Bottom"]
        .filter((side) => parseFloat(style[`border${side}Width`]) > 1)
        .map((side) => style[`border${side}Color`]);
    })"""

    reading.open(html, width=600, scheme="light")
    by_day = set(reading.page.evaluate(drawn))
    reading.open(html, width=600, scheme="dark")

    assert by_day
    assert by_day.isdisjoint(reading.page.evaluate(drawn))


@designs
def test_outlook_on_the_web_turns_the_letter_dark_by_its_own_marks(
    reading: Reading, design: Design
) -> None:
    # It renames nothing, but sets these attributes above what it has recoloured.
    html = rendered(design, "full.fr").html.replace(
        "<body ", '<body data-ogsc="" data-ogsb="" '
    )

    reading.open(html, width=600, scheme="light")

    assert reading.page.evaluate(_UNREADABLE) == []


@designs
def test_the_description_of_a_picture_is_set_like_the_words_around_it(
    reading: Reading, design: Design
) -> None:
    reading.shows = False
    reading.open(rendered(design, "full.fr").html, width=390, scheme="light")

    faces, links = reading.page.evaluate(
        "[[...document.images].map((i) => getComputedStyle(i).fontFamily),"
        " [...document.querySelectorAll('a:has(> img)')].map("
        "(a) => getComputedStyle(a).color)]"
    )

    assert faces
    assert [face for face in faces if "Arial" not in face] == []
    assert "rgb(0, 0, 238)" not in links


@designs
def test_small_pictures_stay_beside_their_words_on_a_phone(
    reading: Reading, design: Design
) -> None:
    reading.open(rendered(design, "full.fr").html, width=390, scheme="light")

    widths = reading.page.evaluate(
        "[...document.images].filter((i) => i.src.includes('compost')).map("
        "(i) => i.getBoundingClientRect().width)"
    )

    assert widths
    assert max(widths) <= 104


def test_a_long_headline_stays_beside_its_picture_on_a_phone(reading: Reading) -> None:
    said = "Les jardiniers de la Dyle récoltent neuf tonnes de compost " * 2
    stories = tuple(
        replace(STORY, anchor=f"i{number}", title=said, section="") for number in (1, 2)
    )
    letter = replace(cases.full("fr"), blocks=stories)
    html = render(replace(letter, style=cases.STYLES[Design.NEWS])).html

    reading.open(html, width=390, scheme="light")
    left, lines = reading.page.evaluate(
        "[document.querySelector('.pic').getBoundingClientRect().right,"
        " [...document.querySelector('.half h3 a, .half h2 a').getClientRects()]"
        ".map((line) => line.left)]"
    )

    assert len(lines) > 3
    assert min(lines) > left


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1072, 603), "#4d8a6f").save(file, "PNG")
    return file.getvalue()
