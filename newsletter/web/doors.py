"""Pages for somebody who has not come in yet: logging in, a new password, a code."""

import re
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from newsletter.config import INTERFACE_LANGUAGES
from newsletter.web.clients import address_of
from newsletter.web.deps import Site, wishes_of
from newsletter.web.pages import Link
from subscribers.clock import utcnow

DESK = "/issues"
# Browsers read "\" as "/", and drop tabs and line ends before they look: what is not
# plain is not ours. A page of another site would look like the one after ours.
_OURS = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,500}")


def language_of(request: Request) -> str:
    """Return the language of such a page: that of the address, else the browser's."""
    return wishes_of(request).language(INTERFACE_LANGUAGES)


def onward(request: Request) -> str:
    """Return the page of ours that `?next=` names, "" for anything else."""
    wanted = request.query_params.get("next", "")
    return wanted if _OURS.fullmatch(wanted) else ""


def query_of(request: Request, **changes: str) -> str:
    """Return `?in=…&next=…` as they came, changed, or "" without either."""
    kept = {"in": request.query_params.get("in", ""), "next": onward(request)}
    found = {name: value for name, value in (kept | changes).items() if value}
    return f"?{urlencode(found)}" if found else ""


def page(
    here: Site, request: Request, template: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return such a page; it offers itself in the other languages."""
    others = [
        Link(tag, query_of(request, **{"in": tag})) for tag in INTERFACE_LANGUAGES
    ]
    return here.pages.answer(
        f"staff/{template}",
        language_of(request),
        status=status,
        others=others,
        query=query_of(request),
        **values,
    )


class Patience:
    """Whether somebody may try once more: by client, and by what they try to open."""

    def __init__(self, here: Site, request: Request, **limits: tuple[str, int]) -> None:
        """Watch the client, and each of `limits`: what it is, and how often."""
        client = address_of(request, here.settings.trusted_proxies)
        self._throttle = here.throttle
        self._names = {f"client {client}": _PER_CLIENT} | {
            f"{kind} {name}"[:300]: limit for kind, (name, limit) in limits.items()
        }

    @property
    def is_over(self) -> bool:
        """Whether there were too many failures in the last quarter of an hour."""
        now = utcnow()
        return any(
            self._throttle.is_tired(name, limit=limit, now=now)
            for name, limit in self._names.items()
        )

    def failed(self) -> None:
        """Count one failure."""
        for name in self._names:
            self._throttle.note(name, now=utcnow())

    def succeeded(self) -> None:
        """Start anew for somebody who got in."""
        for name in self._names:
            self._throttle.forget(name)


# Failures in a quarter of an hour before the next attempt is not even looked at.
_PER_CLIENT = 10
