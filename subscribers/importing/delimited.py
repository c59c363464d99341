"""Read any delimited text, whatever wrote it, one record at a time."""

import csv
import io
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO

from subscribers.importing.cells import Record

_LONGEST_LINE = 1 << 16  # characters
_LINES_PER_RECORD = 20  # a quotation mark nobody closed swallows no more than this
_SAMPLE = 50  # lines looked at to find the delimiter
_DELIMITERS = (";", ",", "\t", "|")
_MARKS = {
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}


def encoding_of(head: bytes) -> str | None:
    """Return the encoding that a file begins in; None: UTF-8 or Windows-1252."""
    if head[:2] in _MARKS:
        return _MARKS[head[:2]]
    # Without a mark, every other byte of Western UTF-16 is zero.
    if head[1::2].count(0) > len(head) / 5:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) / 5:
        return "utf-16-be"
    return None


def read(file: BinaryIO, encoding: str | None) -> Generator[Record]:
    """Yield every record that is not blank, in flat memory.

    The delimiter is found, not asked. A line too long, or a quotation mark that is
    never closed, costs its own record and not the rest of the file.
    """
    file.seek(0)
    text = io.TextIOWrapper(
        file, encoding=encoding or "latin-1", errors="replace", newline=""
    )
    try:
        yield from _records(_lines(text, mixed=encoding is None))
    finally:
        text.detach()  # the file belongs to the caller


def _lines(text: io.TextIOWrapper, *, mixed: bool) -> Iterator[str | None]:
    """Yield the lines with their ends; None stands for one that is too long."""
    first = True
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
            _skip_line(text)
            yield None
        else:
            plain = _decoded(line) if mixed else line
            yield plain.removeprefix("\ufeff") if first else plain
        first = False


def _skip_line(text: io.TextIOWrapper) -> None:
    while rest := text.readline(_LONGEST_LINE):
        if rest[-1] in "\r\n":
            return


def _decoded(line: str) -> str:
    # Read as Latin-1 to find the line ends, a line goes back to its bytes. Files
    # glued together from two programs hold both encodings.
    if line.isascii():
        return line
    raw = line.encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _records(lines: Iterator[str | None]) -> Iterator[Record]:
    sample = list(islice(lines, _SAMPLE))
    delimiter, stated = _delimiter([line for line in sample if line])
    queue = _Lines(chain(sample, lines))
    if stated:
        next(queue)
    row = int(stated)
    for line in queue:
        row += 1
        if line is None:
            yield Record(row, None)
            continue
        cells = _cells(line, queue, delimiter)
        if any(cell.strip() for cell in cells):
            yield Record(row, tuple(cells))


def _delimiter(sample: list[str]) -> tuple[str, bool]:
    """Return the delimiter, and whether Excel's own first line `sep=;` stated it."""
    first = sample[0].strip() if sample else ""
    if len(first) == len("sep=;") and first.lower().startswith("sep="):
        return first[-1], True
    return max(_DELIMITERS, key=lambda mark: _evenness(sample, mark)), False


def _evenness(sample: list[str], mark: str) -> float:
    """Return how well a mark splits the lines into equally many cells."""
    try:
        widths = [len(row) for row in _reader(sample, mark)]
    except csv.Error:  # a cell without end; another mark may do better
        return 0.0
    usual = max(set(widths), key=widths.count)
    if usual == 1:
        return 0.0
    return widths.count(usual) / len(widths) + min(usual, 20) / 100


class _Lines(Iterator[str | None]):
    """Lines, some of which can be given back."""

    def __init__(self, lines: Iterator[str | None]) -> None:
        self._lines = lines

    def __next__(self) -> str | None:
        return next(self._lines)

    def give_back(self, lines: list[str | None]) -> None:
        """Put these in front of what is still to come."""
        self._lines = chain(lines, self._lines)


def _cells(line: str, queue: _Lines, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.rstrip("\r\n").split(delimiter)
    taken: list[str | None] = []
    try:
        return next(_reader(_following(line, queue, taken), delimiter, strict=True))
    except csv.Error:
        # A stray or unclosed quotation mark: judge this line by itself.
        queue.give_back(taken)
        return next(_reader([line], delimiter))


def _reader(
    lines: Iterable[str], delimiter: str, *, strict: bool = False
) -> Iterator[list[str]]:
    # Mail programs write `Jan <…>, "De Smet, Ann" <…>`, with a space before the quote.
    return csv.reader(lines, delimiter=delimiter, strict=strict, skipinitialspace=True)


def _following(line: str, queue: _Lines, taken: list[str | None]) -> Iterator[str]:
    """Yield a line and those after it, which the reader takes inside quotes only."""
    yield line
    for further in islice(queue, _LINES_PER_RECORD):
        taken.append(further)
        if further is None:
            return
        yield further
