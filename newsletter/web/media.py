"""Serve the pictures of the store, and nothing else from the disk."""

import re

from fastapi import APIRouter
from fastapi.responses import FileResponse

from newsletter.web.deps import Here
from newsletter.web.failures import not_found

router = APIRouter()

_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
}
# A name is the hash of the content, so what it names can never change.
_NAME = re.compile(r"[0-9a-f]{16,64}\.([a-z]{3,4})")
_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/media/{name}")
def picture(name: str, here: Here) -> FileResponse:
    """Send one picture; any name that is not a hash and an image type is not found."""
    found = _NAME.fullmatch(name)
    media_type = _TYPES.get(found[1]) if found else None
    path = here.settings.media_dir / name
    if media_type is None or not path.is_file():
        raise not_found()
    return FileResponse(
        path, media_type=media_type, headers={"Cache-Control": _FOR_EVER}
    )
