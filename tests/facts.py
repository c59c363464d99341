"""The errors of both packages as the code raises them: which sentence, and where."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
_BASES = frozenset({"NewsletterError", "SubscriberError"})
# Errors that no page shows, each with its reason: they stay in English.
OFF_PAGES = {
    "NewsletterError": "only what a command or the start of the program says",
    "BadSetting": "ends the program at its start",
    "BadKey": "ends the program at its start, or a command",
    "WrongKeys": "ends the program at its start",
    "NotForDemo": "ends the command that starts the demo",
    "LedgerUnavailable": "goes from a sender to its log",
    "MailboxUnavailable": "goes to the log, and to a command",
    "Wrong": "names a field of a form, which says itself what is wrong",
}
# Commands speak plain English, and so does what ends the program at its start.
_OFF_PAGES = ("newsletter/cli/", "newsletter/migrations/", "newsletter/demo/")


@dataclass(frozen=True)
class Fact:
    """An error where the code makes it."""

    name: str
    place: str
    docstring: str
    words: ast.expr | None  # None: it says its docstring


@cache
def _classes() -> dict[str, ast.ClassDef]:
    found = {}
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name] = node
    return found


def _modules() -> Iterator[Path]:
    for folder in ("newsletter", "subscribers"):
        yield from sorted((ROOT / folder).rglob("*.py"))


@cache
def _is_error(name: str) -> bool:
    made = _classes().get(name)
    bases = [ast.unparse(base) for base in made.bases] if made else []
    return name in _BASES or any(map(_is_error, bases))


ON_PAGES = sorted(
    name for name in _classes() if _is_error(name) and name not in OFF_PAGES
)


def raised() -> Iterator[Fact]:
    """Yield every error that a page may show, with what it says."""
    for path in _modules():
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(_OFF_PAGES):
            yield from _made(ast.parse(path.read_text(encoding="utf-8")), place)


def _made(tree: ast.Module, place: str) -> Iterator[Fact]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _fact(node.func, node.args[:1], f"{place}:{node.lineno}")
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name):
            yield from _fact(node.exc, [], f"{place}:{node.lineno}")


def _fact(error: ast.expr, words: list[ast.expr], place: str) -> Iterator[Fact]:
    name = ast.unparse(error)
    if name in ON_PAGES:
        docstring = ast.get_docstring(_classes()[name]) or ""
        yield Fact(name, place, docstring, words[0] if words else None)


def is_sayable(words: ast.expr) -> bool:
    """Whether what an error says is a msgid, or a name or call that gives one."""
    if isinstance(words, ast.Constant):
        return isinstance(words.value, str)
    if isinstance(words, ast.IfExp):
        return is_sayable(words.body) and is_sayable(words.orelse)
    if isinstance(words, ast.Call):
        # `str(error)` and `"…".format(…)` are English, said already.
        return isinstance(words.func, ast.Name) and words.func.id != "str"
    return isinstance(words, ast.Name | ast.Attribute)
