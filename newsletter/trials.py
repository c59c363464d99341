"""Trying the links of issues, and remembering what came of it."""

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from urllib.parse import urldefrag, urlsplit

from sqlmodel import Session, col, delete, select, update

from newsletter import fetching
from newsletter.config import Network
from newsletter.errors import FetchFailed, FetchRefused, HostUnknown, NoNetwork
from newsletter.models import LinkCheck, LinkState
from subscribers.inserts import insert_absent

SECONDS = 5.0  # that one server may take
HOSTS = 6  # servers asked at the same time; each gets one question after the other
# How long an answer is believed.
_WORKS_FOR = timedelta(days=1)
_FAILS_FOR = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(days=90)
_GONE = frozenset({404, 410})


@dataclass(frozen=True)
class Trial:
    """What became of trying an address."""

    state: LinkState
    code: int | None = None  # of HTTP
    reason: str = ""


def find(session: Session, urls: Collection[str]) -> dict[str, Trial]:
    """Return what is known of these addresses, however old."""
    return {
        url: Trial(row.state, row.code, row.reason)
        for url, row in _rows(session, urls).items()
    }


def due(session: Session, urls: Iterable[str], *, now: datetime) -> list[str]:
    """Return the addresses of which nothing is known that could still be believed."""
    wanted = list(dict.fromkeys(urls))
    known = _rows(session, wanted)
    return [url for url in wanted if url not in known or _is_old(known[url], now)]


def try_all(
    urls: Sequence[str],
    *,
    allow: Sequence[Network],
    seconds: float,
    stop: threading.Event | None = None,
) -> dict[str, Trial]:
    """Try addresses for at most `seconds`, and return those that were decided.

    A few servers at once, one question at a time to each. Threads that a resolver
    keeps waiting are left behind: they are daemons and end with it.
    """
    queue: SimpleQueue[list[str]] = SimpleQueue()
    hosts = _by_host(urls)
    for queued in hosts.values():
        queue.put(queued)
    round_ = _Round(queue, allow, time.monotonic() + seconds, stop)
    threads = [
        threading.Thread(target=round_.work, daemon=True)
        for _ in range(min(HOSTS, len(hosts)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, round_.deadline - time.monotonic()))
    return round_.results()


def keep(session: Session, results: Mapping[str, Trial], *, now: datetime) -> None:
    """Remember what came of trying; of two that try at once the last one counts."""
    rows = {_key(url): (url, trial) for url, trial in sorted(results.items())}
    # One order for everybody, or two writers could wait for each other.
    for key, (url, trial) in sorted(rows.items()):
        values = {
            "state": trial.state,
            "code": trial.code,
            "reason": trial.reason[:300],
            "checked_at": now,
        }
        insert_absent(
            session, LinkCheck, [{"url_hash": key, "url": url[:2000], **values}]
        )
        session.execute(
            update(LinkCheck).where(col(LinkCheck.url_hash) == key).values(**values)
        )


def purge(session: Session, *, now: datetime) -> None:
    """Forget links that nobody has tried for long."""
    old = col(LinkCheck.checked_at) < now - _FORGOTTEN_AFTER
    session.execute(delete(LinkCheck).where(old))


class _Round:
    """One round of trying, shared by its threads."""

    def __init__(
        self,
        queue: SimpleQueue[list[str]],
        allow: Sequence[Network],
        deadline: float,
        stop: threading.Event | None,
    ) -> None:
        self.deadline = deadline
        self._queue, self._allow, self._stop = queue, allow, stop
        self._found: dict[str, Trial] = {}
        self._lock = threading.Lock()

    def work(self) -> None:
        """Take one host after the other until none or no time is left."""
        while True:
            try:
                urls = self._queue.get_nowait()
            except Empty:
                return
            for url in urls:
                left = self.deadline - time.monotonic()
                if left <= 0 or (self._stop and self._stop.is_set()):
                    return
                trial = _try(url, self._allow, min(left, SECONDS))
                with self._lock:
                    self._found[url] = trial

    def results(self) -> dict[str, Trial]:
        """Return what is decided by now."""
        with self._lock:
            return dict(self._found)


def _try(url: str, allow: Sequence[Network], seconds: float) -> Trial:
    try:
        code = fetching.reach(url, allow=allow, seconds=seconds)
    except HostUnknown:
        return Trial(LinkState.BROKEN)
    except (NoNetwork, FetchRefused) as error:
        return Trial(LinkState.UNTRIED, reason=str(error))
    except FetchFailed as error:
        return Trial(LinkState.DOUBTFUL, reason=str(error))
    if code in _GONE:
        return Trial(LinkState.BROKEN, code)
    return Trial(LinkState.WORKS if code < 400 else LinkState.DOUBTFUL, code)


def _by_host(urls: Iterable[str]) -> dict[str, list[str]]:
    hosts: dict[str, list[str]] = defaultdict(list)
    for url in dict.fromkeys(urls):
        hosts[urlsplit(url).hostname or ""].append(url)
    return hosts


def _rows(session: Session, urls: Collection[str]) -> dict[str, LinkCheck]:
    keys = sorted({_key(url) for url in urls})
    query = select(LinkCheck).where(col(LinkCheck.url_hash).in_(keys))
    found = {row.url_hash: row for row in session.exec(query)}
    return {url: found[key] for url in urls if (key := _key(url)) in found}


def _is_old(row: LinkCheck, now: datetime) -> bool:
    believed = _WORKS_FOR if row.state is LinkState.WORKS else _FAILS_FOR
    return row.checked_at is None or row.checked_at <= now - believed


def _key(url: str) -> str:
    """Return how a page is remembered: a place within it is the same page."""
    page = urldefrag(url).url
    return hashlib.sha256(page.encode("utf-8", "surrogatepass")).hexdigest()
