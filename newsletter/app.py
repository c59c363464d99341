"""The web application: pages, clock and the headers around them, put together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

from newsletter import config, doctor
from newsletter.config import Settings
from newsletter.domains import Domains
from newsletter.web import (
    accents,
    account,
    adding,
    approvals,
    archive,
    braking,
    bulk,
    calendars,
    capturing,
    cells,
    checking,
    choosing,
    columns,
    confirming,
    corrections,
    crawlers,
    departing,
    describing,
    desk,
    dispatch,
    embedding,
    enrolling,
    failures,
    feeding,
    guests,
    guidance,
    handling,
    health,
    histories,
    importing,
    invited,
    issues,
    joining,
    leaving,
    log,
    login,
    media,
    newsitems,
    ordering,
    person,
    planning,
    presences,
    previewing,
    reading,
    relinking,
    reporting,
    resetting,
    results,
    returning,
    returns,
    reviewers,
    reviews,
    rhythms,
    searching,
    second_factor,
    sectioning,
    segments,
    streams,
    subscribers,
    syndication,
    team,
    tending,
    testing,
    translating,
    webhooks,
)
from newsletter.web.asgi import Protected
from newsletter.web.deps import Site
from newsletter.web.packed import Packed
from newsletter.web.pages import Pages
from newsletter.web.settings import (
    examining,
    languages,
    letter,
    limits,
    look,
    privacy,
    rehearsing,
    sections,
    sender,
)
from newsletter.web.throttle import Throttle

_SCREENS = (
    health,
    webhooks,
    media,
    calendars,
    accents,
    account,
    leaving,
    returning,
    choosing,
    confirming,
    reading,
    relinking,
    login,
    resetting,
    invited,
    second_factor,
    team,
    log,
    guidance,
    desk,
    handling,
    capturing,
    feeding,
    newsitems,
    issues,
    cells,
    histories,
    guests,
    translating,
    presences,
    ordering,
    adding,
    sectioning,
    columns,
    describing,
    corrections,
    previewing,
    dispatch,
    streams,
    reporting,
    results,
    reviews,
    reviewers,
    departing,
    checking,
    braking,
    approvals,
    returns,
    subscribers,
    importing,
    enrolling,
    bulk,
    segments,
    person,
    tending,
    rhythms,
    planning,
    testing,
    letter,
    languages,
    sections,
    sender,
    limits,
    examining,
    look,
    rehearsing,
    privacy,
    embedding,
    joining,
    crawlers,
    searching,
    syndication,
)


def create_app(
    settings: Settings, engine: Engine, *, clock: bool = True, demo: bool = False
) -> FastAPI:
    """Return the application on this database; `clock` lets it send what is due.

    `demo` adds pages that show other people's mail to whoever opens them.

    Serve it without an access log and without proxy headers of the server's own:
    addresses of pages are secrets of readers, and who may speak for a client is
    TRUSTED_PROXIES' to say.
    """
    app = FastAPI(
        lifespan=_lifespan(settings, engine, clock=clock),
        # A redirect would lose the POST that unsubscribes (RFC 8058 §3.1).
        redirect_slashes=False,
        openapi_url=None,
    )
    domains = Domains() if settings.check_domains else None
    partners = webhooks.partners()
    practice = doctor.Practice(doctor.world(settings))
    app.state.site = Site(
        settings, engine, Pages(), Throttle(), partners, practice, domains=domains
    )
    app.add_middleware(Protected, base_url=settings.base_url)
    app.mount("/static", Packed(directory=config.find("web", "static")))
    app.router.routes.extend(_pages(demo).routes)
    failures.register(app)
    return app


@cache
def _pages(demo: bool) -> APIRouter:  # noqa: FBT001  # the key of a cache
    """Return every page; what each needs is worked out once in a process."""
    router = APIRouter()
    # Fixed addresses first: /{lang}/{slug} of the archive takes what is left.
    for screen in _SCREENS:
        router.include_router(screen.router)
    if demo:
        from newsletter.web import demo as mailboxes  # nobody else needs the sample

        router.include_router(mailboxes.router)
    router.include_router(archive.router)
    return router


def _lifespan(
    settings: Settings, engine: Engine, *, clock: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return what runs around the serving: the clock, when this process has one."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # The addresses of readers' pages must not end in a log, whoever serves us.
        logging.getLogger("uvicorn.access").disabled = True
        if not clock:
            yield
            return
        from newsletter.scheduler import Clock  # the pages alone do without it

        ticking = Clock(engine, settings, shares=settings.workers)
        # Both wait for the database, and stopping waits for mail in flight.
        await asyncio.to_thread(ticking.start)
        try:
            yield
        finally:
            await asyncio.to_thread(ticking.stop)

    return lifespan
