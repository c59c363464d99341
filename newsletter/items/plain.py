"""Plain text from outside: one line, no markup, nothing invisible."""

import re
import unicodedata
from html import unescape

# Controls, byte-order marks, zero-width characters, and the marks that turn the
# reading direction around: none is seen and each can mislead.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029"
    "\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_TAG = re.compile(r"<[^<>]*>")


def visible(text: str) -> str:
    """Return `text` in NFC without the characters nobody can see."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def squeeze(text: str) -> str:
    """Return `text` on one line; no-break spaces stay, French needs them."""
    return _SPACES.sub(" ", visible(text)).strip()


def line(text: str, *, limit: int) -> str:
    """Return plain `text` as one line of at most `limit` characters."""
    short = squeeze(text)
    return short if len(short) <= limit else clipped(short, limit)


def heading(html: str, *, limit: int) -> str:
    """Return the words of a title that may hold tags and entities."""
    return line(unescape(_TAG.sub("", html)), limit=limit)


def clipped(text: str, limit: int) -> str:
    """Return `text` cut after a whole word, with an ellipsis."""
    cut = text[: limit - 1]
    word_end = cut.rfind(" ")
    if word_end > limit // 2:
        cut = cut[:word_end]
    return cut.rstrip(" ,;:-–—") + "…"


def key(text: str) -> str:
    """Return what two lines have in common when a reader would call them the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", folded.replace("’", "'")).split())
