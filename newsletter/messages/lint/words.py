"""Rules of words beyond ASCII in headers: RFC 2047 and 6532, H8 to H11."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator

from newsletter.messages.lint.anatomy import Anatomy
from newsletter.messages.lint.rules import rule

_ENCODED = re.compile(r"=\?([^?\s]+)\?([^?\s]+)\?([^?\s]*)\?=")
_STRUCTURED = (
    *("Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "List-Help", "List-Owner"),
    *("List-Post", "List-Archive", "Archived-At", "Precedence", "Feedback-ID"),
    *("X-Auto-Response-Suppress", "CFBL-Address", "CFBL-Feedback-ID", "To"),
)
_NAME = re.compile(r"[!-9;-~]+")  # RFC 5322 §2.2
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029]")


@rule("H8")
def structured(message: Anatomy) -> Iterator[str]:
    """RFC 2047 §5: an encoded word in an address or a URI is dead."""
    for field in message.fields:
        if field.name.title() in {name.title() for name in _STRUCTURED}:
            if "=?" in field.value:
                yield f"{field.name} holds an encoded word"
        elif re.search(r"<[^>]*=\?[^>]*>", field.value):
            yield f"an address in {field.name} holds an encoded word"


@rule("H9")
def encoded_words(message: Anatomy) -> Iterator[str]:
    """RFC 2047 §2 and §5: short, in UTF-8, whole characters in each."""
    for field in message.fields:
        text = field.raw.decode("latin-1")
        for found in _ENCODED.finditer(text):
            if len(found[0]) > 75:
                yield f"an encoded word in {field.name} is too long"
            if not _decodes(found[1], found[2], found[3]):
                yield f"an encoded word in {field.name} cannot be read by itself"
        if any(len(line) > 76 for line in text.split("\r\n") if _ENCODED.search(line)):
            yield f"a line with encoded words in {field.name} is too long"


@rule("H10")
def ascii_only(message: Anatomy) -> Iterator[str]:
    """RFC 6532 headers need SMTPUTF8 all the way, which nobody can promise."""
    for field in message.fields:
        if not field.raw.isascii():
            yield f"{field.name} is not in ASCII"


@rule("H11")
def no_control(message: Anatomy) -> Iterator[str]:
    """RFC 5322 §2.2: a name is a name, and a value holds nothing that ends it."""
    for field in message.fields:
        if not _NAME.fullmatch(field.name):
            yield f"{field.name[:20]!r} is no name of a field"
        said = field.raw.decode("utf-8", "surrogateescape")
        if _UNSAFE.search(said.replace("\r\n", "")):
            yield f"{field.name[:20]} holds a control character"


def _decodes(charset: str, coding: str, text: str) -> bool:
    try:
        if coding.lower() == "b":
            data = base64.b64decode(text, validate=True)
        else:
            data = quopri.decodestring(text.encode(), header=True)
        data.decode("utf-8")
    except (UnicodeDecodeError, binascii.Error, ValueError):
        return False
    return charset.lower() == "utf-8" and coding.lower() in {"b", "q"}


RULES = (structured, encoded_words, ascii_only, no_control)
