"""A mail of one message and one button: a confirmation, a welcome, a farewell."""

from dataclasses import dataclass

from newsletter.rendering.render import fill, to_html
from newsletter.rendering.tongue import Tongue


@dataclass(frozen=True)
class Note:
    """What a note says, in the reader's language; every string is plain text."""

    language: str
    subject: str
    title: str
    paragraphs: tuple[str, ...]
    button: str  # its words; empty: there is none
    url: str
    small: tuple[str, ...]  # below the button
    link: str  # words of a link before the button; empty: there is none
    link_url: str
    list_name: str
    list_url: str
    legal: str
    contact: str
    points: tuple[str, ...] = ()  # a list after the paragraphs

    @property
    def tongue(self) -> Tongue:
        """The language the note is laid out in."""
        return Tongue(self.language)

    @property
    def preheader(self) -> str:
        """What the inbox shows beside the subject."""
        return self.paragraphs[0]


def render(note: Note) -> tuple[str, str]:
    """Return HTML and text of a note."""
    html = to_html(fill("notice.mjml", note, preheader=note.preheader))
    return html, _text(note)


def _text(note: Note) -> str:
    """Return the same words as plain text, the link on a line of its own."""
    tongue = note.tongue
    parts = [f"{note.title}\n{'-' * min(len(note.title), 60)}", *note.paragraphs]
    if note.points:
        parts.append("\n".join(f"• {point}" for point in note.points))
    if note.link:
        parts.append(tongue.leading(note.link, note.link_url))
    if note.button:
        parts.append(tongue.leading(note.button, note.url))
    parts += [*note.small, "-- \n" + note.list_name]
    said_already = note.contact in note.legal
    parts += [note.legal] if said_already else [note.legal, note.contact]
    return "\n\n".join(parts) + "\n"
