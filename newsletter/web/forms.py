"""Read the fields of a form from a body, however it is labelled (pure)."""

import re
from urllib.parse import parse_qsl

_MANY = 200  # fields; none of our forms has more
_MOST = 5_000  # … but for the boxes of a long list, which share a name
_NAME = re.compile(rb'\bname="?([^";\r\n]*)', re.IGNORECASE)


def fields(body: bytes) -> dict[str, str]:
    """Return the fields of an urlencoded or multipart body, the last of each name.

    The body itself tells which of the two it is. RFC 8058 allows both, and mail
    services send them with a wrong content type or none at all.
    """
    return dict(_pairs(body, _MANY))


def several(body: bytes) -> dict[str, list[str]]:
    """Return the fields with every value of each name, in their order."""
    found: dict[str, list[str]] = {}
    for name, value in _pairs(body, _MOST):
        found.setdefault(name, []).append(value)
    return found


def _pairs(body: bytes, most: int) -> list[tuple[str, str]]:
    if body.lstrip().startswith(b"--"):
        return _multipart(body.lstrip())
    try:
        text = body.decode("utf-8", "replace")
        found = parse_qsl(text, keep_blank_values=True, max_num_fields=most)
        return [(name, value) for name, value in found if name]
    except ValueError:  # more fields than any form of ours has
        return []


def _multipart(body: bytes) -> list[tuple[str, str]]:
    boundary = body.split(b"\n", 1)[0].strip()
    found = []
    for part in body.split(boundary, _MANY)[1:]:
        head, _, value = part.replace(b"\r\n", b"\n").partition(b"\n\n")
        name = _NAME.search(head)
        if name:
            found.append((_text(name[1]), _text(value.removesuffix(b"\n"))))
    return found


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
