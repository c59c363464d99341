"""A template with our blocks in their places: MJML, and the HTML it becomes."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from html import escape
from itertools import accumulate

from newsletter.errors import BadTemplate
from newsletter.rendering.own import apart
from newsletter.rendering.own.reading import Own, Piece, Slot

# Each writes one block of ours as MJML, with what the template says about it.
Blocks = Mapping[str, Callable[[Slot], str]]


def lay_out(
    own: Own, blocks: Blocks, *, head: str, spell: Callable[[str], str]
) -> tuple[str, str]:
    """Return MJML, and the HTML that a process apart makes of it.

    `head` is what every letter of ours begins with, `spell` writes what MJML would
    garble. The line about languages and the way out comes first where the template
    names no place for it: mail programs cut the end of long letters. Raises
    BadTemplate, RenderingFailed.
    """
    pieces = [(spell(what), line) for what, line in _pieces(own, blocks, head)]
    mjml = "".join(written for written, _ in pieces)
    try:
        return mjml, apart.to_html(mjml)
    except apart.Unreadable as error:
        raise BadTemplate(
            "Line {line}: MJML cannot read this ({reason}).",
            line=str(_line(pieces, error.at)),
            reason=str(error),
        ) from error


def _pieces(own: Own, blocks: Blocks, head: str) -> Iterable[tuple[str, int]]:
    """Yield each part of the MJML, and the line of the template it comes from."""
    before, _, after = head.partition("</mj-head>")
    yield before, 1
    yield from _written(own.head, blocks)
    yield f"</mj-head>{after}", 1
    top = "newsletter-top"
    if not any(isinstance(p.what, Slot) and p.what.block == top for p in own.body):
        yield blocks[top](Slot(top)), 1
    yield from _written(own.body, blocks)
    yield "</mj-body></mjml>", own.body[-1].line if own.body else 1


def _written(pieces: Iterable[Piece], blocks: Blocks) -> Iterable[tuple[str, int]]:
    for piece in pieces:
        what = piece.what
        yield (blocks[what.block](what) if isinstance(what, Slot) else what), piece.line


def _line(pieces: list[tuple[str, int]], at: int | None) -> int:
    """Return the line of the template that an octet of its MJML comes from."""
    if at is None:
        return 1
    ends = list(accumulate(len(written.encode()) for written, _ in pieces))
    return pieces[min(bisect_right(ends, at), len(pieces) - 1)][1]


def in_column(words: str, slot: Slot, *, padding: str) -> str:
    """Return what stands in a column as MJML, with the room the template gives it.

    Words in a colour of the template's own keep it in the dark: they stand on a
    ground of its own too.
    """
    if not words.strip():
        return ""
    room = escape(slot.setting("padding") or padding)
    looks = "pad" if slot.setting("color") else "px"
    return f'<mj-text css-class="{looks}" padding="{room}">{words}</mj-text>'
