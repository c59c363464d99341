"""A file that staff name, brought from this machine or from the web."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from newsletter import fetching
from newsletter.errors import FetchFailed, FetchRefused
from newsletter.fetching import Limits, Network, Resolver

# A document of 25 MB takes longer than a picture of a feed.
_SECONDS = 60.0
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True)
class Brought:
    """The bytes, what the file was called, and where it lay."""

    data: bytes
    name: str
    origin: str  # an address, or an absolute path


def bring(
    location: str,
    *,
    size: int,
    allow: Sequence[Network],
    resolve: Resolver | None = None,
) -> Brought:
    """Return what lies at an address or a path, one byte over `size` at most.

    Raises FetchRefused or FetchFailed, as `fetching.fetch` does, also for a path
    that cannot be read.
    """
    scheme = _SCHEME.match(location)
    if scheme is None:
        return _from_disk(location, size)
    if scheme[1].lower() not in {"http", "https"}:
        raise FetchRefused(
            "{address} is not an http or https address.", address=location[:120]
        )
    limits = Limits(seconds=_SECONDS, size=size)
    answer = fetching.fetch(location, allow=allow, limits=limits, resolve=resolve)
    name = PurePosixPath(unquote(urlsplit(answer.url).path)).name
    return Brought(answer.body, name, location)


def _from_disk(location: str, size: int) -> Brought:
    try:
        path = Path(location).expanduser().resolve()
        if not path.is_file():
            raise FetchFailed("{path}: there is no such file.", path=location[:300])
        with path.open("rb") as file:
            data = file.read(size + 1)
    except (OSError, ValueError, RuntimeError) as error:
        raise FetchFailed("“{path}” cannot be read.", path=location[:300]) from error
    return Brought(data, path.name, str(path))
