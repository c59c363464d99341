"""A template read strictly: what is not known to be harmless is refused, by line.

What comes out is written anew, tag by tag, so that MJML never sees a byte that was
not understood here first. Nothing in a template is ever executed: our blocks are
names for which the program puts what it would have put anyway.
"""

import re
from dataclasses import dataclass, field
from html import escape
from html.entities import html5
from xml.parsers import expat

from newsletter.errors import BadTemplate
from newsletter.rendering import safe
from newsletter.rendering.own import allowed
from newsletter.rendering.own.allowed import BLOCKS, INSIDE, REQUIRED, WORDED, Refusal
from subscribers.sentences import N_, Saying

LONGEST = 100_000  # characters
# mrml recurses per tag and takes the process down near 10,000.
DEEPEST = 40
MOST = 3_000  # tags

_NAMED = re.compile(r"&(\w+);")
_XML = {"amp", "lt", "gt", "quot", "apos"}
_EMPTY = ("br", "hr")
_WHOLE = True  # the parser gets all of it at once


@dataclass(frozen=True)
class Slot:
    """A place where a block of ours will stand."""

    block: str
    settings: tuple[tuple[str, str], ...] = ()

    def setting(self, name: str) -> str:
        """Return a setting, "" where the template leaves it to us."""
        return dict(self.settings).get(name, "")


@dataclass(frozen=True)
class Piece:
    """MJML as written anew, or a slot, and the line it comes from."""

    what: str | Slot
    line: int


@dataclass(frozen=True)
class Own:
    """A template that may be filled: what goes into its head, what is its body."""

    head: tuple[Piece, ...]
    body: tuple[Piece, ...]


def read(source: str) -> Own:
    """Return a template ready to be filled; raises BadTemplate naming the line."""
    if len(source) > LONGEST:
        raise BadTemplate(
            "A template may hold {most} characters; this one has {many}.",
            most=LONGEST,
            many=len(source),
        )
    reader = _Reader()
    try:
        reader.parser.Parse(_without_names(source).encode(), _WHOLE)
    except expat.ExpatError as error:
        said = Saying(expat.errors.messages[error.code])
        raise _refused(error.lineno, error.offset, said) from error
    except UnicodeEncodeError as error:
        raise BadTemplate("The template is not text that can be read.") from error
    missing = [name for name in REQUIRED if name not in reader.seen]
    if missing:
        raise BadTemplate(
            "Line {line}: the template ends without <{tag}/>. {why}",
            line=str(reader.parser.CurrentLineNumber),
            tag=missing[0],
            why=Saying(_WHY[missing[0]]),
        )
    return Own(tuple(reader.head), tuple(reader.body))


_WHY = {
    "newsletter-title": N_("It is the heading that screen readers look for."),
    "newsletter-items": N_("It is where the news go."),
    "newsletter-footer": N_(
        "It says who writes and lets readers unsubscribe, which the law asks for."
    ),
}
# What expat says of the slips that people make, so that catalogues hold it.
_SLIPS = (
    N_("syntax error"),
    N_("no element found"),
    N_("not well-formed (invalid token)"),
    N_("unclosed token"),
    N_("mismatched tag"),
    N_("duplicate attribute"),
    N_("junk after document element"),
    N_("undefined entity"),
    N_("reference to invalid character number"),
    N_("unclosed CDATA section"),
    N_("unbound prefix"),
    N_("encoding specified in XML declaration is incorrect"),
)


def _without_names(source: str) -> str:
    """Return the source with HTML's named characters as themselves: XML knows five."""

    def character(found: re.Match[str]) -> str:
        name = found[1]
        return found[0] if name in _XML else html5.get(f"{name};", found[0])

    return _NAMED.sub(character, source.removeprefix("\ufeff"))


def _refused(line: int, column: int, reason: Saying) -> BadTemplate:
    return BadTemplate(
        "Line {line}, column {column}: {reason}.",
        line=str(line),
        column=str(column + 1),
        reason=reason,
    )


