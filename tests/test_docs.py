"""What the pages say is so: commands, settings, links, decisions."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from newsletter.cli import app
from newsletter.config import PREFIX, Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
)
OPERATORS = "docs/operators.md"
DECISIONS = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/decisions").iterdir()
)

_FENCED = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)
_HERE = re.compile(r"<<'(\w+)'\n.*?\n\s*\1$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_SETTING = re.compile(rf"\b{PREFIX}[A-Z_]+")
_ROW = re.compile(rf"^\| `({PREFIX}[A-Z_]+)` \| (.*?) \| (.+) \|$", re.MULTILINE)

Words = tuple[str, ...]


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _fenced(page: str) -> Iterator[Words]:
    """Yield the commands of ours in the code blocks of a page."""
    for language, block in _FENCED.findall(_text(page)):
        if language == "sh":
            yield from _commands(_HERE.sub("", block))


def _spans(page: str) -> Iterator[Words]:
    """Yield the commands of ours that stand in a sentence, perhaps shortened."""
    for span in _SPAN.findall(_FENCED.sub("", _text(page))):
        if span.startswith("newsletter "):
            yield from _commands(span)


def _commands(script: str) -> Iterator[Words]:
    lexer = shlex.shlex(script, posix=True, punctuation_chars="|;&<>\n")
    lexer.whitespace, lexer.whitespace_split = " \t", True
    found: list[str] = []
    for word in (*lexer, ";"):
        if set(word) <= set("|;&<>\n"):
            yield from _ours(found)
            found = []
        else:
            found.append(word)


def _ours(words: list[str]) -> Iterator[Words]:
    """Yield what follows `newsletter`, run here, from a folder or in a container."""
    names = [word.rpartition("/")[2] for word in words]
    starts = names[:1] == ["newsletter"] or names[:3] == ["docker", "compose", "exec"]
    if starts and "newsletter" in names:
        yield tuple(words[names.index("newsletter") + 1 :])


def _find(words: Words) -> tuple[Any, Words]:
    """Return the command that `words` name, and what they give it."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def _runs(command: Any) -> bool:
    """Whether a command does something without naming one below it."""
    return not hasattr(command, "commands") or command.invoke_without_command


def _leaves(command: Any, path: Words = ()) -> Iterator[Words]:
    for name, inner in getattr(command, "commands", {}).items():
        yield from _leaves(inner, (*path, name))
    if path and _runs(command):
        yield path


def _anchors(page: Path) -> set[str]:
    """Return the names that headings get, as forges make them."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def _default(name: str) -> str:
    """Return a setting's default as a page writes it."""
    value = Settings.model_fields[name].default
    words = ",".join(value) if isinstance(value, list) else str(value)
    if isinstance(value, bool):
        words = words.lower()
    return f"`{words}`" if words else "(empty)"


FENCED = sorted({(page, words) for page in PAGES for words in _fenced(page)})
SPANS = sorted({(page, words) for page in PAGES for words in _spans(page)})
LINKS = [(page, target) for page in PAGES for target in _LINK.findall(_text(page))]
ROWS = {row[1]: row[2] for row in _ROW.finditer(_text(OPERATORS))}


@pytest.mark.parametrize(("page", "words"), FENCED)
def test_a_printed_command_can_be_typed(page: str, words: Words) -> None:
    command, given = _find(words)

    assert _runs(command), f"{page}: no command {given}"
    # Reads every word as the program would, without running the command.
    command.make_context(command.name, list(given))


@pytest.mark.parametrize(("page", "words"), SPANS)
def test_a_mentioned_command_exists(page: str, words: Words) -> None:
    command, given = _find(words)

    known = {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    if not _runs(command):
        assert not given, f"{page}: no command {given}"
    assert {word for word in given if word.startswith("--")} <= known, page


@pytest.mark.parametrize("path", [*_leaves(typer.main.get_command(app))])
def test_every_command_is_shown_somewhere(path: Words) -> None:
    shown = {words[: len(path)] for _, words in FENCED + SPANS}

    assert path in shown


def test_every_setting_is_in_the_table_and_no_other() -> None:
    settings = [PREFIX + name.upper() for name in Settings.model_fields]

    assert sorted(ROWS) == sorted(settings)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_settings_default_is_told(name: str) -> None:
    assert ROWS[PREFIX + name.upper()] == _default(name)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_speaks_of_a_setting_that_does_not_exist(page: str) -> None:
    settings = {PREFIX + name.upper() for name in Settings.model_fields}
    files = {f"{name}_FILE" for name in settings}
    # Compose has a few of its own.
    composed = set(re.findall(rf"\$\{{({PREFIX}[A-Z_]+)", _text("docker-compose.yml")))

    assert set(_SETTING.findall(_text(page))) <= settings | files | composed


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    if target.startswith(("https://", "http://", "mailto:")):
        return  # tests do without the network
    path, _, anchor = target.partition("#")

    found = (ROOT / page).parent / path if path else ROOT / page

    assert found.exists()
    assert not anchor or anchor in _anchors(found)


@pytest.mark.parametrize("page", PAGES)
def test_a_target_of_make_exists(page: str) -> None:
    known = re.findall(r"^([a-z]+):", _text("Makefile"), re.MULTILINE)

    code = [block for _, block in _FENCED.findall(_text(page))]
    code += _SPAN.findall(_FENCED.sub("", _text(page)))
    asked = [name for part in code for name in re.findall(r"^make (\w+)", part, re.M)]

    assert set(asked) <= set(known)


def test_the_readme_names_the_command_that_ci_runs() -> None:
    last = _text(".ci/run").split()[-2:]

    assert " ".join(last) == "make test"
    assert "```sh\nmake test\n```\n\nis the test command that CI runs" in _text(
        "README.md"
    )


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [Path(page).name[:4] for page in DECISIONS]

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("page", DECISIONS)
def test_a_decision_says_context_choice_and_consequences(page: str) -> None:
    headings = re.findall(r"^(#+ .+)$", _text(page), re.MULTILINE)

    assert headings[0].startswith(f"# {Path(page).name[:4]} ")
    assert headings[1:] == ["## Context", "## Choice", "## Consequences"]


@pytest.mark.parametrize("page", DECISIONS)
def test_a_decision_is_in_the_table(page: str) -> None:
    target = page.removeprefix("docs/")

    assert f"[{Path(page).name[:4]}]({target})" in _text("docs/developers.md")
