"""A message taken apart without any leniency: fields, parts, elements."""

import quopri
import re
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "base", "source"})
_CONDITIONAL = re.compile(r"<!--\[if .*?<!\[endif\]-->", re.DOTALL)
_ALL_ELSE = re.compile(r"<!--\[if !mso\]><!-->|<!--<!\[endif\]-->")
_DECLARED = re.compile(r'boundary="([^"\r\n]*)"')


@dataclass(frozen=True)
class Field:
    """A header field as it stands, and unfolded."""

    name: str
    raw: bytes
    value: str


@dataclass(frozen=True)
class Part:
    """A part of the body: its own head, the bytes that leave, and what they say."""

    kind: str  # "text/plain"
    head: str  # in lower case
    raw: bytes
    said: str  # decoded; "\ufffd" where it is not UTF-8


@dataclass
class Element:
    """An element of the HTML part."""

    tag: str
    attrs: dict[str, str]
    parents: tuple["Element", ...]
    text: str = ""

    def inside(self, tag: str) -> bool:
        """Whether it stands in an element of this name."""
        return any(parent.tag == tag for parent in self.parents)


@dataclass(frozen=True)
class Anatomy:
    """A message and what it is made of."""

    raw: bytes
    head: bytes
    body: bytes
    fields: tuple[Field, ...]
    parts: tuple[Part, ...]

    def all(self, name: str) -> list[str]:
        """Return the values of the fields of this name."""
        return [f.value for f in self.fields if f.name.lower() == name.lower()]

    def get(self, name: str) -> str:
        """Return the first of them, or nothing."""
        return next(iter(self.all(name)), "")

    def part(self, kind: str) -> Part:
        """Return the first part of a kind, an empty one where there is none."""
        return next(
            (part for part in self.parts if part.kind == kind), Part(kind, "", b"", "")
        )

    @cached_property
    def html(self) -> str:
        """What the HTML part says."""
        return self.part("text/html").said

    @cached_property
    def text(self) -> str:
        """What the text part says."""
        return self.part("text/plain").said

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The elements that mail programs other than Word see."""
        reader = _Reader()
        reader.feed(_CONDITIONAL.sub("", _ALL_ELSE.sub("", self.html)))
        reader.close()
        return tuple(reader.elements)

    def elements_of(self, *tags: str) -> list[Element]:
        """Return the elements of these names."""
        return [each for each in self.elements if each.tag in tags]

    @cached_property
    def way_out(self) -> str:
        """The address in List-Unsubscribe."""
        found = re.search(r"<(https?://[^>]*)>", self.get("List-Unsubscribe"))
        return found[1] if found else ""

    @cached_property
    def domain(self) -> str:
        """The domain of the sender, in lower case."""
        return self.get("From").rpartition("@")[2].strip(" >").lower()

    @cached_property
    def reader(self) -> str:
        """The address of the reader, in lower case."""
        return self.get("To").strip().lower()


def dissect(raw: bytes) -> Anatomy:
    """Take a message apart."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = tuple(_fields(head + b"\r\n"))
    declared = next((f.value for f in fields if f.name.lower() == "content-type"), "")
    boundary = _DECLARED.search(declared)
    parts = _parts(body, boundary[1].encode()) if boundary else ()
    return Anatomy(raw, head, body, fields, tuple(parts))


def _fields(head: bytes) -> list[Field]:
    found: list[Field] = []
    for line in head.split(b"\r\n")[:-1]:
        if line[:1] in (b" ", b"\t") and found:
            last = found.pop()
            value = f"{last.value} {_read(line).strip()}"
            found.append(Field(last.name, last.raw + b"\r\n" + line, value))
            continue
        name, _, value_ = line.partition(b":")
        found.append(Field(_read(name), line, _read(value_).strip()))
    return found


def _parts(body: bytes, boundary: bytes) -> list[Part]:
    """Return the parts between the boundaries; what stands around them is none."""
    inner = b"\r\n" + body
    opened = inner.split(b"\r\n--" + boundary)
    return [_part(piece) for piece in opened[1:] if not piece.startswith(b"--")]


def _part(piece: bytes) -> Part:
    head, _, raw = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    fields = _read(head).lower()
    kind = re.search(r"content-type:\s*([a-z0-9.+/-]+)", fields)
    coded = "quoted-printable" in fields
    data = quopri.decodestring(raw) if coded else raw
    said = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return Part(kind[1] if kind else "", fields, raw, said)


def _read(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        element = Element(tag, named, tuple(self._open))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        depth = next(
            (i for i in range(len(self._open) - 1, -1, -1) if self._open[i].tag == tag),
            None,
        )
        if depth is not None:
            del self._open[depth:]

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
