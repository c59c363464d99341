"""Write people out to a file that any spreadsheet opens, and our import reads back."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO

from sqlalchemy import Row, Select, func
from sqlalchemy import select as rows
from sqlmodel import Session, col, select

from subscribers import directory, segments
from subscribers.clock import utcnow
from subscribers.directory import Wanted
from subscribers.errors import ExportTooLarge
from subscribers.importing.attributes import PREFIX
from subscribers.importing.cells import FORMULA
from subscribers.models import (
    Segment,
    Subscriber,
    SubscriberTag,
    Subscription,
    SubscriptionState,
)

_WINDOW = 1000  # people held at a time
_LAST_ROW = 1 << 20  # of a sheet, the heading among them
# A spreadsheet runs a cell that begins so (OWASP, CSV injection).
_DANGEROUS = (*FORMULA, "\t", "\r", "\n")
_HEADINGS = (
    "email",
    "name",
    "language",
    "second language",
    "state",
    "tags",
    "joined at",
    "confirmed at",
)
_COLUMNS = (
    col(Subscriber.id),
    col(Subscriber.email),
    col(Subscriber.name),
    col(Subscriber.language),
    col(Subscriber.second_language),
    col(Subscriber.attributes),
    col(Subscription.state),
    col(Subscription.created_at),
    col(Subscription.confirmed_at),
)


class Form(StrEnum):
    """The kind of file that is written."""

    CSV = "csv"  # UTF-8 with a mark, so that Excel reads the accents
    XLSX = "xlsx"  # every cell is text


@dataclass(frozen=True)
class Selection:
    """Whose rows: those of a list, or fewer; `language` "none" is those without."""

    list_id: int
    segment: Segment | None = None
    state: SubscriptionState | None = None
    language: str | None = None
    view: Wanted | None = None  # as staff look at them
    only: tuple[int, ...] = ()  # these alone, by id; empty: all


def write(session: Session, file: BinaryIO, wanted: Selection, form: Form) -> int:
    """Write the people of a list by their ids, in flat memory; return how many.

    A cell that a spreadsheet would run gets an apostrophe in front, which an import
    takes off again. Raises ExportTooLarge for more than a sheet holds.
    """
    names = _attribute_names(session, wanted)
    heading = [*_HEADINGS, *(f"{PREFIX}{name}" for name in names)]
    table = _lines(session, wanted, names)
    if form is Form.XLSX:
        _refuse_too_many(session, wanted)
        return _write_xlsx(file, heading, table)
    return _write_csv(file, heading, table)


def escaped(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def _people(wanted: Selection, *columns: Any) -> Select[Any]:
    query = (
        rows(*columns)
        .select_from(Subscriber)
        .join(Subscription, col(Subscription.subscriber_id) == col(Subscriber.id))
        .where(col(Subscription.list_id) == wanted.list_id)
    )
    if wanted.state is not None:
        query = query.where(col(Subscription.state) == wanted.state)
    if wanted.language is not None:
        tag = None if wanted.language == "none" else wanted.language
        query = query.where(col(Subscriber.language).is_not_distinct_from(tag))
    if wanted.view is not None:
        query = query.where(*directory.tests(wanted.view, utcnow()))
    if wanted.only:
        query = query.where(col(Subscriber.id).in_(wanted.only))
    if wanted.segment is not None:
        query = query.where(segments.selects(wanted.segment.rule, now=utcnow()))
    return query


def _attribute_names(session: Session, wanted: Selection) -> list[str]:
    """Return every name that an attribute of these people has, in order."""
    column = col(Subscriber.attributes)
    query = _people(wanted, column).where(column != {})
    found: set[str] = set()
    streamed = session.execute(query, execution_options={"yield_per": _WINDOW})
    for held in streamed.scalars():
        found.update(held)
    return sorted(found)


def _refuse_too_many(session: Session, wanted: Selection) -> None:
    if session.execute(_people(wanted, func.count())).scalar_one() >= _LAST_ROW:
        raise ExportTooLarge


def _lines(
    session: Session, wanted: Selection, names: Sequence[str]
) -> Iterator[list[str]]:
    last = 0
    while True:
        # Columns, not objects: a third of the time.
        query = _people(wanted, *_COLUMNS).where(col(Subscriber.id) > last)
        query = query.order_by(col(Subscriber.id)).limit(_WINDOW)
        window = session.execute(query).all()
        if not window:
            return
        ids = [row.id for row in window]
        tags, last = _tags(session, ids), ids[-1]
        for row in window:
            yield _cells(row, tags.get(row.id, []), names)


def _tags(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    query = (
        select(SubscriberTag.subscriber_id, SubscriberTag.tag)
        .where(col(SubscriberTag.subscriber_id).in_(ids))
        .order_by(col(SubscriberTag.tag))
    )
    found: dict[int, list[str]] = {}
    for subscriber_id, tag in session.exec(query):
        found.setdefault(subscriber_id, []).append(tag)
    return found


def _cells(row: Row[Any], tags: list[str], names: Sequence[str]) -> list[str]:
    cells = (
        row.email,
        row.name,
        row.language or "",
        row.second_language or "",
        row.state.value,
        ", ".join(tags),
        _moment(row.created_at),
        _moment(row.confirmed_at),
        *(row.attributes.get(name, "") for name in names),
    )
    return [escaped(cell) for cell in cells]


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _write_csv(
    file: BinaryIO, heading: Sequence[str], table: Iterator[list[str]]
) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        writer = csv.writer(text)
        writer.writerow(heading)
        many = 0
        for many, line in enumerate(table, start=1):  # noqa: B007  # counts the rows
            writer.writerow(line)
        text.flush()
    finally:
        text.detach()  # the file belongs to the caller
    return many


def _write_xlsx(
    file: BinaryIO, heading: Sequence[str], table: Iterator[list[str]]
) -> int:
    # Slow to import, and most lists go out as text.
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Subscribers")
    sheet.append(list(heading))
    many = 0
    for many, line in enumerate(table, start=1):  # noqa: B007  # counts the rows
        sheet.append([cell or None for cell in line])
    workbook.save(file)
    return many
