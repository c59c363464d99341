"""What words and links of unknown origin become before they are laid out."""

import re
import unicodedata
from urllib.parse import urlsplit

from newsletter import i18n

_SCHEMES = {"http", "https"}
# Control characters, half surrogate pairs, and the signs that reverse a line.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]")
_SPACES = re.compile(r"[ \t\n]+")


def words(text: str, language: str) -> str:
    """Return one line of plain text that any mail program can show."""
    return i18n.tidy(_SPACES.sub(" ", clean(text)).strip(" "), language)


def paragraphs(text: str, language: str) -> tuple[str, ...]:
    """Return plain text cut at its empty lines; single line breaks stay."""
    parts = re.split(r"\n\s*\n", clean(text))
    return tuple(i18n.tidy(part.strip(), language) for part in parts if part.strip())


def link(url: str) -> str:
    """Return `url` if a reader may be sent there, otherwise nothing."""
    shown = clean(url).strip().replace("\\", "%5C")
    try:
        parts = urlsplit(shown)
    except ValueError:
        return ""
    if parts.scheme == "mailto" and parts.path:
        return _SPACES.sub("%20", shown)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        return ""
    return _SPACES.sub("%20", shown)


def clean(text: str) -> str:
    """Return `text` in NFC without the characters that break a page or a line."""
    kept = _UNWANTED.sub(
        lambda found: " " if found[0] in "\r\x0b\x0c\x85" else "",
        text.replace("\r\n", "\n"),
    )
    return unicodedata.normalize("NFC", kept)
