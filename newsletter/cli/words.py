"""The words that may follow `newsletter`, each loaded when it is wanted.

A mail server starts this program for every message that comes back, so that one
command must not wait for what the others need.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer.main

_ALONE = "system"  # its module has the commands that belong to no group
_MODULES = {
    "demo": (_ALONE,),
    "serve": (_ALONE,),
    "worker": (_ALONE,),
    "migrate": (_ALONE,),
    "lists": ("lists", "forms", "looks"),
    "staff": ("staff",),
    "items": ("items", "events", "item_files"),
    "issues": ("issues",),
    "series": ("series",),
    "subscribers": ("subscribers",),
    "segments": ("segments",),
    "relays": ("relays",),
    "bounces": ("bounces",),
    "dkim": ("dkim",),
    "doctor": ("doctor",),
}


class Words(Mapping[str, Any]):  # of commands, whose type is Typer's own secret
    """Every word, in the order of the help, and its command or group of commands."""

    def __getitem__(self, word: str) -> Any:
        """Return a command; it and what it imports are loaded now."""
        if word not in _MODULES:
            raise KeyError(word)
        return _loaded(word)

    def __iter__(self) -> Iterator[str]:
        """Go through the words without loading anything."""
        return iter(_MODULES)

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(_MODULES)


@cache
def _loaded(word: str) -> Any:
    first, *more = [
        import_module(f"newsletter.cli.{name}").app for name in _MODULES[word]
    ]
    if _MODULES[word] == (_ALONE,):
        return typer.main.get_group(first).commands[word]
    for app in more:
        first.registered_commands += app.registered_commands
    group = typer.main.get_group(first)
    group.name = word
    return group
