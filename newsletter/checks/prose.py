"""The words of a body without its markup: paragraphs, quotations, links."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "h4", "ul", "ol", "li", "blockquote"})
# What somebody says in quotation marks is theirs: no apostrophe opens or ends one.
_QUOTED = re.compile(
    r"«[^«»\n]*[»«]|“[^“”\n]*”|„[^„“”\n]*[“”]|(?<!\w)‘[^‘’\n]*’(?!\w)"
    r'|(?<!\w)"[^"\n]*"'
)


@dataclass(frozen=True)
class Anchor:
    """A link inside a body."""

    url: str
    words: str


@dataclass(frozen=True)
class Prose:
    """Words, paragraphs on lines of their own; `own` leaves out what is quoted."""

    words: str
    own: str


def plain(text: str) -> Prose:
    """Return words without markup."""
    return Prose(text, _unquoted(text))


def read(html: str) -> tuple[Prose, tuple[Anchor, ...]]:
    """Return the words of a clean body, and its links."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return (
        Prose(_tidy(reader.words), _unquoted(_tidy(reader.own))),
        tuple(Anchor(url, " ".join(words.split())) for url, words in reader.anchors),
    )


def _unquoted(text: str) -> str:
    # Not nothing: what stands on both sides does not stand together.
    return _QUOTED.sub("“…”", text)


def _tidy(parts: list[str]) -> str:
    lines = "".join(parts).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


class _Reader(HTMLParser):
    """Collects text; a block or a line break ends a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.own: list[str] = []  # outside of quotations
        self.anchors: list[tuple[str, str]] = []
        self._quotes = 0
        self._in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag == "br":
            self._put("\n")
        if tag == "blockquote":
            self._quotes += 1
        elif tag == "a":
            self.anchors.append((dict(attrs).get("href") or "", ""))
            self._in_link = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._put("\n")
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        # White space in HTML is one space, line ends included.
        said = re.sub(r"[ \t\r\n\f]+", " ", data)
        self._put(said)
        if self._in_link:
            url, words = self.anchors[-1]
            self.anchors[-1] = (url, words + said)

    def _put(self, said: str) -> None:
        self.words.append(said)
        if not self._quotes:
            self.own.append(said)
