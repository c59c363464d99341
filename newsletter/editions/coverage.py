"""Which item has words in which language, and what readers get where it has none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from newsletter import i18n, items
from newsletter.editions.lines import are_stale
from newsletter.models import Decision, Edition, Issue, IssueItem, Item, ItemText
from subscribers.models import MailingList, MissingPolicy


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


# What still waits for somebody: written or decided, it does not any more.
OPEN = frozenset({CellState.MISSING, CellState.SOURCE_CHANGED, CellState.DRAFT})


@dataclass(frozen=True)
class Coverage:
    """The issue as a matrix: its own lines, then its items in order."""

    languages: tuple[str, ...]  # as the list has them, what it does not have last
    rows: tuple[Row, ...]
    lines: tuple[Cell, ...] = ()  # subject, preheader and intro

    def gaps(self) -> int:
        """Count the cells that wait for somebody.

        Nobody decided about a missing one, nobody looked at words since their source
        changed, nobody called a draft ready.
        """
        return sum(cell.state in OPEN for cell in self._cells())

    def undecided(self) -> int:
        """Count the cells of items that have neither words nor a decision."""
        return sum(
            cell.state is CellState.MISSING for row in self.rows for cell in row.cells
        )

    def ready(self, language: str) -> int:
        """Count the cells of one language that wait for nobody."""
        theirs = (cell for cell in self._cells() if cell.language == language)
        return sum(cell.state not in OPEN for cell in theirs)

    def _cells(self) -> Iterator[Cell]:
        yield from self.lines
        for row in self.rows:
            yield from row.cells


@dataclass(frozen=True)
class _Rules:
    """What fills a gap: the issue's policy, and whom the list asks first."""

    policy: MissingPolicy
    fallbacks: Mapping[str, Sequence[str]]


def coverage(
    session: Session, issue: Issue, *, policy: MissingPolicy | None = None
) -> Coverage:
    """Return every cell of an issue with its state, in five queries however many.

    `policy` fills the gaps instead of the issue's own.
    """
    places = session.exec(
        select(IssueItem, Item)
        .where(IssueItem.item_id == Item.id, IssueItem.issue_id == issue.id)
        .order_by(col(IssueItem.position), col(IssueItem.id))
    ).all()
    mailing_list = session.get_one(MailingList, issue.list_id)
    editions = _editions(session, issue, mailing_list)
    languages = tuple(edition.language for edition in editions)
    texts = items.find_texts(session, [item.id or 0 for _, item in places])
    decisions = _decisions(session, [place.id or 0 for place, _ in places])
    rules = _Rules(policy or issue.missing, mailing_list.fallbacks)
    rows = []
    for place, item in places:
        told = _Told(item, texts[item.id or 0], decisions.get(place.id or 0, {}))
        cells = tuple(_cell(told, language, rules) for language in languages)
        rows.append(Row(item, place.section, told.title, cells))
    lines = tuple(_line(edition, editions[0]) for edition in editions)
    return Coverage(languages, tuple(rows), lines)


def resolve_language(
    wanted: str | None,
    languages: Sequence[str],
    *,
    second: str | None = None,
    others: Sequence[str] = (),
) -> str | None:
    """Return which of `languages` serves a reader who wants `wanted`, else `second`.

    Then the `others` in turn. Of each the exact tag first, then the same base
    language; None when nothing is there.
    """
    found = (_serving(tag, languages) for tag in (wanted, second, *others))
    return next((tag for tag in found if tag), None)


def instead_of(
    language: str | None, fallbacks: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    """Return the languages that stand in for one, as the list prefers them."""
    key = _serving(language, list(fallbacks))
    return fallbacks[key] if key else ()


def _serving(wanted: str | None, languages: Sequence[str]) -> str | None:
    if not wanted:
        return None
    folded = wanted.replace("_", "-").casefold()
    exact = next((tag for tag in languages if tag.casefold() == folded), None)
    return exact or next(
        (tag for tag in languages if i18n.is_same_language(tag, folded)), None
    )


@dataclass(frozen=True)
class _Told:
    """An item with its words and what was decided about their gaps."""

    item: Item
    texts: Mapping[str, ItemText]
    decisions: Mapping[str, Decision]

    @property
    def written(self) -> list[str]:
        return [tag for tag, text in self.texts.items() if text.title.strip()]

    @property
    def title(self) -> str:
        tag = self.fallback()
        return self.texts[tag].title if tag else f"Item {self.item.id}"

    def fallback(self, *wanted: str) -> str | None:
        """Return the language to show: those wanted, the source, or any with words."""
        written = self.written
        found = resolve_language(None, written, others=(*wanted, self.item.language))
        return found or next(iter(written), None)


def _cell(told: _Told, language: str, rules: _Rules) -> Cell:
    own = resolve_language(language, told.written)
    if own is not None:
        return Cell(language, _state(told, told.texts[own]), own)
    others = instead_of(language, rules.fallbacks)
    decision = told.decisions.get(language)
    if decision is not None:
        shown = told.fallback(decision.show, *others) if decision.show else None
        state = CellState.SHOWN if shown else CellState.LEFT_OUT
        return Cell(language, state, shown)
    shown = told.fallback(*others) if rules.policy is MissingPolicy.SHOW else None
    return Cell(language, CellState.MISSING, shown)


def _state(told: _Told, own: ItemText) -> CellState:
    source = told.texts.get(told.item.language)
    if source is not None and own is not source and items.is_stale(source, own):
        return CellState.SOURCE_CHANGED
    return CellState.READY if own.ready else CellState.DRAFT


def _line(edition: Edition, source: Edition) -> Cell:
    """Return how the lines of an edition stand; without a subject none leaves."""
    tag = edition.language
    if not edition.subject.strip():
        return Cell(tag, CellState.MISSING, None)
    if are_stale(source, edition):
        return Cell(tag, CellState.SOURCE_CHANGED, tag)
    return Cell(tag, CellState.READY if edition.ready else CellState.DRAFT, tag)


def _editions(
    session: Session, issue: Issue, mailing_list: MailingList
) -> Sequence[Edition]:
    """Return the editions without what is frozen, the list's first language first."""
    query = (
        select(Edition)
        .where(Edition.issue_id == issue.id)
        .order_by(col(Edition.id))
        .options(load_only(*_LINES))  # type: ignore[arg-type]  # columns once mapped
    )
    ranks = {tag: rank for rank, tag in enumerate(mailing_list.languages)}
    found = session.exec(query).all()
    return sorted(found, key=lambda each: ranks.get(each.language, len(ranks)))


_LINES = (
    col(Edition.language),
    col(Edition.subject),
    col(Edition.preheader),
    col(Edition.intro),
    col(Edition.ready),
    col(Edition.source_hash),
    col(Edition.version),
)


def _decisions(
    session: Session, places: Iterable[int]
) -> dict[int, dict[str, Decision]]:
    query = select(Decision).where(col(Decision.issue_item_id).in_(list(places)))
    found: dict[int, dict[str, Decision]] = {}
    for row in session.exec(query):
        found.setdefault(row.issue_item_id, {})[row.language] = row
    return found
