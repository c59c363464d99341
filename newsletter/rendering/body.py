"""The body of an item: read once, written for mail, for the web and as text."""

from dataclasses import dataclass
from html.parser import HTMLParser

from markupsafe import Markup, escape

from newsletter import i18n
from newsletter.errors import RenderingFailed
from newsletter.rendering import safe
from newsletter.rendering.palette import Palette

# mrml recurses per nested tag and takes the process down near 10,000.
_DEEPEST = 12
_LONGEST = 200_000  # characters of HTML

_PROSE = ("p", "h4")
_LISTS = ("ul", "ol")
_BLOCKS = (*_PROSE, *_LISTS, "blockquote")
_INLINE = ("strong", "em", "a")


@dataclass(frozen=True)
class Open:
    """A tag begins."""

    tag: str
    href: str = ""


@dataclass(frozen=True)
class Close:
    """A tag ends."""

    tag: str


@dataclass(frozen=True)
class Text:
    """Words between tags."""

    words: str


@dataclass(frozen=True)
class Break:
    """A line ends inside a paragraph."""


Token = Open | Close | Text | Break
Body = tuple[Token, ...]


def read(html: str, language: str) -> Body:
    """Read clean HTML into tokens that nest properly, at most twelve deep.

    Raises RenderingFailed when the body is longer than any letter can be.
    """
    if len(html) > _LONGEST:
        raise RenderingFailed(
            "a body of {many} characters is too long for a letter (the limit is "
            "{most}).",
            many=len(html),
            most=_LONGEST,
        )
    reader = _Reader(language)
    reader.feed(safe.clean(html))
    reader.close()
    return reader.finish()


def from_paragraphs(paragraphs: tuple[str, ...]) -> Body:
    """Return plain paragraphs as a body."""
    tokens: list[Token] = []
    for paragraph in paragraphs:
        tokens.append(Open("p"))
        for index, line in enumerate(paragraph.split("\n")):
            tokens += [Break()] if index else []
            tokens.append(Text(line.strip()))
        tokens.append(Close("p"))
    return tuple(tokens)


def words(body: Body) -> str:
    """Return the words alone, for counting and for summaries."""
    parts = (token.words if isinstance(token, Text) else " " for token in body)
    return " ".join("".join(parts).split())


class _Reader(HTMLParser):
    """Builds tokens and mends what does not nest."""

    def __init__(self, language: str) -> None:
        super().__init__(convert_charrefs=True)
        self._language = language
        self._stack: list[str] = []
        self._tokens: list[Token] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._tokens.append(Break())
        elif tag in _BLOCKS:
            self._end_prose()
            self._push(Open(tag))
        elif tag == "li" and self._has_list():
            self._close_to("li", within=_LISTS)
            self._push(Open("li"))
        elif tag in _INLINE and tag not in self._stack:
            href = safe.link(dict(attrs).get("href") or "") if tag == "a" else ""
            self._begin_prose()
            if tag != "a" or href:
                self._push(Open(tag, href))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._stack:
            self._close_to(tag)

    def handle_data(self, data: str) -> None:
        if not data.strip() and not self._in_prose():
            return
        self._begin_prose()
        self._tokens.append(Text(data))

    def finish(self) -> Body:
        while self._stack:
            self._tokens.append(Close(self._stack.pop()))
        return _tidied(_without_empty(self._tokens), self._language)

    def _push(self, token: Open) -> None:
        if len(self._stack) < _DEEPEST:
            self._stack.append(token.tag)
            self._tokens.append(token)

    def _close_to(self, tag: str, *, within: tuple[str, ...] = ()) -> None:
        """Close everything down to `tag`, but nothing outside the nearest `within`."""
        for depth in range(len(self._stack) - 1, -1, -1):
            if self._stack[depth] in within:
                return
            if self._stack[depth] == tag:
                while len(self._stack) > depth:
                    self._tokens.append(Close(self._stack.pop()))
                return

    def _end_prose(self) -> None:
        for tag in _PROSE:
            self._close_to(tag, within=("li", "blockquote"))

    def _begin_prose(self) -> None:
        if not self._in_prose():
            self._push(Open("li" if self._stack[-1:] and self._has_list() else "p"))

    def _in_prose(self) -> bool:
        """Whether words may stand here as they are."""
        return bool(self._stack) and self._stack[-1] not in _LISTS

    def _has_list(self) -> bool:
        return any(tag in _LISTS for tag in self._stack)


def _tidied(tokens: Body, language: str) -> Body:
    """Return the body in good print, each paragraph as a whole."""
    written: list[Token] = list(tokens)
    row: list[tuple[int, str]] = []  # the words of the paragraph, and where
    for place, token in enumerate((*tokens, Close("p"))):
        if isinstance(token, Text):
            row.append((place, token.words))
        elif isinstance(token, Break) or token.tag not in _INLINE:
            parts = i18n.tidy_parts([words for _, words in row], language)
            for (at, _), words in zip(row, parts, strict=True):
                written[at] = Text(words)
            row = []
    return tuple(written)


def _without_empty(tokens: list[Token]) -> Body:
    """Drop pairs with nothing in between, again and again from the inside out."""
    kept: list[Token] = []
    for token in tokens:
        if isinstance(token, Close) and kept and isinstance(kept[-1], Open):
            kept.pop()
        else:
            kept.append(token)
    return tuple(kept)


def for_web(body: Body, *, level: int) -> Markup:
    """Return semantic HTML; the body's own headings become `h{level}`."""
    return _write(body, {"h4": f"h{level}"}, {})


def for_mail(
    body: Body, *, level: int, start: str, light: Palette, below: int = 12
) -> Markup:
    """Return HTML whose looks are inline, as mail programs need it.

    `below` is the room under its last paragraph, in pixels.
    """
    styles = _styles(start, light)
    written = _write(body, {"h4": f"h{level}"}, styles)
    before, last, after = written.rpartition(f'<p style="{styles["p"]}">')
    if not last or "<p" in after or "<h" in after or "</li>" in after:
        return written
    return before + Markup('<p style="margin:0 0 {}px">').format(below) + after


def _styles(start: str, light: Palette) -> dict[str, str]:
    # No fonts: they are inherited from the column, and each costs eighty octets.
    return {
        "p": "margin:0 0 12px",
        "h4": "margin:16px 0 6px;font-size:16px;line-height:24px",
        "ul": f"margin:0 0 12px;padding:0;padding-{start}:22px",
        "ol": f"margin:0 0 12px;padding:0;padding-{start}:22px",
        "li": "margin:0 0 4px",
        "blockquote": "margin:4px 0 14px;padding:2px 0;font-style:italic;"
        f"padding-{start}:16px;border-{start}:3px solid {light.accent}",
        "a": f"color:{light.accent}",
    }


def _write(body: Body, names: dict[str, str], styles: dict[str, str]) -> Markup:
    parts: list[str] = []
    for token in body:
        match token:
            case Open(tag, href):
                style = f' style="{styles[tag]}"' if tag in styles else ""
                target = f' href="{escape(href)}"' if href else ""
                looks = ' class="quo"' if style and tag == "blockquote" else ""
                parts.append(f"<{names.get(tag, tag)}{target}{looks}{style}>")
            case Close(tag):
                parts.append(f"</{names.get(tag, tag)}>")
            case Break():
                parts.append("<br />")
            case Text(said):
                parts.append(str(escape(said)))
    # Every part was escaped or is one of our own nine tags.
    return Markup("".join(parts))  # noqa: S704
