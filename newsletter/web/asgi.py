"""What every request meets before its page: safe headers, HEAD, the bare body.

The only asynchronous code of the pages: ASGI leaves no choice.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    MutableMapping,
)
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from fastapi import HTTPException, Request

from newsletter import errands

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Bytes; far more than any form of ours holds.
LONGEST_BODY = 256 * 1024
# … and than a form with a picture does.
LONGEST_UPLOAD = 5 * 1024 * 1024

# Whoever knows such an address can act for a reader: it must not be kept, indexed
# or passed on to another site.
_TOKENS = ("/u/", "/p/", "/l/", "/c/", "/t/", "/r/", "/invited/", "/reset/", "/hooks/")
_STAFF = (
    *("/desk", "/issues", "/subscribers", "/results", "/settings", "/account"),
    *("/returns", "/series", "/forms", "/help", "/login", "/logout", "/reset"),
)
# Pages that work without a script, and better with ours.
_SCRIPTED = (*_STAFF, "/t/", "/r/", "/invited/")


class Protected:
    """Adds the headers of `policy` to every answer, and lets HEAD do what GET does.

    A header that the page set itself is left alone.
    """

    def __init__(self, app: Application, *, base_url: str) -> None:
        self.app = app
        self.base_url = base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = policy(scope["path"], base_url=self.base_url)
        bodiless = scope["method"] == "HEAD"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _merged(message["headers"], headers)}
            elif bodiless:
                message = {**message, "body": b""}
            await send(message)

        # A copy: the server must still see HEAD, to send no body of its own.
        asked = {**scope, "method": "GET"} if bodiless else scope
        await self.app(asked, receive, guarded)


def policy(path: str, *, base_url: str) -> dict[str, str]:
    """Return the headers that keep a page to itself, stricter where a token stands."""
    scripts = "'self'" if path.startswith(_SCRIPTED) else "'none'"
    headers = {
        "Content-Security-Policy": _content_policy(base_url, scripts=scripts),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }
    if path.startswith("/static/"):
        # The sheet's address changes with its content.
        headers["Cache-Control"] = "public, max-age=86400"
    if path.startswith(_TOKENS):
        headers["Referrer-Policy"] = "no-referrer"
    if path.startswith(_TOKENS + _STAFF):
        headers["Cache-Control"] = "no-store"
        headers["X-Robots-Tag"] = "noindex, nofollow"
    return headers


def is_for_staff(path: str) -> bool:
    """Whether the pages of staff stand at this address, or would."""
    return any(path == each or path.startswith(f"{each}/") for each in _STAFF)


def with_script(base_url: str) -> dict[str, str]:
    """Return the header of a page that runs a script of ours."""
    return {"Content-Security-Policy": _content_policy(base_url, scripts="'self'")}


def quiet(base_url: str) -> dict[str, str]:
    """Return the header of a page that shows words and pictures, and nothing else.

    What is not named is forbidden: frames, fonts, media, connections.
    """
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'none'; style-src 'self'; "
            f"img-src 'self' {origin_of(base_url)}; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
    }


def origin_of(base_url: str) -> str:
    """Return the address as browsers name where a request comes from (RFC 6454)."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def place_of(address: str) -> SplitResult:
    """Return the parts of an address that a browser sent; of nonsense, none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


async def body_of(request: Request) -> bytes:
    """Return the body as it came, whatever its content type says; 413 if too long."""
    return await _body(request, LONGEST_BODY)


async def upload_of(request: Request) -> bytes:
    """Return the body of a form with a picture; 413 if too long.

    Ask who is there before: nobody else may make us keep so much.
    """
    return await _body(request, LONGEST_UPLOAD)


async def _body(request: Request, longest: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)


class Staged:
    """A dependency: the body, however large, in a file of our own; 413 if too long.

    Whoever asks for it says first who may send one: nothing is read before that.
    """

    def __init__(self, longest: int) -> None:
        self.longest = longest  # bytes

    async def __call__(self, request: Request) -> AsyncIterator[Path]:
        """Yield the path of the file, which is gone after the answer."""
        # Parts of a form have heads, and other fields stand beside the file.
        room = self.longest + LONGEST_BODY
        if _announced(request) > room:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        path = errands.staged(request.app.state.site.settings)
        try:
            await _keep(request, path, room)
            yield path
        finally:
            path.unlink(missing_ok=True)


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


async def _keep(request: Request, path: Path, room: int) -> None:
    with path.open("xb") as file:
        async for chunk in request.stream():
            file.write(chunk)
            if file.tell() > room:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _content_policy(base_url: str, *, scripts: str) -> str:
    # Pictures of a letter carry the configured address, which a browser on the same
    # machine may know under another name.
    return (
        f"default-src 'self'; script-src {scripts}; object-src 'none'; "
        f"img-src 'self' {origin_of(base_url)}; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _merged(
    present: list[tuple[bytes, bytes]], added: Mapping[str, str]
) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in present}
    missing = [
        (name.lower().encode(), value.encode())
        for name, value in added.items()
        if name.lower().encode() not in names
    ]
    return [*present, *missing]
