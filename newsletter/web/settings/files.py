"""Forms that bring a file: read whole, bounded, and only from whoever may."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from newsletter.web import forms, sessions
from newsletter.web.asgi import upload_of
from newsletter.web.deps import Here
from newsletter.web.sessions import Secret, SignedIn

_MANY = 50  # parts; none of our forms has more
_LONGEST_HEAD = 2_000
_BOUNDARY = re.compile(r'multipart/form-data\b.*?boundary="?([^";,\s]{1,70})', re.I)
_NAME = re.compile(rb'\bname="([^"\r\n]*)"', re.IGNORECASE)
_FILE = re.compile(rb"\bfilename\*?=", re.IGNORECASE)


@dataclass(frozen=True)
class Uploaded:
    """The fields of a form, and its files as they came; what was left empty is not."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


def read(content_type: str, body: bytes) -> Uploaded:
    """Return what a body holds (RFC 7578); of what cannot be understood, nothing."""
    found = _BOUNDARY.match(content_type)
    if found is None:
        return Uploaded(forms.fields(body))
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    # Each boundary begins a line; the first one may be the first of all.
    parts = (b"\r\n" + body).split(b"\r\n--" + found[1].encode(), _MANY)
    for part in parts[1:]:
        head, gap, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not gap or name is None or len(head) > _LONGEST_HEAD:
            continue
        key = name[1].decode("utf-8", "replace")
        if not _FILE.search(head):
            fields[key] = value.decode("utf-8", "replace")
        elif value:
            files[key] = value
    return Uploaded(fields, files)


def genuine(
    _visitor: SignedIn,
    request: Request,
    secret: Secret,
    here: Here,
    body: Annotated[bytes, Depends(upload_of)],
) -> Uploaded:
    """Return what a form of ours brought from whoever is logged in."""
    content_type = request.headers.get("content-type", "")
    uploaded = read(content_type, body)
    header = request.headers.get("x-form-token", "")
    sessions.require_token(here, secret, uploaded.fields.get("form_token", header))
    return uploaded


GenuineUpload = Annotated[Uploaded, Depends(genuine)]
