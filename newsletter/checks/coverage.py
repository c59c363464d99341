"""Checks of the matrix: what is missing, a draft, or older than its source."""

from collections.abc import Iterator

from newsletter.checks.findings import Fault, check, look
from newsletter.checks.places import Place
from newsletter.checks.proof import EditionProof, ItemProof, Proof
from newsletter.checks.sentences import Sentence, ngettext
from newsletter.editions import CellState
from newsletter.i18n import N_


@check("translation-missing", N_("Every gap has a decision"))
def translation_missing(proof: Proof) -> Iterator[Fault]:
    """Nobody decided, so the list's own policy applies."""
    for edition, items in _cells(proof, CellState.MISSING):
        if not edition.readers:
            continue
        shown = [item for item in items if item.cell(edition.language).words_in]
        hidden = [item for item in items if item not in shown]
        if shown:
            place = _place(edition, shown)
            yield look(_shown(shown), place, language=edition.language)
        if hidden:
            place = _place(edition, hidden)
            said = _hidden(hidden)
            yield look(said, place, language=edition.language, detail="hidden")


@check("translation-draft", N_("No text is still a draft"))
def translation_draft(proof: Proof) -> Iterator[Fault]:
    """A draft leaves as it stands."""
    for edition, items in _cells(proof, CellState.DRAFT):
        said = ngettext(
            "This is still a draft, and leaves as it stands.",
            "{n} texts are still drafts here, and leave as they stand.",
            len(items),
        )
        yield look(said, _place(edition, items), language=edition.language)


@check("source-changed", N_("Translations are as new as their sources"))
def source_changed(proof: Proof) -> Iterator[Fault]:
    """The source was edited after it was translated."""
    for edition, items in _cells(proof, CellState.SOURCE_CHANGED):
        said = ngettext(
            "The source changed after this translation.",
            "{n} sources changed after their translations here.",
            len(items),
        )
        yield look(said, _place(edition, items), language=edition.language)


def _shown(items: list[ItemProof]) -> Sentence:
    return ngettext(
        "This is not translated: readers get it in another language.",
        "{n} items are not translated: readers get them in another language.",
        len(items),
    )


def _hidden(items: list[ItemProof]) -> Sentence:
    return ngettext(
        "This is not translated: readers do not get it.",
        "{n} items are not translated: readers do not get them.",
        len(items),
    )


def _cells(
    proof: Proof, state: CellState
) -> Iterator[tuple[EditionProof, list[ItemProof]]]:
    """Yield the items that stand like this in each edition that has any."""
    for edition in proof.editions:
        items = [
            item for item in proof.items if item.cell(edition.language).state is state
        ]
        if items:
            yield edition, items


def _place(edition: EditionProof, items: list[ItemProof]) -> Place:
    return items[0].at("words") if len(items) == 1 else edition.at("words")


CHECKS = (translation_missing, translation_draft, source_changed)