@dataclass
class _Reader:
    """Checks what expat reports, and writes it anew."""

    head: list[Piece] = field(default_factory=list)
    body: list[Piece] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    styles: list[str] = field(default_factory=list)  # of the open <mj-style>
    tags: int = 0

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")  # whatever a declaration says
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words
        self.parser.StartDoctypeDeclHandler = self._foreign
        self.parser.ProcessingInstructionHandler = self._foreign

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._bound()
        parent = self.stack[-1] if self.stack else ""
        if tag not in allowed.KNOWN:
            raise self._no(Saying("<{tag}> may not stand in a template", tag=tag))
        if tag not in INSIDE.get(parent, frozenset()):
            raise self._no(_misplaced(f"<{tag}>", parent))
        try:
            for name, value in attributes.items():
                allowed.attribute(tag, name, value)
        except Refusal as refusal:
            raise self._no(refusal.reason) from refusal
        self.stack.append(tag)
        if tag in BLOCKS:
            self._slot(tag, attributes)
        elif tag not in {"mjml", "mj-head", "mj-body"}:
            self._write(self._opened(tag, attributes))

    def _slot(self, tag: str, attributes: dict[str, str]) -> None:
        once = not tag.startswith(("newsletter-na", "newsletter-nu", "newsletter-da"))
        if tag in self.seen and once:
            raise self._no(Saying("<{tag}/> stands here a second time", tag=tag))
        self.seen.add(tag)
        self._add(Slot(tag, tuple(attributes.items())))

    def _opened(self, tag: str, attributes: dict[str, str]) -> str:
        if (
            tag == "mj-image"
            and "alt" not in attributes
            and "mj-attributes" not in (self.stack)
        ):
            raise self._no(
                Saying(
                    "<mj-image> needs {setting}, empty for decoration",
                    setting='alt="…"',
                )
            )
        parts = [tag]
        for name, value in attributes.items():
            kept = value
            if name == "href":
                kept = safe.link(value)
                if not kept:
                    raise self._no(
                        Saying("links begin with https://, http:// or mailto:")
                    )
            parts.append(f'{name}="{escape(kept)}"')
        return f"<{' '.join(parts)}{' /' if tag in _EMPTY else ''}>"

    def _end(self, tag: str) -> None:
        if tag == "mj-style":
            self._styled()
        self.stack.pop()
        if tag not in BLOCKS and tag not in {"mjml", "mj-head", "mj-body", *_EMPTY}:
            self._write(f"</{tag}>")

    def _words(self, words: str) -> None:
        tag = self.stack[-1] if self.stack else ""
        if not words.strip():
            if tag in WORDED and tag != "mj-style":
                self._write(" ")
            return
        if tag not in WORDED:
            raise self._no(_misplaced("", tag))
        if tag == "mj-style":
            self.styles.append(words)
        else:
            self._write(escape(safe.clean(words)))

    def _styled(self) -> None:
        """Judge a style block whole: the parser hands it over in pieces."""
        styles, self.styles = "".join(self.styles), []
        try:
            allowed.style(styles)
        except Refusal as refusal:
            raise self._no(refusal.reason) from refusal
        self._write(safe.clean(styles))

    def _foreign(self, *_: object) -> None:
        raise self._no(Saying("a template begins with <mjml>, without declarations"))

    def _bound(self) -> None:
        self.tags += 1
        if len(self.stack) >= DEEPEST:
            raise self._no(
                Saying("tags stand more than {most} deep in each other", most=DEEPEST)
            )
        if self.tags > MOST:
            raise self._no(Saying("a template may hold {most} tags", most=MOST))

    def _write(self, written: str) -> None:
        self._add(written)

    def _add(self, what: str | Slot) -> None:
        pieces = self.head if "mj-head" in self.stack else self.body
        pieces.append(Piece(what, self.parser.CurrentLineNumber))

    def _no(self, reason: Saying) -> BadTemplate:
        return _refused(
            self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber, reason
        )


def _misplaced(what: str, where: str) -> Saying:
    """Say that a tag, or words where it is "", may not stand in another, or outside."""
    if not what:
        inside = Saying("words may not stand in <{tag}>", tag=where)
        return inside if where else Saying("words may not stand outside of <mjml>")
    if not where:
        return Saying("{what} may not stand outside of <mjml>", what=what)
    return Saying("{what} may not stand in <{tag}>", what=what, tag=where)
