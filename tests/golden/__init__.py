"""Rendered letters as files: what a change to the layout does is seen in the diff."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from newsletter.rendering import Design, Rendered, render
from tests.golden import cases

FOLDER = Path(__file__).parent


@cache
def rendered(design: Design, name: str) -> Rendered:
    """Return a case such as `full.fr` in a design."""
    case, language = name.split(".")
    letter = cases.CASES[case](language)
    return render(replace(letter, style=cases.STYLES[design]))


def forms() -> Iterator[tuple[str, str]]:
    """Yield each golden file's name and what it should hold.

    Text and web page are the same in every design, which a test holds them to.
    """
    for name, _ in cases.every():
        for design in Design:
            yield f"{design}/{name}.html", rendered(design, name).html
        yield f"text/{name}.txt", rendered(Design.LETTER, name).text
        yield f"web/{name}.html", rendered(Design.LETTER, name).web
