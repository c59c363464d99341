"""The text part: the same letter in the same order, without any HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import wrap

from newsletter.rendering.blocks import Paper, Shown
from newsletter.rendering.body import Body, Break, Close, Open, Text
from newsletter.rendering.tongue import Tongue
from newsletter.rendering.view import Page

_WIDTH = 72
_RULE = "-" * _WIDTH
# Not the no-break spaces: they are there to be kept.
_SPACES = re.compile(r"[ \t\n]+")


def write(page: Page) -> str:
    """Return the letter as text, at most 72 columns wide except for addresses."""
    parts = [
        _head(page),
        *_intro(page),
        *_contents(page),
        *_groups(page),
        *_share(page),
        _foot(page),
    ]
    return "\n\n".join(parts) + "\n"


def _head(page: Page) -> str:
    _, leading = page.tongue.gettext, page.tongue.leading
    title = _fold(page.subject)
    lines = [*_fold(f"{page.list_name.upper()} · {page.dateline}"), "", *title]
    lines += ["=" * max(map(len, title), default=0), ""]
    lines += [leading(each.name, each.url) for each in page.languages if each.url]
    lines.append(leading(_("View online"), page.letter.web_url))
    lines.append(leading(_("All letters"), page.letter.list_url))
    return "\n".join(lines)


def _intro(page: Page) -> list[str]:
    return [prose(page.intro)] if page.intro else []


def _contents(page: Page) -> list[str]:
    if not page.contents:
        return []
    lines = [page.tongue.gettext("In this issue").upper()]
    for block in page.contents:
        title = f"{block.title} {block.label}".strip()
        lines += _fold(title, first=f"{block.number:>3}. ", rest="     ")
    return ["\n".join(lines)]


def _groups(page: Page) -> Iterator[str]:
    for group in page.groups:
        yield _RULE + (f"\n{group.name.upper()}" if group.name else "")
        for block in group.blocks:
            yield _block(block)


def _block(block: Shown) -> str:
    title = "\n".join(_fold(block.title, first=f"{block.number}. ", rest="   "))
    parts = [title, *_fold(block.meta), *_facts(block)]
    if block.picture:
        described = "" if block.alt == block.title else block.alt
        said = _sentences(described, block.caption)
        parts += _fold(f"[{said}]") if said else []
    if block.text:
        parts += ["", prose(block.text), ""]
    parts += _fold(block.source)
    for paper in block.papers:
        parts += _paper(paper, block.tongue)
    for link in block.links:
        parts += _fold(block.tongue.leading(link.words, link.url))
    return "\n".join(parts).strip()


def _sentences(first: str, second: str) -> str:
    """Return two remarks one after the other; the first may have its own full stop."""
    ended = first.endswith((".", "!", "?", "…"))
    return (" " if ended else ". ").join(part for part in (first, second) if part)


def _facts(block: Shown) -> Iterator[str]:
    if block.event:
        for line in (block.event.when, block.event.place, block.event.reply_by):
            yield from _fold(line)


def _paper(paper: Paper, tongue: Tongue) -> list[str]:
    name = f"{paper.link.words} {paper.facts}".strip()
    line = tongue.leading(name, paper.link.url) if paper.link.url else name
    return _fold(line, first="* ", rest="  ")


def _share(page: Page) -> Iterator[str]:
    """Yield where the letter may be passed on; to forward it takes no link here."""
    said_first = ("mailto:", page.letter.share_url)
    ways = [way for way in page.share if not way.url.startswith(said_first)]
    if ways:
        leading = page.tongue.leading
        said = f"{page.tongue.gettext('Share this letter:')} {page.letter.share_url}"
        lines = [leading(way.words, way.url) for way in ways]
        yield "\n".join([_RULE, *_fold(said), *lines])


def _foot(page: Page) -> str:
    _, leading, letter = page.tongue.gettext, page.tongue.leading, page.letter
    lines = [_RULE, *_fold(letter.reader_address.join(page.reason))]
    lines.append(leading(_("Unsubscribe"), letter.unsubscribe_url))
    lines.append(leading(_("Language and preferences"), letter.preferences_url))
    if page.privacy_url:
        lines.append(leading(_("Privacy"), page.privacy_url))
    lines.append("")
    for line in (*page.legal, page.contact):
        lines += _fold(line)
    return "\n".join(lines).rstrip()


def prose(body: Body) -> str:
    """Return a body as folded paragraphs, links written out after their words."""
    writer = _Writer()
    for token in body:
        match token:
            case Open(tag, href):
                writer.open(tag, href)
            case Close(tag):
                writer.close(tag)
            case Break():
                writer.text += "\n"
            case Text(said):
                writer.text += _SPACES.sub(" ", said)
    writer.flush()
    return "\n".join(writer.lines).strip("\n")


@dataclass
class _Writer:
    """Collects lines; knows how deep in lists and quotations it stands."""

    lines: list[str] = field(default_factory=list)
    text: str = ""
    marks: list[str] = field(default_factory=list)  # "* ", "> ", per open container
    counts: list[int] = field(default_factory=list)  # items so far; 0 = not numbered
    bullet: bool = False
    href: str = ""
    words_from: int = 0

    def open(self, tag: str, href: str) -> None:
        if tag == "a":
            self.href, self.words_from = href, len(self.text)
            return
        if tag in {"strong", "em"}:
            return
        self.flush()
        if tag in {"ul", "ol"}:
            self.counts.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self.marks.append(self._next_mark())
            self.bullet = True
        elif tag == "blockquote":
            self.marks.append("> ")

    def close(self, tag: str) -> None:
        if tag == "a":
            words = self.text[self.words_from :].strip()
            if self.href.removeprefix("mailto:") != words:
                self.text += f" ({self.href})"
            return
        if tag in {"strong", "em"}:
            return
        self.flush()
        if tag in {"ul", "ol"}:
            self.counts.pop()
        elif tag in {"li", "blockquote"}:
            self.marks.pop()
        if tag != "li" and not self._in_list():
            self._space()

    def flush(self) -> None:
        """Write the paragraph collected so far."""
        if self.text.strip():
            rest = "".join(m if m == "> " else " " * len(m) for m in self.marks)
            first = rest
            if self.bullet:
                first = rest[: len(rest) - len(self.marks[-1])] + self.marks[-1]
            for line in self.text.strip().split("\n"):
                self.lines += _fold(line, first=first, rest=rest)
                first = rest
            self.bullet = False
        self.text = ""

    def _next_mark(self) -> str:
        if not self.counts or not self.counts[-1]:
            return "* "
        self.counts[-1] += 1
        return f"{self.counts[-1] - 1}. "

    def _in_list(self) -> bool:
        return bool(self.counts)

    def _space(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")


def _fold(text: str, *, first: str = "", rest: str = "") -> list[str]:
    """Fold at spaces only: never inside an address, nor at a no-break space."""
    return wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
