"""A text as a row of blocks: paragraphs, headings, lists, quotations, pictures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from newsletter.items import links, plain
from newsletter.items.tree import Node

BODY_TAGS = frozenset(
    ("p", "h4", "ul", "ol", "li", "blockquote", "br", "strong", "em", "a")
)
PROSE = frozenset({"p", "h4", "ul", "ol", "blockquote"})

_INLINE = {"strong": "strong", "b": "strong", "em": "em", "i": "em"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PLAYERS = frozenset({"iframe", "embed", "video"})
# A line of nothing but dots, dashes, stars: it parts two texts.
_RULE = re.compile(r"[\s.…·•\-–—_*=~#]{3,}|…+")


@dataclass(frozen=True)
class Link:
    """Where some words lead."""

    url: str
    words: str


@dataclass(frozen=True)
class Image:
    """A picture as the text names it."""

    src: str
    alt: str = ""
    tiny: bool = False  # a counter of readers, not a picture


@dataclass(frozen=True)
class Block:
    """One paragraph or its like.

    `tag` is p, h4, ul, ol or blockquote with `html` inside it; or one of caption,
    rule, image and video, which are never shown as they stand.
    """

    tag: str
    html: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()
    image: Image | None = None


def is_rule(text: str) -> bool:
    """Say whether a line only parts what stands above from what stands below."""
    return bool(_RULE.fullmatch(text.strip())) and len(text.strip()) > 0


def from_tree(root: Node, *, base: str = "") -> tuple[Block, ...]:
    """Return the blocks of a parsed text; links become absolute against `base`."""
    reader = _Reader(base)
    reader.read(root)
    reader.end("p")
    return tuple(reader.blocks)


def to_html(blocks: Iterable[Block]) -> str:
    """Return the body: the blocks a reader reads, one after the other."""
    return "".join(
        f"<{block.tag}>{block.html}</{block.tag}>"
        for block in blocks
        if block.tag in PROSE
    )


def to_text(blocks: Iterable[Block]) -> str:
    """Return the words a reader reads, a paragraph to a line."""
    return "\n".join(block.text for block in blocks if block.tag in PROSE)


class _Reader:
    """Walks the tree and cuts it into blocks; `line` is the paragraph being read."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.blocks: list[Block] = []
        self.line: list[Node | str] = []

    def read(self, node: Node) -> None:
        for child in node.children:
            if isinstance(child, str) or child.tag == "br":
                self.line.append(child)
            elif child.tag == "a" or child.tag in _INLINE:
                self._inline(child)
            else:
                self._block(child)

    def end(self, tag: str) -> None:
        """Close the paragraph being read; empty lines inside it part paragraphs."""
        line, self.line = self.line, []
        for nodes in _paragraphs(line):
            block = self._prose(tag, nodes)
            if is_rule(block.text):
                self.blocks.append(Block("rule"))
            elif block.text:
                self.blocks.append(block)

    def _inline(self, node: Node) -> None:
        # <a><h2>…</h2></a> and linked pictures: what is inside decides.
        if _holds_block(node):
            self.read(node)
        else:
            self.line.append(node)

    def _block(self, node: Node) -> None:
        if node.tag in {"img", "hr"} or node.tag in _PLAYERS:
            self._thing(node)
            return
        self.end("p")
        if node.tag in {"ul", "ol"}:
            self._composite(node.tag, self._list(node), node)
        elif node.tag == "blockquote":
            inner = from_tree(Node("", children=node.children), base=self.base)
            self._composite("blockquote", to_html(inner), node)
        else:
            self.read(node)
            self.end(_kept_tag(node))

    def _thing(self, node: Node) -> None:
        if node.tag == "hr":
            self.end("p")
            self.blocks.append(Block("rule"))
        elif node.tag == "img":
            self.blocks.append(Block("image", image=_image(node)))
        else:
            source = node.attributes.get("src") or _first_source(node)
            if url := links.safe(source, base=self.base):
                self.blocks.append(Block("video", links=(Link(url, ""),)))

    def _composite(self, tag: str, html: str, node: Node) -> None:
        # List points must not run together when read as one line.
        text = plain.squeeze(" ".join(_strings(node)))
        if html and text:
            self.blocks.append(Block(tag, html, text, self._links(node)))

    def _list(self, node: Node) -> str:
        points = (self._point(child) for child in node.children)
        return "".join(f"<li>{point}</li>" for point in points if point)

    def _point(self, child: Node | str) -> str:
        """Return one list point; paragraphs inside it become lines."""
        if isinstance(child, str):
            return escape(plain.squeeze(child))
        lines: list[str] = []
        line: list[Node | str] = []
        for part in [*child.children, Node("div")]:
            if isinstance(part, str) or part.tag in {"a", "br", *_INLINE}:
                line.append(part)
                continue
            lines.append(self._inner(line))
            line = []
            if part.tag in {"ul", "ol"}:
                nested = self._list(part)
                lines.append(f"<{part.tag}>{nested}</{part.tag}>" if nested else "")
            else:
                lines.append(self._inner([part]))
        return _joined([text for text in lines if text])

    def _prose(self, tag: str, nodes: list[Node | str]) -> Block:
        holder = Node("", children=nodes)
        text = plain.squeeze(" ".join(_lines_of(nodes)))
        return Block(tag, self._inner(nodes), text, self._links(holder))

    def _inner(self, nodes: list[Node | str]) -> str:
        html = plain.squeeze("".join(self._html(node) for node in nodes))
        html = re.sub(r"\s*<br>\s*", "<br>", html)
        return re.sub(r"^(<br>)+|(<br>)+$", "", html)

    def _html(self, node: Node | str) -> str:
        if isinstance(node, str):
            return escape(node, quote=False)
        if node.tag == "br":
            return "<br>"
        inner = "".join(self._html(child) for child in node.children)
        if not inner.strip():
            return inner
        if node.tag == "a":
            return self._anchor(node, inner)
        tag = _INLINE.get(node.tag)
        return f"<{tag}>{inner}</{tag}>" if tag else inner

    def _anchor(self, node: Node, inner: str) -> str:
        url = links.safe(node.attributes.get("href", ""), base=self.base)
        return f'<a href="{escape(url)}">{inner}</a>' if url else inner

    def _links(self, node: Node) -> tuple[Link, ...]:
        found = []
        for anchor in _all(node, "a"):
            url = links.safe(anchor.attributes.get("href", ""), base=self.base)
            if url:
                found.append(Link(url, plain.squeeze(anchor.words())))
        return tuple(found)


