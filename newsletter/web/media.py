"""Serve the pictures and documents of the store, and nothing else from the disk."""

import re
from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from newsletter import db
from newsletter.media import documents
from newsletter.web.deps import Here, Site
from newsletter.web.failures import not_found

router = APIRouter()

_PICTURES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
}
# A name is the hash of the content, so what it names can never change.
_NAME = re.compile(r"([0-9a-f]{16,64})\.([a-z]{3,4})")
_FOR_EVER = "public, max-age=31536000, immutable"
# A document runs nothing, loads nothing and stands in nobody's frame. Chromium shows
# a PDF under this policy all the same: its viewer is a page of its own.
_ALONE = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox"
)
# What RFC 5987 lets stand in a name unencoded.
_PLAIN = "!#$&+-.^_`|~"


@router.get("/media/{name}")
def one(name: str, here: Here, request: Request) -> Response:
    """Send one file; any name that is not a hash and a type of ours is not found."""
    found = _NAME.fullmatch(name)
    path = here.settings.media_dir / name
    headers = _headers(here, *found.groups()) if found else None
    if headers is None or not path.is_file():
        raise not_found()
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return FileResponse(path, headers=headers)


def _headers(here: Site, hash_: str, ext: str) -> dict[str, str] | None:
    headers = {
        "Cache-Control": _FOR_EVER,
        "ETag": f'"{hash_}"',
        "X-Content-Type-Options": "nosniff",
    }
    if ext in _PICTURES:
        return headers | {"Content-Type": _PICTURES[ext]}
    if ext not in documents.TYPES:
        return None
    return headers | {
        "Content-Type": documents.TYPES[ext],
        "Content-Disposition": _disposition(here, hash_, ext),
        "Content-Security-Policy": _ALONE,
    }


def _disposition(here: Site, hash_: str, ext: str) -> str:
    """Return what a browser does with a document, and what it calls it (RFC 6266)."""
    with db.reading(here.engine) as session:
        kept = documents.find(session, hash_)
        name = kept.name if kept else f"document.{ext}"
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)
    how = "inline" if ext == "pdf" else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_PLAIN)}"
