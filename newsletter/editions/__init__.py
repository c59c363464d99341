"""Editions: an issue in each language, its words, its gaps, its frozen form."""

from newsletter.editions.compose import compose
from newsletter.editions.correcting import correct
from newsletter.editions.coverage import (
    Cell,
    CellState,
    Coverage,
    Row,
    coverage,
    decide_missing,
    resolve_language,
)
from newsletter.editions.fitting import fitted
from newsletter.editions.freeze import compiled, freeze, keep, lay_out
from newsletter.editions.publishing import (
    fill_in,
    is_anything_missing,
    without_head,
    words_of,
)
from newsletter.editions.samples import Preview, for_test, preview, stand_in
from newsletter.editions.words import decide, editions_of, write

__all__ = [
    "Cell",
    "CellState",
    "Coverage",
    "Preview",
    "Row",
    "compiled",
    "compose",
    "correct",
    "coverage",
    "decide",
    "decide_missing",
    "editions_of",
    "fill_in",
    "fitted",
    "for_test",
    "freeze",
    "is_anything_missing",
    "keep",
    "lay_out",
    "preview",
    "resolve_language",
    "stand_in",
    "without_head",
    "words_of",
    "write",
]
