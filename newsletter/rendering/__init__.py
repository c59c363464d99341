"""Edition in, HTML and text out: pure, and the only door to MJML."""

from newsletter.rendering.letter import (
    Block,
    Design,
    Document,
    EventFacts,
    Face,
    LanguageLink,
    Letter,
    Picture,
    Rendered,
    Style,
)
from newsletter.rendering.markers import Markers, check
from newsletter.rendering.note import Note
from newsletter.rendering.note import render as render_note
from newsletter.rendering.render import render
from newsletter.rendering.trial import try_template

__all__ = [
    "Block",
    "Design",
    "Document",
    "EventFacts",
    "Face",
    "LanguageLink",
    "Letter",
    "Markers",
    "Note",
    "Picture",
    "Rendered",
    "Style",
    "check",
    "render",
    "render_note",
    "try_template",
]
