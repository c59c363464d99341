"""Editions: an issue in each language, its words, its gaps, its frozen form."""

from newsletter.editions.compose import compose
from newsletter.editions.correcting import correct
from newsletter.editions.coverage import (
    OPEN,
    Cell,
    CellState,
    Coverage,
    Row,
    coverage,
    instead_of,
    resolve_language,
)
from newsletter.editions.deciding import (
    decide_language,
    decide_missing,
    leave_language_out,
    take_language_in,
)
from newsletter.editions.fitting import fitted
from newsletter.editions.freeze import compiled, freeze, keep, lay_out
from newsletter.editions.lines import are_stale, lines_hash, save_lines, source_of
from newsletter.editions.publishing import (
    fill_in,
    is_anything_missing,
    without_head,
    words_of,
)
from newsletter.editions.relisting import Relisting, foresee, relist
from newsletter.editions.samples import Preview, for_test, preview, stand_in
from newsletter.editions.words import (
    decide,
    editions_of,
    get_edition,
    undecide,
    write,
)

__all__ = [
    "OPEN",
    "Cell",
    "CellState",
    "Coverage",
    "Preview",
    "Relisting",
    "Row",
    "are_stale",
    "compiled",
    "compose",
    "correct",
    "coverage",
    "decide",
    "decide_language",
    "decide_missing",
    "editions_of",
    "fill_in",
    "fitted",
    "for_test",
    "foresee",
    "freeze",
    "get_edition",
    "instead_of",
    "is_anything_missing",
    "keep",
    "lay_out",
    "leave_language_out",
    "lines_hash",
    "preview",
    "relist",
    "resolve_language",
    "save_lines",
    "source_of",
    "stand_in",
    "take_language_in",
    "undecide",
    "without_head",
    "words_of",
    "write",
]
