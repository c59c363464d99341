"""What readers may fetch: told by its bytes, bounded, and without its author's name."""

import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import Session

from newsletter.errors import UnreadableDocument
from newsletter.media import documents

CORE = (
    '<cp:coreProperties xmlns:dc="d"><dc:title>Rapport 2026</dc:title>'
    "<dc:creator>Odile Secret</dc:creator><cp:lastModifiedBy>Odile Secret"
    "</cp:lastModifiedBy><dc:language>fr-BE</dc:language></cp:coreProperties>"
)
APP = "<Properties><Pages>24</Pages><Company>Secret SA</Company></Properties>"
META = (
    "<office:document-meta><office:meta><dc:title>Jaarverslag</dc:title>"
    "<meta:initial-creator>Odile Secret</meta:initial-creator>"
    '<meta:document-statistic meta:page-count="7" /></office:meta>'
    "</office:document-meta>"
)
OOXML = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
ODF = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
}


def archive(*entries: tuple[str, str | bytes]) -> bytes:
    """A ZIP archive of these entries; the first is stored, as ODF wants it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number, (name, content) in enumerate(entries):
            method = zipfile.ZIP_DEFLATED if number else zipfile.ZIP_STORED
            made.writestr(name, content, method)
    return out.getvalue()


def docx(*more: tuple[str, str | bytes], main: str = "word/document.xml") -> bytes:
    return archive(
        ("[Content_Types].xml", "<Types/>"),
        (main, "<w:document>Bonjour</w:document>"),
        ("docProps/core.xml", CORE),
        ("docProps/app.xml", APP),
        *more,
    )


def odt(*more: tuple[str, str | bytes], kind: str = ODF["odt"]) -> bytes:
    return archive(
        ("mimetype", kind), ("content.xml", "<c/>"), ("meta.xml", META), *more
    )


def pdf(*, pages: int = 3, packed: bool = False, stated: int | None = None) -> bytes:
    """A PDF as programs write it: objects as they are, or packed into a stream."""
    tree = f"<</Type /Pages /Kids[] /Count {stated or pages}>>".encode()
    leaves = b"".join(b"<</Type/Page /Parent 1 0 R>>" for _ in range(pages))
    if packed:
        inner = zlib.compress(b"1 0 2 40 " + tree + leaves)
        head = f"<</Type /ObjStm /N 2 /First 9 /Length {len(inner)}>>".encode()
        body = b"5 0 obj" + head + b"stream\r\n" + inner + b"\r\nendstream endobj"
    else:
        body = b"1 0 obj" + tree + b"endobj 2 0 obj" + leaves + b"endobj"
    return b"%PDF-1.7\n" + body + b"\nstartxref\n0\n%%EOF\n"


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize(("ext", "main"), OOXML.items())
def test_an_office_document_is_told_by_its_parts(ext: str, main: str) -> None:
    assert documents.read(docx(main=main)).ext == ext


@pytest.mark.parametrize(("ext", "kind"), ODF.items())
def test_an_open_document_is_told_by_its_first_entry(ext: str, kind: str) -> None:
    made = documents.read(odt(kind=kind))

    assert made.ext == ext
    # Its readers look for the type at this very place.
    assert made.data[30:38] == b"mimetype"
    assert made.data[38 : 38 + len(kind)] == kind.encode()


@pytest.mark.parametrize("make", [docx, odt])
def test_nobodys_name_stays_in_a_document(make: Callable[[], bytes]) -> None:
    kept = b"".join(entries(documents.read(make()).data).values())

    assert b"Secret" not in kept
    assert b"<dc:title>" in kept


def test_what_it_says_itself_stays() -> None:
    kept = entries(documents.read(docx()).data)

    assert kept["word/document.xml"] == b"<w:document>Bonjour</w:document>"
    assert b"<dc:language>fr-BE</dc:language>" in kept["docProps/core.xml"]


@pytest.mark.parametrize(("make", "pages"), [(docx, 24), (odt, 7)])
def test_pages_are_told(make: Callable[[], bytes], pages: int) -> None:
    assert documents.read(make()).pages == pages


def test_a_sealed_document_keeps_its_seal() -> None:
    sealed = docx(("_xmlsignatures/sig1.xml", "<Signature/>"))

    assert entries(documents.read(sealed).data) == entries(sealed)


def test_what_hides_between_the_entries_is_gone() -> None:
    plain = docx()
    hidden = plain.replace(b"PK\x01\x02", b"<script>alert(1)</script>PK\x01\x02", 1)
    moved = hidden[:-6] + (
        int.from_bytes(plain[-6:-2], "little") + len(b"<script>alert(1)</script>")
    ).to_bytes(4, "little") + plain[-2:]  # fmt: skip

    assert b"<script>" in moved
    assert documents.read(moved).data == documents.read(plain).data


def test_the_same_words_give_the_same_file_whenever_they_were_saved() -> None:
    assert documents.read(docx()).hash == documents.read(docx()).hash


@pytest.mark.parametrize("packed", [False, True])
def test_the_pages_of_a_pdf_are_counted(packed: bool) -> None:
    made = documents.read(pdf(pages=12, packed=packed))

    assert (made.ext, made.pages) == ("pdf", 12)


def test_no_number_is_better_than_a_wrong_one() -> None:
    assert documents.read(pdf(pages=2, stated=9)).pages is None


def test_a_pdf_stays_as_it_is() -> None:
    assert documents.read(pdf()).data == pdf()


def _lying(size: int) -> bytes:
    """A document whose part unpacks to more than its entry says."""
    honest = docx(("word/big.xml", b"\0" * size))
    return honest.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))


def _locked() -> bytes:
    """An archive whose entries say that they need a password."""
    data = bytearray(docx())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no document"),
        (b"<!doctype html><script>alert(1)</script>", "web page"),
        (b"\xef\xbb\xbf <svg onload='alert(1)'/>", "web page"),
        (b"<?xml version='1.0'?><svg/>", "web page"),
        (b"#!/bin/sh\nrm -rf /", "no document"),
        (b"MZ\x90\x00", "no document"),
        (b"just words", "no document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "macros"),
        (b"%PDF-1.7\nbreaks off", "breaks off"),
        (b" %PDF-1.7\n%%EOF", "no document"),
        (archive(("readme.txt", "hello")), "not a document"),
        (archive(("mimetype", "text/html"), ("x", "y")), "not a document"),
        (docx(("word/vbaProject.bin", b"")), "macros"),
        (docx(("word/activeX/activeX1.bin", b"")), "macros"),
        (odt(("Basic/Standard/Module1.xml", b"")), "macros"),
        (archive(("[Content_Types].xml", "macroEnabled"), ("a.xml", "")), "macros"),
        (odt(("META-INF/manifest.xml", "<m:encryption-data/>")), "password"),
        (_locked(), "password"),
        (docx(("../evil", b"")), "unusual"),
        (docx(("/etc/evil", b"")), "unusual"),
        (docx(("WORD/DOCUMENT.XML", b"")), "same name"),
        (docx(*((f"x/{n}", b"") for n in range(5_001))), "too many"),
        (docx()[:-30], "damaged"),
        (docx(("word/big.xml", b"\0" * 1_000_003))[:400], "damaged"),
        (_lying(1_234_567), "damaged"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_and_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        documents.read(data)


def test_a_document_may_weigh_so_much_and_no_more() -> None:
    with pytest.raises(UnreadableDocument, match="25 MB"):
        documents.read(b"%PDF-" + b"\0" * 25_000_000)


def test_a_document_that_would_fill_the_memory_is_refused() -> None:
    bomb = docx(
        ("word/a.xml", b"\0" * 110_000_000), ("word/b.xml", b"\0" * 110_000_000)
    )

    assert len(bomb) < 1_000_000
    with pytest.raises(UnreadableDocument, match="200 MB"):
        documents.read(bomb)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("rapport.pdf", "rapport.pdf"),
        ("Rapport annuel 2026 – été.PDF", "Rapport annuel 2026 – été.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a bSet-Cookie x.pdf"),
        ("invoice.pdf.exe", "invoice.pdf.exe.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("", "document.pdf"),
        (".pdf", "document.pdf"),
        ("x" * 500, "x" * 120 + ".pdf"),
    ],
)
def test_a_file_has_a_name_that_any_machine_can_bear(name: str, kept: str) -> None:
    assert documents.file_name(name, "pdf") == kept


def test_a_document_lies_under_the_hash_of_its_bytes(
    session: Session, tmp_path: Path
) -> None:
    made = documents.read(pdf())

    first = documents.keep(session, made, folder=tmp_path, name="a.pdf")
    second = documents.keep(session, made, folder=tmp_path, name="b.pdf")

    assert first.id == second.id
    assert second.name == "b.pdf"
    assert (tmp_path / f"{first.hash}.pdf").read_bytes() == pdf()
    assert (first.size, first.pages) == (len(pdf()), 3)
