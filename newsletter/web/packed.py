"""Sheets and scripts, sent compressed to whoever takes that.

Pages are not: what a page holds and what somebody made it repeat, compressed together,
tell by their length what neither tells alone (BREACH). In sheets and scripts there is
nothing to learn, and they are most of what a page weighs.
"""

import gzip
import os
from functools import cache
from pathlib import Path

from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

from newsletter.web.asgi import Scope

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Packed(StaticFiles):
    """The files of a folder, compressed where both sides gain by it."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return the file, its compressed form, or that it has not changed."""
        plain = super().file_response(full_path, stat_result, scope, status_code)
        kind = _KINDS.get(Path(full_path).suffix)
        if kind is None:
            return plain
        plain.headers["Vary"] = "Accept-Encoding"
        if plain.status_code != status_code or not _is_taken(scope):
            return plain
        headers = {
            # The same file, not the same bytes: a weak tag (RFC 9110 §8.8.1).
            "ETag": f"W/{plain.headers['etag']}",
            "Last-Modified": plain.headers["last-modified"],
            "Content-Encoding": "gzip",
            "Vary": "Accept-Encoding",
        }
        packed = _pack(os.fspath(full_path), stat_result.st_mtime_ns)
        return Response(packed, status_code, headers, media_type=kind)


@cache
def _pack(path: str, _changed: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), compresslevel=6, mtime=0)


def _is_taken(scope: Scope) -> bool:
    """Whether a request takes gzip (RFC 9110 §12.5.3); nobody says `*` and means it."""
    said = b",".join(
        value for name, value in scope["headers"] if name == b"accept-encoding"
    )
    for each in said.decode("latin-1").lower().split(","):
        coding, _, weight = each.partition(";")
        if coding.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
