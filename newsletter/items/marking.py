"""A body as people type it into a plain field: paragraphs, **strong**, - points."""

import re
from collections.abc import Iterator
from html import escape

from newsletter.items import markup, tree
from newsletter.items.tree import Node

_HEADING = re.compile(r"#{1,6}\s+(.*)")
_POINT = re.compile(r"[-*•]\s+(.*)")
_NUMBERED = re.compile(r"\d{1,3}[.)]\s+(.*)")
_QUOTED = re.compile(r">\s?(.*)")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)")
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_EM = re.compile(
    r"(?<![^\W_])(?<!\*)\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?!\*|[^\W_])", re.DOTALL
)
_ESCAPED = re.compile(r"\\([\\*_\[\]#>.)•-])")
_SPECIAL = re.compile(r"[\\*\[\]]")
_STARTS = re.compile(r"^(#{1,6}\s|[-•]\s|>|\d{1,3}[.)]\s)")
_TAGS = re.compile(r"^\s*<(p|h[1-6]|ul|ol|blockquote|div)\b", re.IGNORECASE)
# Escaped signs are put aside as characters that no text of ours keeps.
_ASIDE = 0xE100


def to_body(text: str) -> str:
    """Return what was typed as a clean body; HTML is taken as such.

    Raises BadText when it is too much.
    """
    text = text.replace("\r\n", "\n")
    if _TAGS.match(text):
        return markup.clean_body(text)
    return markup.clean_body("".join(map(_block, _chunks(_set_aside(text)))))


def to_typed(body: str) -> str:
    """Return a clean body as it would be typed; `to_body` of it says the same."""
    chunks = (_typed(node) for node in tree.parse(body).children)
    return "\n\n".join(chunk for chunk in chunks if chunk)


def _set_aside(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(_ASIDE + ord(found[1])), text)


def _chunks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each block: empty lines part them, so does another kind."""
    chunk: list[str] = []
    for line in text.split("\n"):
        if not line.strip() or (chunk and _kind(line) != _kind(chunk[0])):
            if chunk:
                yield chunk
            chunk = []
        if line.strip():
            chunk.append(line.strip())
    if chunk:
        yield chunk


def _kind(line: str) -> re.Pattern[str] | None:
    kinds = (_HEADING, _POINT, _NUMBERED, _QUOTED)
    return next((kind for kind in kinds if kind.fullmatch(line.strip())), None)


def _block(lines: list[str]) -> str:
    kind = _kind(lines[0])
    if kind is None:
        return f"<p>{'<br>'.join(map(_inline, lines))}</p>"
    inner = [_inline(_unmarked(kind, line)) for line in lines]
    if kind is _HEADING:
        return "".join(f"<h4>{words}</h4>" for words in inner)
    if kind is _QUOTED:
        return f"<blockquote><p>{'<br>'.join(inner)}</p></blockquote>"
    tag = "ul" if kind is _POINT else "ol"
    return f"<{tag}>{''.join(f'<li>{words}</li>' for words in inner)}</{tag}>"


def _unmarked(kind: re.Pattern[str], line: str) -> str:
    found = kind.fullmatch(line)
    return found[1] if found else line


def _inline(text: str) -> str:
    html = escape(text, quote=True)
    html = _LINK.sub(r'<a href="\2">\1</a>', html)
    html = _STRONG.sub(r"<strong>\1</strong>", html)
    html = _EM.sub(r"<em>\1</em>", html)
    return re.sub(
        "[\ue100-\ue1ff]", lambda found: escape(chr(ord(found[0]) - _ASIDE)), html
    )


def _typed(node: Node | str) -> str:
    if isinstance(node, str):
        return _plain(node)
    if node.tag == "h4":
        return f"## {_line(node)}"
    if node.tag == "blockquote":
        inner = "\n".join(_typed(child) for child in node.children)
        return "\n".join(f"> {line}" for line in inner.split("\n") if line)
    if node.tag in {"ul", "ol"}:
        return "\n".join(_points(node))
    line = _line(node)
    return "\n".join(_STARTS.sub(_guarded, part) for part in line.split("\n"))


def _guarded(found: re.Match[str]) -> str:
    sign = -2 if found[1][0].isdecimal() else 0  # 1\. is no point of a list
    return f"{found[1][:sign]}\\{found[1][sign:]}"


def _points(node: Node) -> Iterator[str]:
    """Yield the points of a list; lists within it are brought to its level."""
    number = 0
    for child in node.children:
        if isinstance(child, str):
            continue
        number += 1
        mark = f"{number}." if node.tag == "ol" else "-"
        own = [each for each in child.children if not _is_list(each)]
        yield f"{mark} {_line(Node('li', children=own)).replace(chr(10), ' ')}"
        for inner in child.children:
            if not isinstance(inner, str) and _is_list(inner):
                yield from _points(inner)


def _is_list(node: Node | str) -> bool:
    return not isinstance(node, str) and node.tag in {"ul", "ol"}


def _line(node: Node) -> str:
    return "".join(map(_marked, node.children)).strip()


def _marked(node: Node | str) -> str:
    if isinstance(node, str):
        return _plain(node)
    if node.tag == "br":
        return "\n"
    inner = _line(node) if node.tag == "a" else "".join(map(_marked, node.children))
    signs = {"strong": "**", "em": "*"}.get(node.tag, "")
    if node.tag == "a":
        return f"[{inner}]({node.attributes.get('href', '')})"
    return f"{signs}{inner}{signs}"


def _plain(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], text.replace("\n", " "))
