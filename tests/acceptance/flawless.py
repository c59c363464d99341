"""What must not be found in any page: elements, handlers, addresses that run."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

_WRITTEN = ("p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "br", "strong", "em")
_ADDRESSES = frozenset(
    {"href", "src", "srcset", "action", "formaction", "poster", "background", "data"}
)
_SCHEMES = frozenset({"", "http", "https", "mailto"})
# What browsers drop before they look at a scheme.
_IGNORED = re.compile("[\x00-\x20\u200b\u2028\u2029\ufeff]")
_RUNS = re.compile(
    r"expression\s*\(|javascript|vbscript|behavior|-moz-binding|@import|evil\.example"
    r"|mark\(",
    re.IGNORECASE,
)


class Found(HTMLParser):
    """The elements of a page with their attributes, and what runs in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: set[tuple[str, str]] = set()
        self.running: list[str] = []
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag if tag in {"style", "script"} else ""
        if tag == "script" and ("type", "application/ld+json") in attrs:
            self._inside = "facts"  # which no browser runs
        self.parts.add((tag, ""))
        for name, value in attrs:
            self.parts.add((tag, name))
            self._judge(tag, name, value or "")

    def handle_data(self, data: str) -> None:
        if self._inside == "facts":
            self._facts(data)
        elif self._inside and _RUNS.search(data):
            self.running.append(f"<{self._inside}>{data[:100]}")

    def _facts(self, data: str) -> None:
        """Judge what search engines are told: JSON that cannot end its element."""
        try:
            json.loads(data)
        except ValueError:
            self.running.append(f"no JSON: {data[:100]}")
        if "<" in data:
            self.running.append(f"JSON with elements: {data[:100]}")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_comment(self, data: str) -> None:
        self._aside(data)

    def handle_decl(self, decl: str) -> None:
        self._aside(decl)

    def handle_pi(self, data: str) -> None:
        self._aside(data)

    def unknown_decl(self, data: str) -> None:
        self._aside(data)

    def _aside(self, said: str) -> None:
        """Judge what is no element and no words: Outlook reads some of it."""
        if _RUNS.search(said):
            self.running.append(f"<!{said[:100]}")

    def _judge(self, tag: str, name: str, value: str) -> None:
        if name in _ADDRESSES and _scheme(value) not in _SCHEMES:
            self.running.append(f"<{tag} {name}={value[:100]}")
        if name.startswith("on") or name == "srcdoc":
            self.running.append(f"<{tag} {name}")
        if name == "style" and _RUNS.search(value):
            self.running.append(f"<{tag} style={value[:100]}")


def harmless_parts(*pages: str) -> set[tuple[str, str]]:
    """Return the elements and attributes of pages that mean no harm, and of bodies."""
    found = set().union(*(Found(page).parts for page in pages))
    return found | {(tag, "") for tag in (*_WRITTEN, "a")} | {("a", "href")}


def flaws(html: str, known: set[tuple[str, str]]) -> list[str]:
    """Return what runs in a page, and what is in it that no harmless one has."""
    found = Found(html)
    strange = sorted(found.parts - known)
    return found.running + [f"<{tag} {name}>" for tag, name in strange]


def _scheme(value: str) -> str:
    bare = _IGNORED.sub("", value)
    try:
        return urlsplit(bare).scheme.lower()
    except ValueError:
        return "" if bare.startswith(("http://", "https://", "/")) else "broken"
