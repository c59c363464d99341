"""Which item has words in which language, and what readers get where it has none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from newsletter import i18n, items
from newsletter.editions.words import decide, editions_of
from newsletter.issues.composing import require_editable
from newsletter.models import Decision, Issue, IssueItem, Item, ItemText
from subscribers.models import MissingPolicy


class CellState(StrEnum):
    """How one item stands in one language of an issue."""

    READY = "ready"
    DRAFT = "draft"
    SOURCE_CHANGED = "source changed"
    MISSING = "missing"  # nobody decided: the issue's policy applies
    SHOWN = "shown in another language"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Cell:
    """One item in one language: its state, and the words that will go out."""

    language: str
    state: CellState
    shows: str | None  # the language of the words readers get; None: nothing


@dataclass(frozen=True)
class Row:
    """One item across the languages of an issue."""

    item: Item
    section: str
    title: str
    cells: tuple[Cell, ...]

    def cell(self, language: str) -> Cell:
        """Return the cell of one language."""
        return next(cell for cell in self.cells if cell.language == language)


@dataclass(frozen=True)
class Coverage:
    """The issue as a matrix, items in order."""

    languages: tuple[str, ...]
    rows: tuple[Row, ...]

    def gaps(self) -> int:
        """Count the cells nobody decided about."""
        return sum(
            cell.state is CellState.MISSING for row in self.rows for cell in row.cells
        )


def coverage(session: Session, issue: Issue) -> Coverage:
    """Return every cell of an issue with its state."""
    places = session.exec(
        select(IssueItem, Item)
        .where(IssueItem.item_id == Item.id, IssueItem.issue_id == issue.id)
        .order_by(col(IssueItem.position))
    ).all()
    languages = tuple(edition.language for edition in editions_of(session, issue))
    texts = items.find_texts(session, [item.id or 0 for _, item in places])
    decisions = _decisions(session, [place.id or 0 for place, _ in places])
    rows = tuple(
        Row(
            item,
            place.section,
            _title(item, texts.get(item.id or 0, {})),
            tuple(
                _cell(
                    item,
                    texts.get(item.id or 0, {}),
                    language,
                    decisions.get((place.id or 0, language)),
                    issue.missing,
                )
                for language in languages
            ),
        )
        for place, item in places
    )
    return Coverage(languages, rows)


def decide_missing(session: Session, issue: Issue, *, policy: MissingPolicy) -> int:
    """Settle every gap that nobody decided about alike; return how many there were.

    The policy also becomes the issue's, for items that are added later.
    """
    require_editable(issue)
    issue.missing = policy
    settled = 0
    for row in coverage(session, issue).rows:
        for cell in row.cells:
            if cell.state is CellState.MISSING:
                decide(
                    session,
                    issue,
                    item_id=row.item.id or 0,
                    language=cell.language,
                    show=cell.shows,
                )
                settled += 1
    return settled


def resolve_language(
    wanted: str | None, languages: Sequence[str], *, second: str | None = None
) -> str | None:
    """Return which of `languages` serves a reader who wants `wanted`, else `second`.

    Of each the exact tag first, then the same base language; None when nothing is
    there.
    """
    return _serving(wanted, languages) or _serving(second, languages)


def _serving(wanted: str | None, languages: Sequence[str]) -> str | None:
    if not wanted:
        return None
    folded = wanted.replace("_", "-").casefold()
    exact = next((tag for tag in languages if tag.casefold() == folded), None)
    return exact or next(
        (tag for tag in languages if i18n.is_same_language(tag, folded)), None
    )


def _cell(
    item: Item,
    texts: Mapping[str, ItemText],
    language: str,
    decision: Decision | None,
    policy: MissingPolicy,
) -> Cell:
    own = _own_words(texts, language)
    if own is not None:
        return Cell(language, _state(item, texts, own), own.language)
    if decision is not None:
        shown = _fallback(item, texts, decision.show) if decision.show else None
        state = CellState.SHOWN if shown else CellState.LEFT_OUT
        return Cell(language, state, shown)
    shown = _fallback(item, texts, None) if policy is MissingPolicy.SHOW else None
    return Cell(language, CellState.MISSING, shown)


def _state(item: Item, texts: Mapping[str, ItemText], own: ItemText) -> CellState:
    source = texts.get(item.language)
    if source is not None and own is not source and items.is_stale(source, own):
        return CellState.SOURCE_CHANGED
    return CellState.READY if own.ready else CellState.DRAFT


def _own_words(texts: Mapping[str, ItemText], language: str) -> ItemText | None:
    written = [tag for tag, text in texts.items() if text.title.strip()]
    tag = resolve_language(language, written)
    return texts[tag] if tag else None


def _fallback(
    item: Item, texts: Mapping[str, ItemText], wanted: str | None
) -> str | None:
    """Return the language to show: the decided one, the source, or any with words."""
    written = [tag for tag, text in texts.items() if text.title.strip()]
    candidates = (
        resolve_language(wanted, written),
        resolve_language(item.language, written),
        *written,
    )
    return next((tag for tag in candidates if tag), None)


def _title(item: Item, texts: Mapping[str, ItemText]) -> str:
    tag = _fallback(item, texts, None)
    return texts[tag].title if tag else f"Item {item.id}"


def _decisions(
    session: Session, places: Iterable[int]
) -> dict[tuple[int, str], Decision]:
    query = select(Decision).where(col(Decision.issue_item_id).in_(list(places)))
    return {(row.issue_item_id, row.language): row for row in session.exec(query)}
