from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import UnreadableFile
from subscribers.importing import headings, records
from subscribers.importing.cells import Record


def read(raw: bytes) -> list[Record]:
    file = BytesIO(raw)
    return list(records.read(file, records.inspect(file)))


def cells(raw: bytes) -> list[tuple[str, ...] | None]:
    return [record.cells for record in read(raw)]


TABLE = "E-mail;Nom\nzoé@example.org;Zoé\n"


@pytest.mark.parametrize(
    "raw",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.encode("cp1252"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace(";", "\t").encode(),
        TABLE.replace(";", ",").encode(),
        TABLE.replace(";", "|").encode(),
        ("sep=;\n" + TABLE).encode(),
        TABLE.rstrip().encode(),
    ],
)
def test_encoding_line_ends_and_delimiter_are_found(raw: bytes) -> None:
    assert cells(raw) == [("E-mail", "Nom"), ("zoé@example.org", "Zoé")]


def test_two_encodings_in_one_file_are_both_read() -> None:
    raw = "a;Zoé\n".encode() + "b;Zoé\n".encode("cp1252")

    assert cells(raw) == [("a", "Zoé"), ("b", "Zoé")]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    raw = b'a;b\n\n"1\n2";x\n;\nlast;y\n'

    assert read(raw) == [
        Record(1, ("a", "b")),
        Record(3, ("1\n2", "x")),
        Record(5, ("last", "y")),
    ]


def test_the_line_that_names_the_delimiter_is_counted() -> None:
    assert read(b"sep=|\na|b\n") == [Record(2, ("a", "b"))]


@pytest.mark.parametrize(
    "raw",
    [
        b"Peeters, Anne;anne@example.org;fr\nJans, Bart;bart@example.org;nl\n",
        b'"a, b";c;d\n"e, f";g;h\n',
    ],
)
def test_commas_in_names_are_no_delimiters(raw: bytes) -> None:
    assert [len(row or ()) for row in cells(raw)] == [3, 3]


def test_addresses_are_read_as_a_mail_program_lists_them() -> None:
    assert cells(b'Piet <p@example.org>, "De Smet, Ann" <ann@example.org>') == [
        ("Piet <p@example.org>", "De Smet, Ann <ann@example.org>")
    ]


def test_one_column_has_no_delimiter() -> None:
    assert cells(b"a@example.org\nb@example.org") == [
        ("a@example.org",),
        ("b@example.org",),
    ]


def test_an_unclosed_quotation_mark_costs_one_row() -> None:
    rows = "".join(f"{n};x\n" for n in range(30))

    found = cells(f'a;b\n"stray;x\n{rows}'.encode())

    assert found[1] == ("stray;x\n",)
    assert found[2:] == [(str(n), "x") for n in range(30)]


def test_an_unclosed_quotation_mark_at_the_end_costs_one_row() -> None:
    assert cells(b'a;b\n"stray;x\n1;x') == [("a", "b"), ("stray;x\n",), ("1", "x")]


def test_a_stray_quotation_mark_is_read_as_it_stands() -> None:
    assert cells(b'a;b\n5" disk;x\n"y"z;w\n') == [
        ("a", "b"),
        ('5" disk', "x"),
        ("yz", "w"),
    ]


def test_a_line_too_long_costs_itself() -> None:
    long = b"x" * 200_000

    assert cells(b"a;b\n" + long + b"\n1;2\n") == [("a", "b"), None, ("1", "2")]
    assert cells(b"a;b\n" + long) == [("a", "b"), None]


def test_a_line_too_long_ends_an_unclosed_quotation() -> None:
    raw = b'a;b\n"stray;x\n' + b"x" * 70_000 + b"\n1;2\n"

    assert cells(raw) == [("a", "b"), ("stray;x\n",), None, ("1", "2")]


def test_cells_beyond_all_measure_do_not_stop_the_file() -> None:
    wide = b'"' + b"x\n" * 10 + b"y" * 60_000 + b"\n" + b"z" * 60_000 + b"\n"

    assert cells(b"a;b\n" + wide + b"w" * 60_000 + b"\n1;2\n")[-1] == ("1", "2")


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty"),
        (b"PK\x03\x04....", "This workbook is broken"),
        (b"\xd0\xcf\x11\xe0....", "save it as XLSX or CSV"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"\xff\xd8\xff\xe0....", "picture"),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "address book"),
        (b"\x1f\x8b....", "unpack"),
    ],
)
def test_what_is_no_text_is_named(raw: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        records.inspect(BytesIO(raw))


def test_a_file_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_LARGEST", 5000)

    with pytest.raises(UnreadableFile, match="split it"):
        records.inspect(BytesIO(b"a;b\n" * 2000))


def test_the_file_is_measured_and_left_open() -> None:
    file = BytesIO(b"a;b\n" * 2000)

    source = records.inspect(file)
    list(records.read(file, source))

    assert (source.size, len(source.hash)) == (8000, 64)
    assert not file.closed


@given(st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(raw: bytes) -> None:
    read_or_refused(raw)


@given(
    st.text('",;\t\n\r|a@. =\x00é', max_size=200),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
def test_random_tables_are_read_or_refused(text: str, encoding: str) -> None:
    read_or_refused(text.encode(encoding))


def read_or_refused(raw: bytes) -> None:
    try:
        found = read(raw)
        headings.recognise(found, ("fr", "nl"))
    except UnreadableFile:
        return
    numbers = [record.row for record in found]
    assert numbers == sorted(set(numbers))
