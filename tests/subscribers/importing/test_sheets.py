"""Workbooks: made by openpyxl, or by hand where it would refuse to."""

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine

from subscribers.errors import UnreadableFile
from subscribers.importing import records, sheets
from subscribers.importing.cells import Record
from tests.subscribers.importing.bringing import bring, counts, stored

HEADING = ("E-mail", "Nom", "Langue")
ANNE = ("anne@example.org", "Anne", "Français")


def workbook(*rows: Sequence[Any], before: Sequence[str] = ()) -> bytes:
    made = Workbook(write_only=True)
    sheet = made.create_sheet("people")
    for row in rows:
        sheet.append(list(row))
    for name in before:
        made.create_sheet(name, 0)
    return saved(made)


def saved(made: Workbook) -> bytes:
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def zipped(**parts: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_sheet(xml: str) -> bytes:
    """A good workbook whose sheet is replaced by this XML."""
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook(HEADING))) as good,
        zipfile.ZipFile(file, "w") as made,
    ):
        for part in good.infolist():
            is_sheet = part.filename == "xl/worksheets/sheet1.xml"
            content = xml.encode() if is_sheet else good.read(part)
            made.writestr(part.filename, content)
    return file.getvalue()


def read(raw: bytes) -> list[Record]:
    file = BytesIO(raw)
    return list(records.read(file, records.inspect(file)))


def test_people_come_in_from_a_workbook(engine: Engine) -> None:
    raw = workbook(HEADING, ANNE, ("bart@example.org", "Bart", "NL"), ("nobody",))

    report = bring(engine, raw, filename="people.xlsx")

    assert counts(report) == (2, 0, 0, 1, 0)
    assert [remark.row for remark in report.refused] == [4]
    assert stored(engine) == {
        "anne@example.org": ("Anne", "fr", []),
        "bart@example.org": ("Bart", "nl", []),
    }


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    raw = workbook(HEADING, (), (), ANNE, (None, " "), ANNE)

    assert [record.row for record in read(raw)] == [1, 4, 6]


def test_the_first_sheet_with_rows_is_read() -> None:
    raw = workbook(HEADING, ANNE, before=("empty", "also empty"))

    assert [record.cells for record in read(raw)] == [HEADING, ANNE]


def test_a_workbook_without_rows_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="holds no rows"):
        read(workbook())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (date(2026, 5, 3), "2026-05-03"),
        (datetime(2026, 5, 3, 10, 30), "2026-05-03 10:30:00"),  # noqa: DTZ001  # a cell has no zone
        (True, "True"),
        ("x" * 20_000, "x" * 10_000),
        ("#N/A", ""),
        ("=1+1", ""),  # nobody opened it since: there is no value yet
    ],
)
def test_what_stands_in_a_cell_is_read_as_text(value: Any, text: str) -> None:
    made = workbook(("before", value, "after"))

    assert read(made) == [Record(1, ("before", text, "after"))]


def test_of_a_formula_its_value_is_read() -> None:
    raw = with_sheet(
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="str"><f>HYPERLINK("http://evil")</f>'
        "<v>=cmd</v></c></row></sheetData></worksheet>"
    )

    assert read(raw) == [Record(1, ("=cmd",))]


def test_a_workbook_is_hashed_like_any_file(engine: Engine) -> None:
    raw = workbook(HEADING, ANNE)

    bring(engine, raw)

    assert counts(bring(engine, raw)) == (0, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (zipped(**{"a.txt": b"x"}), "an archive, not a workbook"),
        (
            zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
            "OpenDocument file; save it as XLSX",
        ),
        (zipped(**{"xl/workbook.bin": b"x"}), "binary workbook"),
        (zipped(**{"word/document.xml": b"x"}), "a text document"),
        (zipped(**{"[Content_Types].xml": b"", "xl/a": b""}), "workbook is broken"),
        (workbook(HEADING)[:-40], "workbook is broken"),
        (b"PK\x03\x04" + b"\0" * 200, "workbook is broken"),
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (with_sheet("<worksheet><sheetData><row"), "workbook is broken"),
        (
            with_sheet(
                '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
                '2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row>'
                "</sheetData></worksheet>"
            ),
            "workbook is broken",
        ),
        (
            with_sheet(
                '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
                '2006/main"><sheetData><row r="99999999999"><c t="str"><v>x</v></c>'
                "</row></sheetData></worksheet>"
            ),
            "workbook is broken",
        ),
    ],
)
def test_what_is_no_workbook_is_refused_with_advice(raw: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        read(raw)


def test_an_encrypted_part_is_refused() -> None:
    raw = bytearray(workbook(HEADING))
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory

    with pytest.raises(UnreadableFile, match="protected by a password"):
        read(bytes(raw))


@pytest.mark.parametrize(
    ("bound", "value"),
    [
        ("_LARGEST", 100),
        ("_LARGEST_SHEET", 100),
        ("_LARGEST_PART", 100),
        ("_MOST_PARTS", 3),
    ],
)
def test_a_bomb_is_refused_before_it_unpacks(
    bound: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = workbook(HEADING, ANNE)
    monkeypatch.setattr(sheets, bound, value)

    with pytest.raises(UnreadableFile, match="unpacks to more"):
        records.inspect(BytesIO(raw))


def test_pictures_are_never_unpacked_and_may_be_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "_LARGEST_PART", 20_000)
    file = BytesIO(workbook(HEADING, ANNE))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * 30_000)

    assert [record.cells for record in read(file.getvalue())] == [HEADING, ANNE]


def test_a_directory_that_lies_about_sizes_unpacks_no_more_than_it_says() -> None:
    # The sheet is said to be of 10 bytes, in the directory and before the data.
    sheet = b"<worksheet>" + b" " * 100_000
    raw = zipped(**{"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": sheet})
    raw = raw.replace(len(sheet).to_bytes(4, "little"), (10).to_bytes(4, "little"))

    with pytest.raises(UnreadableFile, match="workbook is broken"):
        read(raw)


def test_a_sheet_with_a_million_columns_costs_no_memory() -> None:
    raw = with_sheet(
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:A1"/><sheetData><row r="1"><c r="A1" t="str"><v>x</v></c>'
        '<c r="XFD1" t="str"><v>y</v></c></row></sheetData></worksheet>'
    )

    assert read(raw) == [Record(1, ("x",))]
