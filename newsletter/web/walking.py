"""The cells of an issue as somebody walks through them: beside, below, the next gap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from newsletter import editions
from newsletter.editions import OPEN, Cell, Coverage
from newsletter.models import Edition, Issue, IssueItem, Item
from newsletter.web.failures import not_found
from newsletter.web.writers import LINES, Writer


@dataclass(frozen=True)
class Spot:
    """Where a cell is: its row, an item's number or "lines", and its language."""

    row: str
    language: str


def source_of(session: Session, issue: Issue, spot: Spot) -> str:
    """Return the language a cell is written in first, or end in the page for 404.

    For what is saved at every pause of somebody’s typing: it reads no words.
    """
    languages = session.exec(
        select(Edition.language).where(Edition.issue_id == issue.id)
    ).all()
    if spot.language not in languages:
        raise not_found()
    if spot.row == LINES:
        first = editions.source_of(session, issue)
        return first.language if first else spot.language
    number = spot.row if spot.row.isascii() and spot.row.isdigit() else ""
    found = session.exec(
        select(Item.language)
        .join(IssueItem, col(IssueItem.item_id) == col(Item.id))
        .where(
            IssueItem.issue_id == issue.id,
            Item.id == (int(number) if number and len(number) < 10 else 0),
        )
    ).first()
    if found is None:
        raise not_found()
    return found


@dataclass(frozen=True)
class Matrix:
    """Rows in their order, each with one cell per language."""

    coverage: Coverage

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages the issue goes out in."""
        return self.coverage.languages

    def cells(self, row: str) -> Sequence[Cell]:
        """Return the cells of one row, or end in the page for 404."""
        if row == LINES:
            return self.coverage.lines
        for each in self.coverage.rows:
            if str(each.item.id) == row:
                return each.cells
        raise not_found()

    def cell(self, spot: Spot) -> Cell:
        """Return one cell, or end in the page for 404."""
        for cell in self.cells(spot.row):
            if cell.language == spot.language:
                return cell
        raise not_found()

    def source(self, row: str) -> str:
        """Return the language that the words of a row are written in first."""
        for each in self.coverage.rows:
            if str(each.item.id) == row:
                return each.item.language
        return self.languages[0]

    def beside(self, row: str) -> tuple[str, str]:
        """Return the row above and the one below, "" where there is none."""
        rows = ["", *self._rows(), ""]
        at = rows.index(row)
        return rows[at - 1], rows[at + 1]

    def next_gap(self, spot: Spot, writer: Writer) -> Spot | None:
        """Return where to go on: in this language from here on, then in the others."""
        return next(
            (
                each
                for each in self._from(spot)
                if each != spot
                and self.cell(each).state in OPEN
                and writer.may_write(each.language, source=self.source(each.row))
            ),
            None,
        )

    def _rows(self) -> list[str]:
        return [LINES, *(str(row.item.id) for row in self.coverage.rows)]

    def _from(self, spot: Spot) -> Iterator[Spot]:
        rows = self._rows()
        at = rows.index(spot.row)
        here = self.languages.index(spot.language)
        turned = (*self.languages[here:], *self.languages[:here])
        for language in turned:
            first = at if language == spot.language else 0
            for row in (*rows[first:], *rows[:first]):
                yield Spot(row, language)
