"""Say what a file's columns were taken for, before anything is written."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from sqlalchemy import Engine

from subscribers import languages
from subscribers.importing import headings, records
from subscribers.importing.cells import Record, shown
from subscribers.importing.headings import Columns, Role
from subscribers.importing.running import Order, offered_by, people_rows

_SAMPLE = 1000  # records read: enough to meet every language of most files
_NAMED = 50  # of them name the columns, as in an import
_SHOWN = 5  # rows
_MOST_VALUES = 50  # different words for languages


@dataclass(frozen=True)
class Column:
    """One column: `role` is a Role, "attribute", or empty if left out."""

    index: int
    heading: str  # as the file has it; empty where the file has no headings
    role: str
    name: str  # of the attribute
    cells: tuple[str, ...]  # of the first rows


@dataclass(frozen=True)
class Spoken:
    """How one word for a language is read; None: we do not know it."""

    value: str
    language: str | None
    count: int  # over the rows looked at


@dataclass(frozen=True)
class Preview:
    """What an import of this file would go by."""

    columns: tuple[Column, ...]
    languages: tuple[Spoken, ...]  # the most frequent first
    rows: int  # looked at


def preview(engine: Engine, file: BinaryIO, order: Order) -> Preview:
    """Return how the columns and languages of a file are understood.

    Reads its beginning only, and needs no consent. Raises as `import_people` does.
    """
    offered = offered_by(engine, order.list_id)
    source = records.inspect(file)
    with closing(records.read(file, source)) as stream:
        sample = list(islice(stream, _SAMPLE))
    columns = headings.recognise(sample[:_NAMED], offered, order.columns)
    people = list(people_rows(iter(sample), columns))
    return Preview(
        _columns(sample, people, columns),
        _languages(people, columns, offered),
        len(people),
    )


def _columns(
    sample: Sequence[Record], people: Sequence[Record], columns: Columns
) -> tuple[Column, ...]:
    heading = sample[0].cells if columns.headed and sample[0].cells else ()
    rows = [record.cells for record in people[:_SHOWN] if record.cells]
    width = max((len(row) for row in (heading, *rows)), default=0)
    roles = {index: role.value for role, index in columns.first.items()}
    roles |= {index: role.value for role, index in columns.signs}
    names = dict(columns.kept)
    return tuple(
        Column(
            index,
            _cell(heading, index),
            roles.get(index) or ("attribute" if index in names else ""),
            names.get(index, ""),
            tuple(_cell(row, index) for row in rows),
        )
        for index in range(width)
    )


def _cell(row: Sequence[str], index: int) -> str:
    return shown(row[index]) if index < len(row) else ""


def _languages(
    people: Sequence[Record], columns: Columns, offered: Sequence[str]
) -> tuple[Spoken, ...]:
    index = columns.first.get(Role.LANGUAGE)
    if index is None:
        return ()
    words = Counter(
        record.cells[index].strip()
        for record in people
        if record.cells and index < len(record.cells) and record.cells[index].strip()
    )
    return tuple(
        Spoken(shown(word), languages.read(word, offered), count)
        for word, count in words.most_common(_MOST_VALUES)
    )
