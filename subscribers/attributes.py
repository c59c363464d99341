"""Ask for people by their attributes: JSON, and the same answer on both databases."""

import unicodedata
from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, String, exists, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean
from sqlmodel import col

from subscribers.models import Subscriber


def has(name: str, value: str | None = None) -> ColumnElement[bool]:
    """Whether a Subscriber has an attribute, or has it with this value.

    Case counts in neither, and an empty value is none. Never NULL.
    """
    pair = _Pairs(col(Subscriber.attributes)).table_valued("key", "value")
    wanted = pair.c.value != "" if value is None else is_alike(pair.c.value, value)
    return exists().select_from(pair).where(is_alike(pair.c.key, name), wanted)


def is_alike(column: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    """Whether a column holds these words, whatever the case of any letter.

    Letter by letter: “ß” is not “ss”. What a database calls lower case depends on
    how it was set up (SQLite knows ASCII, PostgreSQL its locale), so the letters
    are ours.
    """
    plain, spellings = _spellings(unicodedata.normalize("NFC", words))
    return _Alike(
        column,
        literal("".join(_glob(spellings[letter]) for letter in plain), String),
        literal("".join("".join(each) for each in spellings.values()), String),
        literal("".join(a * len(each) for a, each in spellings.items()), String),
        literal(plain, String),
    )


def _spellings(words: str) -> tuple[str, dict[str, list[str]]]:
    """Return the words in small letters, and each letter in all its cases."""
    found: dict[str, set[str]] = defaultdict(set)
    plain = ""
    for letter in words:
        folded = letter.casefold()
        small = folded if len(folded) == 1 else letter
        plain += small
        cases = (letter, small, letter.lower(), letter.upper(), letter.title())
        found[small] |= {
            each for each in cases if len(each) == 1 and each.casefold() == folded
        } | {small}
    return plain, {letter: sorted(cases) for letter, cases in found.items()}


def _glob(cases: list[str]) -> str:
    """Return what GLOB calls these letters; brackets also free `*`, `?` and `[`."""
    return (
        cases[0] if cases[0] not in "*?[" and len(cases) == 1 else f"[{''.join(cases)}]"
    )


class _Pairs(FunctionElement[Any]):
    """The members of a JSON object, as rows of key and value."""

    name = "pairs"
    inherit_cache = True


@compiles(_Pairs, "sqlite")
def _pairs_of_json(element: _Pairs, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_Pairs, "postgresql")
def _pairs_of_jsonb(element: _Pairs, compiler: SQLCompiler, **kw: Any) -> str:
    return f"jsonb_each_text({compiler.process(element.clauses, **kw)})"


class _Alike(FunctionElement[bool]):
    """A column, and its words as a GLOB, as letters to fold, and folded."""

    name = "alike"
    type = Boolean()
    inherit_cache = True


@compiles(_Alike, "sqlite")
def _alike_by_glob(element: _Alike, compiler: SQLCompiler, **kw: Any) -> str:
    column, glob, *_ = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} GLOB {glob})"


@compiles(_Alike, "postgresql")
def _alike_by_letters(element: _Alike, compiler: SQLCompiler, **kw: Any) -> str:
    column, _, *letters = list(element.clauses)
    words = [compiler.process(each, **kw) for each in (column, *letters)]
    return f"(translate({words[0]}, {words[1]}, {words[2]}) = {words[3]})"
