"""What no linter knows about how the code is written."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from newsletter.config import INTERFACE_LANGUAGES

ROOT = Path(__file__).parents[1]
LONGEST_FUNCTION = 40
LONGEST_MODULE = 400
# The send loop, the mail connections, what ASGI leaves no choice about.
ASYNC = (
    "newsletter/smtp/",
    "newsletter/sending/",
    "newsletter/web/asgi.py",
    "newsletter/web/streams.py",
    "newsletter/app.py",
    # A server: aiosmtpd asks its handlers in coroutines and knows no other way.
    "newsletter/incoming/listener.py",
)
# Steps are lists of tables; nobody reads them as a function.
STEPS = "newsletter/migrations/versions/"

MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("newsletter", "subscribers", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
SHIPPED = [name for name in MODULES if name.startswith(("newsletter/", "subscribers/"))]
CATALOGUES = {
    path.parts[-3]: path
    for path in (ROOT / "newsletter/locale").glob("*/LC_MESSAGES/newsletter.po")
}
# The msgids are English already.
TRANSLATED = sorted(set(INTERFACE_LANGUAGES) - {"en"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def _functions(name: str) -> Iterator[Function]:
    for node in ast.walk(_tree(name)):
        if isinstance(node, Function):
            yield node


def _messages(catalogue: Path) -> dict[str, Message]:
    with catalogue.open("rb") as file:
        return {
            f"{message.context}|{message.id}": message
            for message in read_po(file)
            if message.id
        }


def _strings(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_one_idea(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").count("\n")

    assert name.startswith(STEPS) or lines <= LONGEST_MODULE


@pytest.mark.parametrize("name", MODULES)
def test_a_function_fits_on_a_screen(name: str) -> None:
    too_long = [
        function.name
        for function in _functions(name)
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]

    assert name.startswith(STEPS) or too_long == []


@pytest.mark.parametrize("name", SHIPPED)
def test_async_stays_where_the_network_is(name: str) -> None:
    waiting = [
        function.name
        for function in _functions(name)
        if isinstance(function, ast.AsyncFunctionDef)
    ]

    assert waiting == [] or name.startswith(ASYNC)


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_commits_but_the_end_of_a_with_block(name: str) -> None:
    commits = [
        node.lineno
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]

    assert commits == []


@pytest.mark.parametrize("name", MODULES)
def test_there_is_no_module_for_everything(name: str) -> None:
    vague = {"utils", "helpers", "services", "repositories", "managers", "schemas"}

    assert vague.isdisjoint(Path(name).with_suffix("").parts)


@pytest.mark.parametrize("name", MODULES)
def test_every_lint_exception_gives_its_reason(name: str) -> None:
    bare = re.compile(r"#\s*(noqa|type:\s*ignore)(\W[^#]*)?$")

    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    without = [
        number
        # The comment above may speak for the line, where the line has no room.
        for number, (above, line) in enumerate(pairwise(["", *lines]), start=1)
        if bare.search(line) and not above.lstrip().startswith("#")
    ]

    assert without == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_language_says_everything(language: str) -> None:
    everything = set().union(*map(_messages, CATALOGUES.values()))

    assert _messages(CATALOGUES[language]).keys() == everything


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_left_untranslated(language: str) -> None:
    messages = _messages(CATALOGUES[language])

    missing = [
        key
        for key, message in messages.items()
        if message.fuzzy or not all(_strings(message))
    ]

    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_the_placeholders(language: str) -> None:
    placeholder = re.compile(r"\{\w*\}")

    # One may write "one gap" for "{n} gaps"; a sentence without forms keeps them all.
    lost = [
        message.id
        for message in _messages(CATALOGUES[language]).values()
        for string in filter(None, _strings(message))
        if isinstance(message.id, str)
        and set(placeholder.findall(string)) != set(placeholder.findall(message.id))
    ]

    assert lost == []
