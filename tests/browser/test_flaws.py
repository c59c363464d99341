"""A look that finds nothing proves nothing: here is what it must find."""

import pytest
from playwright.sync_api import Browser

from tests.browser.flaws import flaws_in

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><title>x</title><meta name="viewport"
content="width=device-width"><style>{style}</style><main><h1>Hello</h1>{more}</main>"""


@pytest.mark.parametrize(
    ("style", "more", "where"),
    [
        ("", "", []),
        ("", "<img src='data:,'>", ["1280 l", "1280 d", "390 l", "390 d"]),
        ("main { width: 600px }", "", ["390 l", "390 d"]),
        (
            "h1 { transition: color 1s }"
            "@media (prefers-color-scheme: dark) { h1 { color: #eee } }",
            "",
            ["1280 d", "390 d"],
        ),
        (
            "@media (prefers-color-scheme: dark) and (min-width: 400px)"
            " { h1 { color: #eee; background: #fff } }",
            "",
            ["1280 d"],
        ),
    ],
)
def test_each_flaw_is_found_in_the_looks_that_have_it(
    browser: Browser, style: str, more: str, where: list[str]
) -> None:
    page = browser.new_page()
    page.set_content(PAGE.format(style=style, more=more))

    found = flaws_in(page)

    page.context.close()
    assert len(found) == len(where), found
    assert all(map(str.startswith, found, where)), found
