"""Documents of the store: told by their bytes, stripped where that is safe, kept."""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, select

from newsletter.errors import UnreadableDocument
from newsletter.media import files, office, pdf
from newsletter.models import DocumentFile
from subscribers.sentences import N_

MAX_BYTES = 25_000_000
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
}

_LONGEST_NAME = 120  # characters, without the ending
_UNFIT = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]"
)
_RESERVED = re.compile(r'[<>:"/\\|?*]+')


@dataclass(frozen=True)
class Document:
    """A document ready to be kept."""

    data: bytes
    ext: str
    pages: int | None

    @property
    def hash(self) -> str:
        """The name it is kept under."""
        return files.name_of(self.data)


def read(data: bytes) -> Document:
    """Return a document as it may be passed on, whatever its file was called.

    Raises UnreadableDocument. An office document or a book is packed anew, without
    what says who wrote it; a PDF stays as it is, since only a PDF editor could take
    that out of it for sure.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(
            "The document is larger than {most} MB.", most=MAX_BYTES // 1_000_000
        )
    if data.startswith(b"%PDF-"):
        pdf.check(data)
        return Document(data, "pdf", pdf.pages(data))
    if data.startswith(b"PK\x03\x04"):
        packed = office.repack(data)
        return Document(packed.data, packed.ext, packed.pages)
    raise UnreadableDocument(_why(data))


def keep(
    session: Session, document: Document, *, folder: Path, name: str, origin: str = ""
) -> DocumentFile:
    """Write the file, whole or not at all, and return the row that stands for it.

    `name` is what a reader's copy is called; the latest counts.
    """
    files.write(folder / f"{document.hash}.{document.ext}", document.data)
    found = find(session, document.hash)
    kept = found or DocumentFile(
        hash=document.hash,
        ext=document.ext,
        size=len(document.data),
        pages=document.pages,
    )
    kept.name, kept.origin = file_name(name, document.ext), origin[:2000]
    session.add(kept)
    session.flush()
    return kept


def find(session: Session, hash_: str) -> DocumentFile | None:
    """Return the document with this hash."""
    return session.exec(select(DocumentFile).where(DocumentFile.hash == hash_)).first()


def file_name(name: str, ext: str) -> str:
    """Return what a file may be called on any machine, with its true ending."""
    stem = " ".join(_RESERVED.sub(" ", _UNFIT.sub("", name)).split())
    if stem.lower().endswith(f".{ext}"):
        stem = stem[: -len(ext) - 1]
    return (stem.lstrip(". ")[:_LONGEST_NAME].rstrip(". ") or "document") + f".{ext}"


def _why(data: bytes) -> str:
    """Say what a file is that cannot be passed on."""
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<"):
        return N_(
            "This is a web page or a drawing in code, which may hold scripts: save it "
            "as PDF."
        )
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return N_(
            "Old office files (.doc, .xls, .ppt) can hold macros, and those with a "
            "password cannot be read: save it as PDF, or as .docx, .xlsx or .pptx."
        )
    return N_(
        "This is no document that can be passed on: PDF, DOCX, XLSX, PPTX, ODT, ODS, "
        "ODP and EPUB can."
    )
