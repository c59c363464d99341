"""What a rule is, and what breaking one looks like."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsletter.messages.lint.anatomy import Anatomy


@dataclass(frozen=True)
class Broken:
    """A rule that a message breaks."""

    rule: str
    reason: str  # in English, for whoever mends the program


@dataclass(frozen=True)
class Rule:
    """One rule of mail."""

    id: str
    reasons: Callable[[Anatomy], Iterable[str]]


def rule(id_: str) -> Callable[[Callable[[Anatomy], Iterable[str]]], Rule]:
    """Make a function that yields reasons a rule."""
    return lambda reasons: Rule(id_, reasons)
