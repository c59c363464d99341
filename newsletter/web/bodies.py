"""A body in a plain text field: paragraphs as they are typed, or its tags (pure)."""

import re
from html import escape, unescape

from newsletter.items import clean_body

_PLAIN = re.compile(r"(?:<p>(?:[^<]|<br ?/?>)*</p>\s*)*")
_MARKED = re.compile(r"</?(?:p|h4|ul|ol|li|blockquote|br|strong|em|a)\b[^<>]*>", re.I)


def typed(body: str) -> str:
    """Return a stored body as a text field shows it.

    Paragraphs alone are plain text with empty lines between them; whatever else there
    is, a link or a list, shows its tags, so that saving loses nothing.
    """
    if not _PLAIN.fullmatch(body):
        return body
    text = re.sub(r"<br ?/?>", "\n", body.replace("</p>", "\n\n"))
    return unescape(text.replace("<p>", "")).strip()


def read(text: str) -> str:
    """Return what was typed as a clean body; raises BadText for what is too much."""
    text = text.replace("\r\n", "\n").strip()
    if _MARKED.search(text):
        return clean_body(text)
    paragraphs = (each.strip() for each in re.split(r"\n\s*\n", text))
    return clean_body(
        "".join(
            f"<p>{escape(each, quote=False).replace(chr(10), '<br>')}</p>"
            for each in paragraphs
            if each
        )
    )
