"""What a page asks for: the site, a session, the fields of a form, the language."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlmodel import Session

from newsletter import db, doctor
from newsletter.bounces.providers import Certificates
from newsletter.checks import Memory
from newsletter.config import Settings
from newsletter.domains import Domains
from newsletter.web import forms, negotiation
from newsletter.web.asgi import body_of
from newsletter.web.audience import Audience
from newsletter.web.known import Lately
from newsletter.web.pages import Pages
from newsletter.web.pulse import Pulse
from newsletter.web.remembering import Counted
from newsletter.web.throttle import Throttle


@dataclass(frozen=True)
class Partners:
    """What providers of mail are asked, by addresses that were checked before."""

    certificates: Certificates
    confirm: Callable[[str], object]


@dataclass(frozen=True)
class Site:
    """What `create_app` was given, and what every page shares."""

    settings: Settings
    engine: Engine
    pages: Pages
    throttle: Throttle
    partners: Partners
    doctor: doctor.Practice
    audience: Audience = field(default_factory=Audience)
    pulse: Pulse = field(default_factory=Pulse)
    memory: Memory = field(default_factory=Memory)  # of mails that were checked
    lately: Lately = field(default_factory=Lately)  # what checks found
    counted: Counted = field(default_factory=Counted)  # people of long lists
    domains: Domains | None = None  # None: addresses are judged by their looks alone


def site_of(request: Request) -> Site:
    """Return the site this request came to."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]


def open_writing(here: Here) -> Iterator[Session]:
    """Open the one transaction of a request that changes something."""
    with db.writing(here.engine) as session:
        yield session


def open_reading(here: Here) -> Iterator[Session]:
    """Open a session that never waits for a writer."""
    with db.reading(here.engine) as session:
        yield session


# scope="function": the commit comes before the answer, so that a failed one is not
# reported as done.
Writing = Annotated[Session, Depends(open_writing, scope="function")]
Reading = Annotated[Session, Depends(open_reading, scope="function")]


def form_of(body: Annotated[bytes, Depends(body_of)]) -> dict[str, str]:
    """Return the fields that were sent."""
    return forms.fields(body)


Form = Annotated[dict[str, str], Depends(form_of)]


def several_of(body: Annotated[bytes, Depends(body_of)]) -> dict[str, list[str]]:
    """Return every value of every field: of boxes that share a name, those ticked."""
    return forms.several(body)


Several = Annotated[dict[str, list[str]], Depends(several_of)]


@dataclass(frozen=True)
class Wishes:
    """Which language the visitor asks for: in the address, and in the browser."""

    stated: str | None
    browser: tuple[str, ...]

    def language(self, offered: Sequence[str], *, known: str | None = None) -> str:
        """Return the language of the page: the address, the reader, then the browser.

        What a browser accepts is its user's taste, not what a reader chose, so the
        language we know of a reader goes before it.
        """
        return negotiation.best((self.stated, known, *self.browser), offered)


def wishes_of(request: Request) -> Wishes:
    """Return what the address (`?in=nl`) and the browser ask for."""
    header = request.headers.get("accept-language", "")
    stated = request.query_params.get("in")
    return Wishes(stated, tuple(negotiation.accepted(header)))


Asked = Annotated[Wishes, Depends(wishes_of)]