def _kept_tag(node: Node) -> str:
    if node.tag in _HEADINGS:
        return "h4"
    classes = node.attributes.get("class", "")
    captioned = node.tag == "figcaption" or "caption" in classes
    return "caption" if captioned else "p"


def _holds_block(node: Node) -> bool:
    return any(
        not isinstance(child, str)
        and (child.tag not in {"a", "br", *_INLINE} or _holds_block(child))
        for child in node.children
    )


def _paragraphs(line: list[Node | str]) -> list[list[Node | str]]:
    """Return the line cut where two <br> follow each other or a rule is drawn."""
    paragraphs: list[list[Node | str]] = [[]]
    for part in _split(line):
        text = plain.squeeze(Node("", children=part).words())
        if not text:
            paragraphs.append([])
        elif is_rule(text):
            paragraphs += [part, []]
        else:
            paragraphs[-1] += [Node("br"), *part] if paragraphs[-1] else part
    return [paragraph for paragraph in paragraphs if paragraph]


def _split(line: list[Node | str]) -> list[list[Node | str]]:
    parts: list[list[Node | str]] = [[]]
    for node in line:
        if not isinstance(node, str) and node.tag == "br":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _lines_of(nodes: list[Node | str]) -> list[str]:
    return [Node("", children=part).words() for part in _split(nodes)]


def _joined(lines: list[str]) -> str:
    """Return lines parted by <br>, save where a nested list parts them already."""
    html = ""
    for text in lines:
        glue = "" if not html or text.startswith(("<ul>", "<ol>")) else "<br>"
        html += glue + text
    return html


def _image(node: Node) -> Image:
    sides = [node.attributes.get(side, "") for side in ("width", "height")]
    tiny = any(side.isdecimal() and len(side) < 5 and int(side) <= 2 for side in sides)
    alt = plain.line(node.attributes.get("alt", ""), limit=500)
    return Image(node.attributes.get("src", "").strip(), alt, tiny)


def _first_source(node: Node) -> str:
    return next((child.attributes.get("src", "") for child in _all(node, "source")), "")


def _all(node: Node, tag: str) -> Iterable[Node]:
    for child in node.children:
        if isinstance(child, str):
            continue
        if child.tag == tag:
            yield child
        yield from _all(child, tag)


def _strings(node: Node) -> Iterable[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag in {"a", *_INLINE}:
            yield child.words()
        else:
            yield from _strings(child)
