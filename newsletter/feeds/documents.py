"""The documents an entry offers: links to files, taken out of the text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from newsletter.feeds.entries import Enclosure
from newsletter.items import links, plain
from newsletter.items.blocks import Block, Link

_FORMATS = frozenset({"pdf", "doc", "docx", "odt", "xls", "xlsx", "ods", "ppt", "pptx"})
# What may stand beside a link without making a sentence of it: "(PDF, 1,2 Mo)".
_AROUND = re.compile(
    r"[\s\W\d]|pdf|docx?|xlsx?|pptx?|od[tsp]|[kmg][bo]|"
    r"t[ée]l[ée]charger|download(?:en)?|herunterladen",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Document:
    """A file a reader may fetch."""

    url: str
    title: str
    format: str  # "PDF"


def take(
    row: Sequence[Block], enclosures: Iterable[Enclosure], *, base: str
) -> tuple[tuple[Document, ...], tuple[Block, ...]]:
    """Return the documents, and the text without the lines that only name them.

    A document linked in the middle of a sentence is listed and the sentence stays.
    """
    found: dict[str, Document] = {}
    rest = []
    for block in row:
        named = [document for link in block.links if (document := _document(link))]
        for document in named:
            found.setdefault(document.url, document)
        if not (named and _only_names(block)):
            rest.append(block)
    for file in enclosures:
        link = Link(links.safe(file.url, base=base), "")
        if carried := _document(link):
            found.setdefault(carried.url, carried)
    titles = {plain.key(document.title) for document in found.values()} - {""}
    kept = [
        block for block in rest if plain.key(block.text) not in titles or block.links
    ]
    return tuple(found.values()), tuple(kept)


def _document(link: Link) -> Document | None:
    path = PurePosixPath(unquote(urlsplit(link.url).path))
    ending = path.suffix.lower().lstrip(".")
    if ending not in _FORMATS:
        return None
    title = link.words if len(plain.key(link.words)) > 3 else path.stem
    readable = re.sub(r"[-_]+", " ", title) if title == path.stem else title
    return Document(link.url, plain.line(readable, limit=300), ending.upper())


def _only_names(block: Block) -> bool:
    """Say whether a block holds links to documents and no words of its own."""
    left = block.text
    for link in block.links:
        if _document(link) is None:
            return False
        left = left.replace(link.words, " ", 1)
    return not _AROUND.sub("", left)
