"""An issue on its way, told as it happens: /issues/{issue_id}/events.

Asynchronous, since a stream lasts for minutes: while it waits it holds neither a
thread nor a session. Server-sent events are those of the HTML standard, §9.2.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from newsletter import db, staff
from newsletter.web import dispatch, numbered, sessions
from newsletter.web.deps import Here, Site
from newsletter.web.dispatch import Scene
from newsletter.web.sessions import Secret, SignedIn, Visitor

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_EVERY = 1.0  # seconds between two looks
_HEARTBEAT = 15  # looks without news before a comment keeps the line open
_CHECK = 10  # looks between two questions whether the visitor is still logged in
_LONGEST = 3600  # looks; then the browser asks again by itself
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep the words to itself
}


@router.get("/issues/{issue_id}/events")
async def events(
    issue_id: int, request: Request, visitor: SignedIn, secret: Secret, here: Here
) -> Response:
    """Send the page's fragment whenever it changed, until the issue is done with."""
    await run_in_threadpool(_require, here, issue_id)
    if here.audience.is_full or here.audience.is_closing:
        headers = {"Retry-After": "5"}
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
    stream = _Stream(
        here, visitor, secret, issue_id, request.headers.get("last-event-id", "")
    )
    return StreamingResponse(
        stream.told(), media_type="text/event-stream", headers=_HEADERS
    )


@dataclass
class _Stream:
    """One visitor who watches one issue."""

    here: Site
    visitor: Visitor
    secret: str
    issue_id: int
    known: str  # the id of what they have seen already

    async def told(self) -> AsyncIterator[str]:
        """Yield events and comments, one a second at most."""
        with self.here.audience.seat():
            yield "retry: 2000\n: you are told as it happens\n\n"
            quiet = 0
            for look in range(_LONGEST):
                if self.here.audience.is_closing:
                    return
                if look % _CHECK == 0 and not await run_in_threadpool(self._is_in):
                    yield _event("gone")
                    return
                scene = await run_in_threadpool(self._look)
                html = dispatch.fragment(self.here, self.visitor, scene)
                name = hashlib.sha256(html.encode()).hexdigest()[:16]
                quiet = 0 if name != self.known else quiet + 1
                if not quiet:
                    self.known = name
                    yield _event("progress", html, id=name)
                elif quiet % _HEARTBEAT == 0:
                    yield ": nothing new\n\n"
                if not scene.progress.changing:
                    yield _event("done")
                    return
                await asyncio.sleep(_EVERY)

    def _look(self) -> Scene:
        return dispatch.shared(self.here, self.issue_id, self.visitor.language)

    def _is_in(self) -> bool:
        """Whether they are still logged in, with the same rights."""
        with db.reading(self.here.engine) as session:
            person = staff.find_by_session(session, self.secret)
            return person is not None and person.role is self.visitor.person.role


def _require(here: Site, issue_id: int) -> None:
    with db.reading(here.engine) as session:
        numbered.issue(session, issue_id)


def _event(kind: str, data: str = "", *, id: str = "") -> str:  # noqa: A002  # its name in the standard
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {kind}\n" + (f"id: {id}\n" if id else "") + lines + "\n"
