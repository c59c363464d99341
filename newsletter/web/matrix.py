"""The contents of an issue as a page shows them: sections, items, cells, languages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import editions, i18n, issues
from newsletter.editions import OPEN, Cell, CellState, Coverage
from newsletter.i18n import N_, Translator
from newsletter.items import links
from newsletter.models import Issue, Item, ItemType
from newsletter.web import outline
from newsletter.web.outline import Sign
from subscribers.models import MailingList

LINES = "lines"  # the key of the first row: subject, preheader, intro
_BORROWED = (CellState.MISSING, CellState.SHOWN)


@dataclass(frozen=True)
class Square:
    """One cell on the page."""

    tag: str
    how: Sign
    shows: str | None  # the language readers get instead of their own
    open: bool


@dataclass(frozen=True)
class Line:
    """One row on the page: an item, or the issue's own lines."""

    key: str
    item: Item | None
    title: str
    language: str  # of the title, and of the cell it opens
    about: tuple[str, ...]  # what kind of item it is, in words
    squares: tuple[Square, ...]


@dataclass(frozen=True)
class Group:
    """A section with its items; the one without a name comes first."""

    name: str
    title: str  # in the language of the page
    lines: tuple[Line, ...]
    hidden: int  # lines the page does not show


@dataclass(frozen=True)
class Column:
    """One language of the issue, and how far it is."""

    tag: str
    ready: int
    total: int
    missing: int  # items without words and without a decision


@dataclass(frozen=True)
class Matrix:
    """All of it."""

    columns: tuple[Column, ...]
    absent: tuple[str, ...]  # languages of the list the issue does not go out in
    lines: Line
    groups: tuple[Group, ...]
    items: int
    gaps: int


def of(
    session: Session,
    issue: Issue,
    coverage: Coverage,
    *,
    language: str,
    open_cell: tuple[str, str] | None = None,
    gaps_only: bool = False,
) -> Matrix:
    """Return the matrix of an issue for a page in `language`."""
    page = _Page(issue, coverage, i18n.translator(language), language, open_cell)
    spoken = session.get_one(MailingList, issue.list_id).languages
    by_id = {row.item.id: row for row in coverage.rows}
    groups = []
    for name, places in issues.groups_of(session, issue).items():
        rows = [by_id[place.item_id] for place in places if place.item_id in by_id]
        shown = [row for row in rows if not gaps_only or _waits(row.cells)]
        if name or rows:
            title = _section(issue, name, language)
            lines = tuple(page.line(row) for row in shown)
            groups.append(Group(name, title, lines, len(rows) - len(shown)))
    return Matrix(
        columns=columns_of(coverage),
        absent=tuple(tag for tag in spoken if tag not in coverage.languages),
        lines=page.own_lines(),
        groups=tuple(groups),
        items=len(coverage.rows),
        gaps=coverage.gaps(),
    )


def square(cell: Cell, key: str, open_cell: tuple[str, str] | None = None) -> Square:
    """Return how one cell is shown."""
    borrowed = cell.shows if cell.state in _BORROWED else None
    is_open = open_cell == (key, cell.language)
    return Square(cell.language, outline.CELLS[cell.state], borrowed, is_open)


def columns_of(coverage: Coverage) -> tuple[Column, ...]:
    """Return how far each language of an issue is."""
    return tuple(_column(coverage, tag) for tag in coverage.languages)


def _column(coverage: Coverage, tag: str) -> Column:
    missing = sum(row.cell(tag).state is CellState.MISSING for row in coverage.rows)
    return Column(tag, coverage.ready(tag), len(coverage.rows) + 1, missing)


def _waits(cells: Sequence[Cell]) -> bool:
    return any(cell.state in OPEN for cell in cells)


def _section(issue: Issue, name: str, language: str) -> str:
    given: Mapping[str, str] = issue.section_names.get(name, {})
    return given.get(language) or i18n.section_name(name, language)


@dataclass(frozen=True)
class _Page:
    """What all rows of one page share."""

    issue: Issue
    coverage: Coverage
    say: Translator
    language: str
    open_cell: tuple[str, str] | None

    def own_lines(self) -> Line:
        cells = self.coverage.lines
        return Line(
            key=LINES,
            item=None,
            title=self.say(N_("Subject, preheader, intro")),
            language=cells[0].language if cells else self.language,
            about=(),
            squares=tuple(square(cell, LINES, self.open_cell) for cell in cells),
        )

    def line(self, row: editions.Row) -> Line:
        key = str(row.item.id)
        return Line(
            key=key,
            item=row.item,
            title=row.title,
            language=row.item.language,
            about=tuple(part for part in self._about(row.item) if part),
            squares=tuple(square(cell, key, self.open_cell) for cell in row.cells),
        )

    def _about(self, item: Item) -> Iterator[str]:
        yield self.say(outline.KINDS[item.type.value])
        yield from self._facts(item)
        if item.asset_id:
            yield self.say(N_("picture"))
        if item.type in (ItemType.STORY, ItemType.TEXT, ItemType.APPEAL) and item.url:
            yield self.say(N_("link"))
        first = next(iter(self.coverage.languages), item.language)
        if not i18n.is_same_language(item.language, first):
            plate = i18n.plate(item.language)
            yield self.say(N_("written in {language}"), language=plate)

    def _facts(self, item: Item) -> Iterator[str]:
        """Yield what tells this item from others of its kind."""
        if item.type is ItemType.EVENT and item.starts_at:
            zone = ZoneInfo(item.timezone or self.issue.timezone)
            if item.all_day:
                yield i18n.day(item.starts_at.astimezone(zone).date(), self.language)
            else:
                yield i18n.moment(item.starts_at, self.language, zone)
        elif item.type is ItemType.LINK:
            yield links.host_of(item.url)
        elif item.type is ItemType.VIDEO and item.video_seconds:
            yield i18n.duration(item.video_seconds, self.language)
        elif item.type is ItemType.DOCUMENTS:
            yield from self._documents(item)

    def _documents(self, item: Item) -> Iterator[str]:
        for document in item.documents[:1]:
            yield document.get("format", "")
            if size := document.get("size"):
                yield i18n.file_size(size, self.language)
        more = len(item.documents) - 1
        if more > 0:
            yield self.say.ngettext("and one more", "and {n} more", more)
