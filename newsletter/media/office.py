"""Office documents and books, which are ZIP archives: checked and packed anew (pure).

The new archive holds what was read out of the old one within bounds, and no more:
nothing that hides between the entries, no moments, nobody's name.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from newsletter.errors import UnreadableDocument

_MAX_ENTRIES = 5_000
_MAX_UNPACKED = 200_000_000  # bytes
_MAX_TEXT = 2_000_000  # bytes of an entry that is looked into
_CHUNK = 1_000_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

# What an archive is, by the entry that says so.
_BY_PART = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
}
_BY_MIMETYPE = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
_MACROS = re.compile(
    r"(^|/)(vbaProject\w*\.bin|vbaData\.xml|activeX/.*)$|^(Basic|Scripts)/",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"^_xmlsignatures/|^META-INF/documentsignatures\.xml$")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    UnicodeError,
    ValueError,
    KeyError,
)

# What the entries about a document become: its title and language, not its people.
_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
    'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "{about}</cp:coreProperties>"
)
_APP = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    '{kind}"/>'
)
_META = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<office:document-meta "
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2">'
    "<office:meta>{about}</office:meta></office:document-meta>"
)
_ABOUT_PART = re.compile(r"docProps/\w{1,40}\.xml|meta\.xml")
# Text without markup or references only: it is put back as it stands.
_ABOUT = re.compile(r"<dc:(title|language)>([^<>&]{1,300})</dc:\1>")
_PAGES = re.compile(
    r"<(?:Pages|Slides)>(\d{1,5})</|\bmeta:page-count=\"(\d{1,5})\"", re.ASCII
)


@dataclass(frozen=True)
class Packed:
    """An archive packed anew."""

    ext: str
    data: bytes
    pages: int | None


def repack(data: bytes) -> Packed:
    """Return the document as it may be passed on.

    Raises UnreadableDocument for an archive that is no document, holds macros or a
    password, is damaged, or unpacks to more than 200 MB.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = _entries(archive)
            ext = _kind(archive, entries)
            about = _about(archive, entries)
            changed = {} if _is_signed(entries) else _anonymous(about)
            return Packed(ext, _packed(archive, entries, changed), _pages(about))
    except _BROKEN as error:
        if isinstance(error, UnreadableDocument):
            raise
        raise UnreadableDocument("The document is damaged.") from error


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, after a look at what they promise."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = [entry.filename for entry in entries]
    if len(entries) > _MAX_ENTRIES:
        raise UnreadableDocument("The document holds too many parts.")
    if sum(entry.file_size for entry in entries) > _MAX_UNPACKED:
        raise _too_much()
    if len({name.casefold() for name in names}) < len(names):
        raise UnreadableDocument("The document holds two parts of the same name.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise _locked()
    if any(_is_astray(name) for name in names) or any(
        entry.compress_type not in _METHODS for entry in entries
    ):
        raise UnreadableDocument("The document is packed in an unusual way.")
    if any(_MACROS.search(name) for name in names):
        raise UnreadableDocument("The document holds macros: save it without them.")
    return entries


def _is_astray(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def _kind(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> str:
    names = {entry.filename: entry for entry in entries}
    if entries and entries[0].filename == "mimetype":
        mimetype = _read(archive, entries[0], limit=100).strip()
        if mimetype in _BY_MIMETYPE:
            _refuse_locked(archive, names)
            return _BY_MIMETYPE[mimetype]
    if types := names.get("[Content_Types].xml"):
        if b"macroEnabled" in _read(archive, types, limit=_MAX_TEXT):
            raise UnreadableDocument("The document holds macros: save it without them.")
        for part, ext in _BY_PART.items():
            if part in names:
                return ext
    raise UnreadableDocument(
        "This archive is not a document: PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP and "
        "EPUB can be passed on."
    )


def _refuse_locked(
    archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo]
) -> None:
    manifest = names.get("META-INF/manifest.xml")
    if manifest and b"encryption-data" in _read(archive, manifest, limit=_MAX_TEXT):
        raise _locked()


def _is_signed(entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether somebody sealed it: a changed part would break the seal."""
    return any(_SIGNED.search(entry.filename) for entry in entries)


def _about(
    archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]
) -> dict[str, str]:
    """Return the entries that speak of the document and of who made it."""
    return {
        entry.filename: _read(archive, entry, limit=_MAX_TEXT).decode("utf-8", "ignore")
        for entry in entries
        if _ABOUT_PART.fullmatch(entry.filename)
    }


def _anonymous(about: Mapping[str, str]) -> dict[str, bytes]:
    kinds = {"app": "extended-properties", "custom": "custom-properties"}
    changed = {}
    for name, said in about.items():
        kept = "".join(found[0] for found in _ABOUT.finditer(said))
        part = name.rpartition("/")[2].removesuffix(".xml")
        if name == "meta.xml":
            text = _META.format(about=kept)
        elif part in kinds:
            text = _APP.format(kind=kinds[part])
        else:
            text = _CORE.format(about=kept)
        changed[name] = text.encode()
    return changed


def _pages(about: Mapping[str, str]) -> int | None:
    found = next(filter(None, map(_PAGES.search, about.values())), None)
    many = int(found[1] or found[2]) if found else 0
    return many or None


def _packed(
    archive: zipfile.ZipFile,
    entries: Sequence[zipfile.ZipInfo],
    changed: Mapping[str, bytes],
) -> bytes:
    out = BytesIO()
    left = _MAX_UNPACKED
    with zipfile.ZipFile(out, "w") as made:
        for entry in entries:
            fresh = zipfile.ZipInfo(entry.filename, _EPOCH)
            fresh.compress_type = entry.compress_type
            given = changed.get(entry.filename)
            chunks = _chunks(archive, entry, limit=left) if given is None else [given]
            with made.open(fresh, "w") as file:
                left -= sum(file.write(chunk) for chunk in chunks)
    return out.getvalue()


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, limit: int) -> bytes:
    return b"".join(_chunks(archive, entry, limit=limit))


def _chunks(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, limit: int
) -> Iterator[bytes]:
    """Return what an entry holds, which may be more than it says."""
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            limit -= len(chunk)
            if limit < 0:
                raise _too_much()
            yield chunk


def _too_much() -> UnreadableDocument:
    return UnreadableDocument(
        "The document unpacks to more than {most} MB.", most=_MAX_UNPACKED // 1_000_000
    )


def _locked() -> UnreadableDocument:
    return UnreadableDocument("The document is locked with a password.")
