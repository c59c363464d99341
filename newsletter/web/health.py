"""What machines ask: is the process up, can it work."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from newsletter import db, guards
from newsletter.models import Instance
from newsletter.web.deps import Here

router = APIRouter()

# The clock ticks every few seconds; after this long it has stopped.
_STOPPED = timedelta(seconds=60)


@router.get("/healthz")
def alive() -> PlainTextResponse:
    """Answer as long as the process does."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(here: Here) -> JSONResponse:
    """Answer 200 when the database answers and the clock ticks, 503 otherwise.

    Where workers send, also 503 while letters are due and no worker has lived for a
    minute.
    """
    try:
        with db.reading(here.engine) as session:
            found = {"database": True, "clock": _ticks(session)}
            if here.settings.workers:
                found["workers"] = not guards.is_unserved(session, now=db.now(session))
    except SQLAlchemyError:
        found = {"database": False, "clock": False}
    return JSONResponse(found, 200 if all(found.values()) else 503)


def _ticks(session: Session) -> bool:
    instance = session.get(Instance, 1)
    if instance is None or instance.ticked_at is None:
        return False
    return db.now(session) - instance.ticked_at < _STOPPED
