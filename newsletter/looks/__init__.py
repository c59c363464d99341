"""How a list's letters look: design, titles, logo, an own template."""

from newsletter.looks.keeping import (
    USUAL,
    Changes,
    Ready,
    change,
    get,
    prepare,
    style_of,
)
from newsletter.looks.specimen import specimen

__all__ = [
    "USUAL",
    "Changes",
    "Ready",
    "change",
    "get",
    "prepare",
    "specimen",
    "style_of",
]
