"""Where a feed lies, and how the feed and its pictures are read from there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from newsletter import fetching
from newsletter.errors import (
    FetchFailed,
    FetchRefused,
    NewsletterError,
    UnreadableFeed,
    UnreadableImage,
)
from newsletter.fetching import FEED_BYTES, IMAGE_BYTES, Limits, Network, Resolver


@dataclass(frozen=True)
class Raw:
    """A feed as it was read. `etag` and `last_modified` ask for news next time."""

    data: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    base: str = ""


@dataclass(frozen=True)
class Web:
    """Reads what an address offers, as far as `allow` and the public web go."""

    allow: Sequence[Network]
    resolve: Resolver | None = None

    def get(
        self, url: str, *, size: int, headers: dict[str, str] | None = None
    ) -> fetching.Fetched:
        """Return what `url` answers, at most `size` bytes of it."""
        return fetching.fetch(
            url,
            allow=self.allow,
            limits=Limits(size=size),
            headers=headers,
            resolve=self.resolve,
        )


@dataclass(frozen=True)
class Address:
    """A feed on the web."""

    key: str  # its address: what the source is known by
    web: Web

    def read(self, etag: str = "", last_modified: str = "") -> Raw | None:
        """Return the feed, or None when it has not changed since."""
        asked = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in asked.items() if value}
        answer = self.web.get(self.key, size=FEED_BYTES, headers=headers)
        if answer.status == 304:
            return None
        return Raw(
            answer.body,
            answer.headers.get("content-type", ""),
            answer.headers.get("etag", "")[:300],
            answer.headers.get("last-modified", "")[:100],
            answer.url,
        )

    def picture(self, src: str, *, bases: Sequence[str]) -> bytes:
        """Return a picture; a relative address is tried against each of `bases`."""
        tried = dict.fromkeys(urljoin(base, src) for base in (self.key, *bases))
        failure: NewsletterError = FetchRefused(
            "{address} is not an address.", address=src[:120]
        )
        for url in tried:
            try:
                return self.web.get(url, size=IMAGE_BYTES).body
            except (FetchFailed, FetchRefused) as error:
                failure = error
        raise failure


@dataclass(frozen=True)
class File:
    """A feed on disk; its pictures lie in its own folder or below, or on the web."""

    key: str  # the absolute path
    web: Web

    def read(self, etag: str = "", last_modified: str = "") -> Raw:
        """Return the feed; raises UnreadableFeed for what is no file, or too large."""
        path = Path(self.key)
        try:
            if not path.is_file():
                raise UnreadableFeed("{path}: there is no such file.", path=str(path))
            data = _read(path, FEED_BYTES)
        except OSError as error:
            raise UnreadableFeed(
                "{path} cannot be read: {reason}.",
                path=str(path),
                reason=str(error.strerror),
            ) from error
        if len(data) > FEED_BYTES:
            limit = FEED_BYTES // 1_000_000
            raise UnreadableFeed(
                "{path} is larger than {most} MB.", path=str(path), most=limit
            )
        return Raw(data)

    def picture(self, src: str, *, bases: Sequence[str]) -> bytes:
        """Return a picture; raises UnreadableImage for a file outside the folder."""
        scheme = urlsplit(src).scheme.lower()
        if scheme in {"http", "https"}:
            return self.web.get(src, size=IMAGE_BYTES).body
        if scheme or src.startswith("//"):
            raise UnreadableImage(
                "{address} is not a file beside the feed.", address=src[:120]
            )
        return self._beside(unquote(urlsplit(src).path))

    def _beside(self, name: str) -> bytes:
        folder = Path(self.key).parent.resolve()
        try:
            # Resolved first: neither ".." nor a link may lead out of the folder.
            path = (folder / name).resolve()
            if not path.is_relative_to(folder):
                raise UnreadableImage(
                    "{name} lies outside the feed’s folder.", name=name[:120]
                )
            if not path.is_file():
                raise UnreadableImage("{name}: there is no such file.", name=name[:120])
            return _read(path, IMAGE_BYTES)
        except (OSError, ValueError, RuntimeError) as error:
            if isinstance(error, UnreadableImage):
                raise
            raise UnreadableImage(
                "“{name}” cannot be read.", name=name[:120]
            ) from error


Origin = Address | File


def find(
    location: str, *, allow: Sequence[Network], resolve: Resolver | None = None
) -> Origin:
    """Return where a feed lies; raises FetchRefused for addresses that are no web's."""
    web = Web(allow, resolve)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", location)
    if scheme is None:
        return File(str(Path(location).expanduser().resolve()), web)
    if scheme[1].lower() not in {"http", "https"}:
        raise FetchRefused(
            "{address} is not an http or https address.", address=location[:120]
        )
    return Address(location, web)


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit + 1)
