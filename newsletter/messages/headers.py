"""Header fields, written so that no value can end its line or break a standard.

Not by the email package: it encodes any token of 78 characters or more and thereby
breaks List-Unsubscribe.
"""

import re
from email.header import Header

from newsletter.errors import UnsafeValue

# What may never stand in a header, RFC 5322 §2.2 and the look-alikes of a line end.
_UNSAFE = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]")


def mailbox(name: str, address: str, *, field: str = "From") -> str:
    """Return `name <address>` with the name as RFC 5322 or 2047 wants it.

    `field` begins the first line, which counts where the name has to be folded.
    """
    if not name:
        return address
    shown = phrase(name, len(f"{field}: "))
    last_line = shown.rpartition("\r\n")[2]
    fold = "\r\n" if len(last_line) + len(address) > 60 else ""
    return f"{shown}{fold} <{address}>"


def phrase(words: str, used: int) -> str:
    """Return display words: bare atoms, a quoted string, or encoded words."""
    safe = checked("name", words)
    if not safe.isascii() or len(safe) > 60:
        return encoded_words(safe, used)
    if re.fullmatch(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+", safe):
        return safe
    quoted = safe.replace("\\", r"\\").replace('"', r"\"")
    return f'"{quoted}"'


def encoded_words(words: str, used: int) -> str:
    """Return unstructured words, folded; RFC 2047 where they are not plain ASCII."""
    safe = checked("text", words)
    if safe.isascii() and len(safe) + used <= 76 and "=?" not in safe:
        return safe
    folded = Header(safe, "utf-8", maxlinelen=75, header_name="x" * max(used - 2, 1))
    return folded.encode(linesep="\r\n")


def header(name: str, value: str) -> bytes:
    """Return one field; raises UnsafeValue for what is not one line of ASCII."""
    # Folds are ours; anything else that could end the line is an attack.
    checked(name, value.replace("\r\n ", " "))
    if not value.isascii():
        # RFC 6532 headers need SMTPUTF8 all the way, which nobody can promise.
        raise UnsafeValue("The {name} cannot be written in ASCII.", name=name)
    return f"{name}: {value}\r\n".encode("ascii")


def checked(name: str, value: str) -> str:
    """Return a value that holds nothing dangerous; raises UnsafeValue naming it."""
    if _UNSAFE.search(value):
        raise UnsafeValue(
            "The {name} holds a line break or control character.", name=name
        )
    return value


def headers(*fields: tuple[str, str]) -> bytes:
    """Return some fields, one after the other."""
    return b"".join(header(name, value) for name, value in fields)
