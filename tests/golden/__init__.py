"""Rendered letters as files: what a change to the layout does is seen in the diff."""

from collections.abc import Iterator
from pathlib import Path

from newsletter.rendering import render
from tests.golden.letters import LETTERS

FOLDER = Path(__file__).parent


def forms() -> Iterator[tuple[str, str]]:
    """Yield each golden file's name and what it should hold."""
    for language, letter in LETTERS.items():
        rendered = render(letter)
        yield f"issue.{language}.html", rendered.html
        yield f"issue.{language}.txt", rendered.text
        yield f"article.{language}.html", rendered.web
