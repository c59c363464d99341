"""Everything an item's page and its twins say, asked over the network (no database)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter import fetching, media
from newsletter.config import Settings
from newsletter.desk import pages
from newsletter.desk.pages import Page
from newsletter.errors import (
    BadAnswer,
    FetchFailed,
    FetchRefused,
    HostUnknown,
    NoNetwork,
    TooLarge,
    TooSlow,
    UnreadableImage,
)
from newsletter.feeds import detection
from newsletter.fetching import IMAGE_BYTES, Fetched, Limits, Resolver
from newsletter.items import links

PAGE_BYTES = 2_000_000
_PAGE = Limits(seconds=5.0, size=PAGE_BYTES)
# Seconds after which no further twin is asked: the claim on an item is longer.
_ENOUGH = 30.0
_SMALLEST = 100  # pixels: less is no picture but a logo or a counter


class Failure(StrEnum):
    """Why a page could not be read; a number instead is what the server answered."""

    REFUSED = "refused"  # the address is inside a network of ours, or no web address
    SLOW = "slow"
    LARGE = "large"
    UNKNOWN = "unknown host"
    OFFLINE = "offline"
    BROKEN = "broken"
    EMPTY = "empty"  # a page without a title


@dataclass(frozen=True)
class Found:
    """What one look at an item's page brought."""

    page: Page | None = None
    failure: str = ""  # a Failure, or the status of HTTP
    picture: media.Picture | None = None
    twins: Mapping[str, Page] = field(default_factory=dict)  # by language of ours


@dataclass(frozen=True)
class Asked:
    """What is wanted of a page."""

    url: str
    languages: Sequence[str]  # of our letters: in these its twins are read
    picture: bool = True


def look(asked: Asked, settings: Settings, *, resolve: Resolver | None = None) -> Found:
    """Return what a page and its twins say; a page that cannot be read is a Failure."""
    reader = _Reader(settings, resolve)
    started = time.monotonic()
    try:
        page = reader.page(asked.url)
    except (FetchFailed, FetchRefused) as error:
        return Found(failure=why(error))
    if not page.title:
        return Found(failure=Failure.EMPTY)
    return Found(
        page,
        picture=reader.picture(page.picture) if asked.picture else None,
        twins=reader.twins(page, asked, until=started + _ENOUGH),
    )


def bring_picture(url: str, settings: Settings) -> media.Picture:
    """Return the picture at an address, ready to be kept.

    Raises FetchRefused, FetchFailed or UnreadableImage.
    """
    limits = Limits(size=IMAGE_BYTES)
    answer = fetching.fetch(url, allow=settings.fetch_allow, limits=limits)
    return media.encode(answer.body)


def why(error: Exception) -> str:
    """Return in one word of ours why an address gave nothing."""
    if isinstance(error, BadAnswer):
        return str(error.status)
    return next((word for kind, word in _WORDS if isinstance(error, kind)), _REST)


_WORDS: Sequence[tuple[type[Exception], Failure]] = (
    (FetchRefused, Failure.REFUSED),
    (TooSlow, Failure.SLOW),
    (TooLarge, Failure.LARGE),
    (HostUnknown, Failure.UNKNOWN),
    (NoNetwork, Failure.OFFLINE),
)
_REST = Failure.BROKEN


@dataclass(frozen=True)
class _Reader:
    settings: Settings
    resolve: Resolver | None

    def page(self, url: str) -> Page:
        return pages.read(
            self._fetch(url, _PAGE),
            languages=self.settings.languages,
            zone=self.settings.zone,
        )

    def picture(self, url: str) -> media.Picture | None:
        """Return the picture, re-encoded, or None when there is none to be had."""
        if not url:
            return None
        try:
            data = self._fetch(url, Limits(size=IMAGE_BYTES)).body
            made = media.encode(data)
        except (FetchFailed, FetchRefused, UnreadableImage):
            return None
        return made if min(made.width, made.height) >= _SMALLEST else None

    def twins(self, page: Page, asked: Asked, *, until: float) -> dict[str, Page]:
        """Return the page in our other languages, as far as its site has it.

        Every claim is tested: the other page must answer, be in the language it is
        said to be in, and differ from those we have. One on another site must point
        back, so that nobody ties a page of theirs to somebody else's.
        """
        seen = {links.fingerprint(page.url), links.fingerprint(asked.url)}
        own = page.language
        found: dict[str, Page] = {}
        for language, url in _wanted(page.alternates, asked.languages, own=own):
            if time.monotonic() > until or links.fingerprint(url) in seen:
                continue
            twin = self._twin(url, language, page, asked)
            if twin is not None and links.fingerprint(twin.url) not in seen:
                seen |= {links.fingerprint(url), links.fingerprint(twin.url)}
                found[language] = twin
        return found

    def _twin(self, url: str, language: str, page: Page, asked: Asked) -> Page | None:
        try:
            twin = self.page(url)
        except (FetchFailed, FetchRefused):
            return None
        if not twin.title or twin.language not in {None, language}:
            return None
        ours = {links.fingerprint(page.url), links.fingerprint(asked.url)}
        back = {links.fingerprint(other) for _, other in twin.alternates}
        near = _is_near(twin.url, page.url) and _is_near(url, page.url)
        return twin if near or ours & back else None

    def _fetch(self, url: str, limits: Limits) -> Fetched:
        return fetching.fetch(
            url, allow=self.settings.fetch_allow, limits=limits, resolve=self.resolve
        )


def _wanted(
    alternates: Sequence[tuple[str, str]], languages: Sequence[str], *, own: str | None
) -> list[tuple[str, str]]:
    """Return one address for each of our languages, the exact tag before a region's."""
    chosen: dict[str, str] = {}
    for language in languages:
        exact = [url for tag, url in alternates if tag.lower() == language.lower()]
        near = [
            url
            for tag, url in alternates
            if detection.nearest(tag, languages) == language
        ]
        if language != own and (exact or near):
            chosen[language] = (exact or near)[0]
    return list(chosen.items())


def _is_near(one: str, other: str) -> bool:
    """Whether two pages are of one site, or of a site and one below it."""
    a, b = links.host_of(one), links.host_of(other)
    return a == b or a.endswith(f".{b}") or b.endswith(f".{a}")
