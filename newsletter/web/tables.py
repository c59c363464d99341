"""A table as a file that the spreadsheets of a language open at once (pure)."""

import csv
import io
from collections.abc import Iterable, Sequence

from newsletter import i18n
from subscribers.importing.cells import FORMULA

# A spreadsheet runs a cell that begins so (OWASP, CSV injection).
_DANGEROUS = (*FORMULA, "\t", "\r", "\n")
# Where the comma is the decimal sign, Excel parts cells at semicolons.
_COMMA = ("en",)


def written(rows: Iterable[Sequence[str | int]], language: str) -> bytes:
    """Return rows as CSV: UTF-8 with a mark, parted as the language's Excel expects."""
    file = io.StringIO()
    parted = "," if i18n.base(language) in _COMMA else ";"
    writer = csv.writer(file, delimiter=parted, lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _harmless(cell: str | int) -> str | int:
    if isinstance(cell, str) and cell.startswith(_DANGEROUS):
        return f"'{cell}"
    return cell
