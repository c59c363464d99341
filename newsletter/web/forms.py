"""Read the fields of a form from a body, however it is labelled (pure)."""

import re
from urllib.parse import parse_qsl

_MANY = 200  # fields; none of our forms has more
_NAME = re.compile(rb'\bname="?([^";\r\n]*)', re.IGNORECASE)


def fields(body: bytes) -> dict[str, str]:
    """Return the fields of an urlencoded or multipart body, the last of each name.

    The body itself tells which of the two it is. RFC 8058 allows both, and mail
    services send them with a wrong content type or none at all.
    """
    if body.lstrip().startswith(b"--"):
        return dict(_multipart(body.lstrip()))
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MANY))
    except ValueError:  # more fields than any form of ours has
        return {}


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
