"""A command loads what it needs, and no more: one starts for every bounce."""

import subprocess
import sys

import pytest
import typer.main

from newsletter.cli import app
from newsletter.cli.words import Words

_LOADED = "import sys, newsletter.cli, {module}; print(*sys.modules, sep='\\n')"
_HEAVY = {
    "fastapi",
    "jinja2",
    "mjml",
    "PIL",
    "rich.console",
    "uvicorn",
    "newsletter.cli.doctor",
    "newsletter.editions",
    "newsletter.rendering",
    "newsletter.sending",
    "newsletter.web",
}


def _loaded(module: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED.format(module=module)],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["newsletter.cli.words", "newsletter.cli.bounces"])
def test_taking_a_bounce_loads_neither_pages_nor_rendering(module: str) -> None:
    assert not _loaded(module) & _HEAVY


def test_every_word_leads_to_a_command_of_that_name() -> None:
    words = Words()

    assert list(words) == list(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # Typer's types hide that it is a group
    assert [each.name for each in words.values()] == list(words)
    assert len(words) == len({*words})


def test_a_word_that_is_none_leads_nowhere() -> None:
    assert "bounce" not in Words()
