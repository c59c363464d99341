"""Edition in, HTML and text out: pure, and the only door to MJML."""

from newsletter.rendering.letter import (
    Block,
    Document,
    EventFacts,
    LanguageLink,
    Letter,
    Picture,
    Rendered,
)
from newsletter.rendering.markers import Markers, check
from newsletter.rendering.note import Note
from newsletter.rendering.note import render as render_note
from newsletter.rendering.render import render

__all__ = [
    "Block",
    "Document",
    "EventFacts",
    "LanguageLink",
    "Letter",
    "Markers",
    "Note",
    "Picture",
    "Rendered",
    "check",
    "render",
    "render_note",
]
