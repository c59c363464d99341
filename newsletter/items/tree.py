"""Sanitised HTML as a small tree."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from newsletter.items import bounds, plain

# Wider than what is kept: these tell where paragraphs end, what is a picture,
# a caption or a video. `blocks` turns them into the few tags a body may hold.
# fmt: off
_TAGS = frozenset((
    "a", "article", "aside", "b", "blockquote", "br", "dd", "div", "dl", "dt", "em",
    "embed", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "i", "iframe", "img", "li", "main", "nav", "ol", "p", "picture",
    "pre", "section", "source", "strong", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul", "video",
))
# fmt: on
_ATTRIBUTES = {
    "a": {"href"},
    "embed": {"src"},
    "iframe": {"src"},
    "img": {"src", "alt", "width", "height"},
    "p": {"class"},
    "source": {"src"},
    "video": {"src"},
}
_VOID = frozenset({"br", "embed", "hr", "img", "source"})
_SCHEMES = {"http", "https", "mailto"}


@dataclass
class Node:
    """A tag, its attributes and what stands inside it: nodes and strings."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def words(self) -> str:
        """Return the text inside, tags left out."""
        return "".join(
            child if isinstance(child, str) else child.words()
            for child in self.children
        )


def parse(html: str) -> Node:
    """Return `html` as a tree; raises BadText when it is too long or too deep."""
    builder = _Builder()
    # nh3 speaks like a browser, and what it writes is well-formed: only then is
    # the standard library's parser both fast and right.
    builder.feed(
        nh3.clean(
            bounds.bounded(plain.visible(html)),
            tags=set(_TAGS),
            attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
            url_schemes=_SCHEMES,
            link_rel=None,
        )
    )
    builder.close()
    return builder.root


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)
        # Misplaced end tags can nest deeper than their names let on.
        if len(self.open) > bounds.MAX_DEPTH:
            raise bounds.too_deep()

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)
