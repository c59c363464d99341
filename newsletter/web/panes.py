"""One open cell: its words and all that its page shows around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import db, editions, i18n, items
from newsletter.editions import Cell, CellState
from newsletter.i18n import N_
from newsletter.issues import presence
from newsletter.items import revisions
from newsletter.items.revisions import Text
from newsletter.models import Issue, Item, Presence
from newsletter.web import outline, shared, sources, walking, wording
from newsletter.web.outline import Sign
from newsletter.web.shared import Shared
from newsletter.web.sources import Source
from newsletter.web.walking import Matrix, Spot
from newsletter.web.wording import Field
from newsletter.web.writers import LINES, Writer

_MOST_KEYS = 9  # Alt+1 to Alt+9


@dataclass(frozen=True)
class Tab:
    """One language of the row that is open."""

    language: str
    address: str
    sign: Sign
    shows: str | None
    is_source: bool
    is_open: bool
    key: str  # "alt+1"


@dataclass(frozen=True)
class Open:
    """What stands in a cell: its item if it has one, its words, those of the source."""

    item: Item | None  # None: the lines of the issue
    text: Text | None  # None: nobody wrote anything yet
    source: Text | None  # None where it is the source itself
    source_language: str


@dataclass(frozen=True)
class Pane:
    """An open cell as a page shows it."""

    issue: Issue
    writer: Writer
    spot: Spot
    address: str
    item: Item | None
    title: str
    kind: str
    cell: Cell
    sign: Sign
    tabs: tuple[Tab, ...]
    above: str  # addresses
    below: str
    fields: tuple[Field, ...]
    version: int
    ready: bool  # as the box shows it
    saved_at: datetime | None
    source: Source | None
    source_language: str
    may_write: bool
    others: tuple[Presence, ...]
    choices: tuple[str, ...]  # languages that can be shown instead
    refused: str = ""  # why the words could not be marked ready
    theirs: tuple[tuple[str, str], ...] = ()  # to merge with: label, words
    misfit: str = ""  # why the facts that all languages share were not taken

    @property
    def template(self) -> str:
        """What shows it."""
        return "staff/_words.html"

    @property
    def shared(self) -> Shared | None:
        """What all languages share."""
        return shared.of(self.item)

    @property
    def language(self) -> str:
        """The language of the cell."""
        return self.spot.language

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the list, in which moments are told."""
        return ZoneInfo(self.issue.timezone)

    @property
    def is_source(self) -> bool:
        """Whether the words are written first in this language."""
        return self.spot.language == self.source_language

    @property
    def is_gap(self) -> bool:
        """Whether a decision can stand in for words."""
        return self.item is not None and self.cell.state in (
            CellState.MISSING,
            CellState.SHOWN,
            CellState.LEFT_OUT,
        )


def find(session: Session, issue: Issue, spot: Spot) -> Open:
    """Return what stands in a cell, or end in the page for 404."""
    walking.source_of(session, issue, spot)
    if spot.row == LINES:
        edition = editions.get_edition(session, issue, spot.language)
        first = editions.source_of(session, issue) or edition
        other = None if first.id == edition.id else first
        return Open(None, edition, other, first.language)
    item = items.get_item(session, int(spot.row))
    texts = items.find_texts(session, [item.id or 0])[item.id or 0]
    tag = editions.resolve_language(spot.language, list(texts))
    source = None if tag == item.language else texts.get(item.language)
    return Open(item, texts[tag] if tag else None, source, item.language)


def of(
    session: Session,
    writer: Writer,
    issue: Issue,
    spot: Spot,
    *,
    instead: Mapping[str, str] | None = None,
) -> Pane:
    """Return an open cell; `instead` are words to put into its fields."""
    found = Matrix(editions.coverage(session, issue))
    cell, inside = found.cell(spot), find(session, issue, spot)
    text, item = inside.text, inside.item
    stands = revisions.words_of(text) if text else {}
    above, below = _beside(found, spot, writer)
    source = _source(session, writer, issue, inside)
    return Pane(
        issue=issue,
        writer=writer,
        spot=spot,
        address=writer.address(spot.row, spot.language),
        item=item,
        title=_title(found, spot, writer.language),
        kind=_kind(found, spot),
        cell=cell,
        sign=outline.CELLS[cell.state],
        tabs=_tabs(found, spot, writer),
        above=above,
        below=below,
        fields=_fields(inside, {**stands, **(instead or {})}, spot, writer),
        version=text.version if text else 0,
        ready=bool(text and text.ready and not (source and source.stale)),
        saved_at=text.updated_at if text else None,
        source=source,
        source_language=inside.source_language,
        may_write=writer.may_write(spot.language, source=inside.source_language),
        others=_others(session, writer, issue),
        choices=choices(session, item.id) if item and item.id else (),
        theirs=_theirs(stands, writer, spot) if instead else (),
    )


def _beside(found: Matrix, spot: Spot, writer: Writer) -> tuple[str, str]:
    """Return the addresses of the cells above and below, "" where there is none."""
    above, below = found.beside(spot.row)
    return (
        writer.address(above, spot.language) if above else "",
        writer.address(below, spot.language) if below else "",
    )


def _source(
    session: Session, writer: Writer, issue: Issue, inside: Open
) -> Source | None:
    if inside.source is None:
        return None
    return sources.of(
        session,
        inside.source,
        inside.text,
        language=writer.language,
        zone=issue.timezone,
    )


def _fields(
    inside: Open, says: Mapping[str, str], spot: Spot, writer: Writer
) -> tuple[Field, ...]:
    told = [says] + ([revisions.words_of(inside.source)] if inside.source else [])
    return wording.fields(
        wording.names_for(inside.item, *told),
        says,
        of_language=spot.language,
        in_language=writer.language,
    )


def _others(session: Session, writer: Writer, issue: Issue) -> tuple[Presence, ...]:
    now = db.now(session)
    return tuple(presence.others(session, issue, than=writer.holder, now=now))


def _tabs(found: Matrix, spot: Spot, writer: Writer) -> tuple[Tab, ...]:
    source = found.source(spot.row)
    return tuple(
        Tab(
            language=cell.language,
            address=writer.address(spot.row, cell.language),
            sign=outline.CELLS[cell.state],
            shows=cell.shows if cell.shows != cell.language else None,
            is_source=cell.language == source,
            is_open=cell.language == spot.language,
            key=f"alt+{number}" if number <= _MOST_KEYS else "",
        )
        for number, cell in enumerate(found.cells(spot.row), start=1)
        if not writer.guest or cell.language in writer.languages
    )


def _title(found: Matrix, spot: Spot, language: str) -> str:
    for row in found.coverage.rows:
        if str(row.item.id) == spot.row:
            return row.title
    return i18n.translator(language)(N_("Subject, preheader, intro"))


def _kind(found: Matrix, spot: Spot) -> str:
    """Return the msgid that says what is open."""
    for row in found.coverage.rows:
        if str(row.item.id) == spot.row:
            return outline.KINDS[row.item.type]
    return N_("The lines around the news")


def choices(session: Session, item_id: int) -> tuple[str, ...]:
    """Return the languages an item has words in, its own first: each can be shown."""
    item = items.get_item(session, item_id)
    texts = items.find_texts(session, [item_id])[item_id]
    written = [tag for tag, text in texts.items() if text.title.strip()]
    return tuple(sorted(written, key=lambda tag: tag != item.language))


def _theirs(
    stands: Mapping[str, str], writer: Writer, spot: Spot
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            wording.label(name, of_language=spot.language, in_language=writer.language),
            sources.plain(name, said),
        )
        for name, said in stands.items()
        if said
    )
