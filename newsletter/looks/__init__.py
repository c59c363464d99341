"""How a list's letters look: design, titles, logo, an own template."""

from newsletter.looks.keeping import Changes, change, get, style_of

__all__ = ["Changes", "change", "get", "style_of"]
