"""What providers of mail tell of letters that failed or were not wanted."""

import hashlib
import logging
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import PlainTextResponse

from newsletter import bounces, db, fetching
from newsletter.bounces.providers import (
    PROVIDERS,
    Call,
    Certificates,
    Forged,
    Malformed,
    Told,
)
from newsletter.errors import FetchFailed, FetchRefused
from newsletter.fetching import Limits
from newsletter.web.asgi import body_of
from newsletter.web.deps import Here, Partners, Site
from newsletter.web.failures import not_found
from subscribers.clock import utcnow

logger = logging.getLogger(__name__)
router = APIRouter()

_LIMITS = Limits(seconds=5, size=64_000, redirects=0)
_ASKED = 30  # addresses within a quarter of an hour, that strangers could make us ask

Body = Annotated[bytes, Depends(body_of)]


@router.post("/hooks/{provider}")
@router.post("/hooks/{provider}/{secret}")
def tell(
    provider: str, request: Request, body: Body, here: Here, secret: str = ""
) -> PlainTextResponse:
    """Take what a provider tells; 200 once it is kept, so that nobody sends it again.

    What we have no use for is taken as well: a provider would repeat it for days.
    """
    if provider not in here.settings.hooks:
        raise not_found()
    told = _read(provider, _call(request, body, here, provider, secret))
    if told.once:
        _require_first(here, provider, told.once, body)
    if told.confirm:
        _confirm(here, told.confirm)
    if told.events:
        _take(here, told)
    return PlainTextResponse("ok\n")


def partners() -> Partners:
    """Return how providers are asked; addresses are checked before they get here."""
    ask = partial(fetching.fetch, allow=(), limits=_LIMITS)
    return Partners(Certificates(lambda url: ask(url).body), ask)


def _call(
    request: Request, body: bytes, here: Site, provider: str, secret: str
) -> Call:
    return Call(
        body=body,
        headers=dict(request.headers),
        path_secret=secret,
        secret=here.settings.hooks[provider],
        now=utcnow(),
        certificate=lambda url: _certificate(here, url),
    )


def _read(provider: str, call: Call) -> Told:
    try:
        return PROVIDERS[provider](call)
    except Forged as error:
        logger.warning("a call for %s proves nothing and is refused", provider)
        raise HTTPException(HTTPStatus.FORBIDDEN) from error
    except Malformed as error:
        logger.warning("a call of %s cannot be read", provider)
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error
    except (FetchFailed, FetchRefused) as error:
        # Not its fault: it tries again.
        logger.warning("a call of %s cannot be checked: %s", provider, error)
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE) from error


def _certificate(here: Site, url: str) -> bytes:
    known = here.partners.certificates.known(url)
    return known if known is not None else _asked(here, url)


def _asked(here: Site, url: str) -> bytes:
    now = utcnow()
    if here.throttle.is_tired("certificates", limit=_ASKED, now=now):
        raise Forged
    here.throttle.note("certificates", now=now)
    return here.partners.certificates.fetch(url)


def _require_first(here: Site, provider: str, token: str, body: bytes) -> None:
    """Refuse a token with another body: its signature says nothing of the body.

    The same body may come again; its event is known by then.
    """
    used = f"{provider} {hashlib.sha256(token.encode()).hexdigest()}"
    same = f"{used} {hashlib.sha256(body).hexdigest()}"
    now = utcnow()
    if here.throttle.is_tired(same, limit=1, now=now):
        return
    if here.throttle.is_tired(used, limit=1, now=now):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    here.throttle.note(used, now=now)
    here.throttle.note(same, now=now)


def _confirm(here: Site, url: str) -> None:
    try:
        here.partners.confirm(url)
    except (FetchFailed, FetchRefused) as error:
        logger.warning("a subscription cannot be confirmed: %s", error)
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE) from error
    logger.info("a subscription to a topic is confirmed")


def _take(here: Site, told: Told) -> None:
    keys = here.settings.keys
    for event in told.events:
        # Each in a transaction of its own: two calls never wait for each other’s
        # readers in a different order.
        with db.writing(here.engine) as session:
            bounces.take(session, keys, event, now=db.now(session))
