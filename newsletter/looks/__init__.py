"""How a list's letters look: design, titles, logo, an own template."""

from newsletter.looks.keeping import Changes, Ready, change, get, prepare, style_of

__all__ = ["Changes", "Ready", "change", "get", "prepare", "style_of"]
