"""Read the first sheet of an XLSX workbook that has rows, one record at a time."""

import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain, islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from subscribers.errors import UnreadableFile
from subscribers.importing.cells import Record
from subscribers.sentences import N_

# What a zip directory may announce; zipfile never unpacks more than it does.
_LARGEST = 1 << 30  # bytes of all parts together, and of pictures, never unpacked
_LARGEST_SHEET = 512 << 20  # a million people take half of it
_LARGEST_STRINGS = 128 << 20  # the texts of all cells: read whole
_LARGEST_PART = 16 << 20  # styles, names: read whole too
_MOST_PARTS = 2000
_LAST_ROW = 1 << 20  # of any spreadsheet
_MOST_COLUMNS = 100
_LONGEST_CELL = 10_000  # characters
_BROKEN = N_("This workbook is broken; open it and save it again, or save it as CSV.")
# What openpyxl and the standard library raise over files that are not what they say.
_FAILURES = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


def check(file: BinaryIO) -> None:
    """Look at a workbook's directory before anything is unpacked.

    Raises UnreadableFile if it is none, is encrypted, or would unpack to more than
    any list of people: a few kilobytes can hold terabytes of zeros.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            kind = archive.read("mimetype")[:60] if "mimetype" in _names(parts) else b""
    except _FAILURES as error:
        raise UnreadableFile(_BROKEN) from error
    _refuse_foreign(_names(parts), kind)
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile(
            "This workbook is protected by a password; save it without one first."
        )
    too_large = any(part.file_size > _bound(part.filename) for part in parts)
    total = sum(part.file_size for part in parts)
    if too_large or total > _LARGEST or len(parts) > _MOST_PARTS:
        raise UnreadableFile(
            "This workbook unpacks to more than a list of people can need; "
            "save the sheet as CSV."
        )


def read(file: BinaryIO) -> Generator[Record]:
    """Yield the rows that are not blank, numbered as the spreadsheet shows them.

    Numbers and days come as text; of a formula, the value it had when it was saved.
    """
    try:
        with closing(_workbook(file)) as workbook:
            yield from _first_with_rows(workbook.worksheets)
    except _FAILURES as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(_BROKEN) from error


def _names(parts: Sequence[zipfile.ZipInfo]) -> set[str]:
    return {part.filename for part in parts}


def _refuse_foreign(names: set[str], kind: bytes) -> None:
    if b"opendocument" in kind:
        raise UnreadableFile(
            "This is an OpenDocument file; save it as XLSX or CSV first."
        )
    if "xl/workbook.bin" in names:
        raise UnreadableFile("This is a binary workbook; save it as XLSX first.")
    if any(name.startswith("word/") for name in names):
        raise UnreadableFile(
            "This is a text document; copy the people in it, and paste them."
        )
    if "[Content_Types].xml" not in names or not any(
        name.startswith("xl/") for name in names
    ):
        raise UnreadableFile("This is an archive, not a workbook; unpack it first.")


def _bound(name: str) -> int:
    if name.startswith("xl/media/"):
        return _LARGEST
    if name.startswith("xl/worksheets/"):
        return _LARGEST_SHEET
    return _LARGEST_STRINGS if name == "xl/sharedStrings.xml" else _LARGEST_PART


def _workbook(file: BinaryIO) -> Any:
    # Slow to import, and most lists come as text.
    import warnings

    from openpyxl import load_workbook

    # It warns of styles and extensions that no cell of ours needs, row by row.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    file.seek(0)
    return load_workbook(file, read_only=True, data_only=True, keep_links=False)


def _first_with_rows(sheets: Sequence[Any]) -> Iterator[Record]:
    for sheet in sheets:
        # What a sheet says of its own size is often wrong.
        sheet.reset_dimensions()
        records = _records(sheet)
        begun = list(islice(records, 1))
        if begun:
            yield from chain(begun, records)
            return
    raise UnreadableFile("The workbook holds no rows.")


def _records(sheet: Any) -> Iterator[Record]:
    rows = sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS)
    for number, values in enumerate(rows, start=1):
        if number > _LAST_ROW:
            raise UnreadableFile(_BROKEN)
        # A million rows that nobody wrote may stand between two.
        if values.count(None) == len(values):
            continue
        cells = [_text(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield Record(number, tuple(cells))


# No cell of a person is an error of the spreadsheet.
_ERRORS = frozenset(
    ["#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"]
)


def _text(value: Any) -> str:
    if value is None or value in _ERRORS:
        return ""
    if isinstance(value, datetime):
        plain = value.isoformat(sep=" ", timespec="seconds")
        return plain.removesuffix(" 00:00:00")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:_LONGEST_CELL]
