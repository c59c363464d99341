"""Find out what kind of file somebody brought, and read its rows."""

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from typing import BinaryIO

from subscribers.errors import UnreadableFile
from subscribers.importing import delimited, sheets
from subscribers.importing.cells import Record
from subscribers.sentences import N_

_LARGEST = 1 << 30  # bytes; a million people take a tenth of it
_CHUNK = 1 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
# How an OLE file names the part that holds an encrypted workbook (MS-OFFCRYPTO §1.3).
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What people hand in instead of a list, and what to tell them.
_PICTURE = N_("This is a picture; a list of people comes as XLSX, CSV or plain text.")
_FOREIGN = {
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"BEGIN:VCARD": N_(
        "These are cards of an address book; export them there as CSV first."
    ),
    b"%PDF": N_("This is a PDF; a list of people comes as XLSX, CSV or plain text."),
    b"\x1f\x8b": N_("This file is compressed; unpack it first."),
}


@dataclass(frozen=True)
class Source:
    """What is known of a file before its rows are read."""

    encoding: str | None  # None: UTF-8, or Windows-1252 where a line is not
    size: int  # bytes
    hash: str  # SHA-256, hex
    workbook: bool = False


def inspect(file: BinaryIO) -> Source:
    """Measure a file and find its kind; raises UnreadableFile with the reason."""
    file.seek(0)
    head = file.read(4096)
    if not head.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise UnreadableFile("The file is empty.")
    for magic, sentence in _FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableFile(sentence)
    size, digest = _measured(file, old_office=head.startswith(_OLE))
    workbook = head.startswith(_ZIP)
    if workbook:
        sheets.check(file)
    encoding = None if workbook else delimited.encoding_of(head)
    return Source(encoding, size, digest, workbook)


def read(file: BinaryIO, source: Source) -> Generator[Record]:
    """Yield every record that is not blank; the file stays open."""
    if source.workbook:
        return sheets.read(file)
    return delimited.read(file, source.encoding)


def _measured(file: BinaryIO, *, old_office: bool) -> tuple[int, str]:
    digest, size, encrypted = hashlib.sha256(), 0, False
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        encrypted = encrypted or _ENCRYPTED in chunk
        if size > _LARGEST:
            raise UnreadableFile("The file is larger than 1 GB; split it in parts.")
    if old_office and encrypted:
        raise UnreadableFile(
            "This workbook is protected by a password; save it without one first."
        )
    if old_office:
        raise UnreadableFile("This is an old Excel file; save it as XLSX or CSV first.")
    return size, digest.hexdigest()
