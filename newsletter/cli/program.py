"""What every command needs: settings, an engine, and one way to answer."""

import getpass
import json as jsonlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from newsletter import config, db
from newsletter.config import Settings
from newsletter.migrations import ready

JsonFlag = Annotated[
    bool, typer.Option("--json", help="Answer with JSON instead of a table.")
]


@dataclass(frozen=True)
class Program:
    """The settings and the database a command works on."""

    settings: Settings
    engine: Engine


@contextmanager
def opened(**overrides: Any) -> Iterator[Program]:
    """Open the database the settings name, ready to use; dispose of it afterwards."""
    settings = config.load(**overrides)
    engine = db.make_engine(settings.database)
    try:
        ready.ensure(engine, settings)
        yield Program(settings, engine)
    finally:
        engine.dispose()


def who() -> str:
    """Return who types: a terminal knows them by name, a container may not."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return "command line"


def say(sentence: str) -> None:
    """Print one plain sentence."""
    typer.echo(sentence)


def answer(value: Any) -> None:
    """Print a JSON answer: real characters, moments in ISO 8601."""
    typer.echo(jsonlib.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under headings, or a sentence when there is none."""
    if not rows:
        say("Nothing here yet.")
        return
    from rich.console import Console  # most answers are a sentence
    from rich.table import Table

    drawn = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*("" if cell is None else str(cell) for cell in row))
    # What people are called is text, never markup.
    Console(markup=False, emoji=False, highlight=False).print(drawn)
