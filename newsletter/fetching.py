"""Fetching an address somebody gave us, without being led into our own network."""

import errno
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore2

from newsletter.errors import (
    BadAnswer,
    FetchFailed,
    FetchRefused,
    HostUnknown,
    NoNetwork,
    TooLarge,
    TooSlow,
)
from subscribers.sentences import N_, Saying

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

FEED_BYTES = 5_000_000
IMAGE_BYTES = 10_000_000
SECONDS = 10.0
REDIRECTS = 3

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_AGENT = b"newsletter/1 (feed reader)"
_TRIER = b"newsletter/1 (link check)"
# What the system says where no packet gets out.
_OFFLINE = frozenset({errno.ENETUNREACH, errno.ENETDOWN})
# glibc has a second one for a name without an address.
_UNKNOWN = N_("{host} is not known to the name servers.")
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None)})
# Only this half of IPv6 is handed out to the world; NAT64 is unwrapped first.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Public by number, but answered by the machine room of a cloud.
_METADATA = (ip_network("168.63.129.16/32"), ip_network("192.0.0.192/32"))


@dataclass(frozen=True)
class Limits:
    """How long one fetch may take, redirects included, and how much it may bring."""

    seconds: float = SECONDS
    size: int = FEED_BYTES
    redirects: int = REDIRECTS


@dataclass(frozen=True)
class Fetched:
    """What an address answered. `status` is 200, or 304 when nothing changed."""

    url: str  # after redirects
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""


def fetch(
    url: str,
    *,
    allow: Sequence[Network],
    limits: Limits = Limits(),
    headers: Mapping[str, str] | None = None,
    resolve: Resolver | None = None,
) -> Fetched:
    """Return what `url` answers; `headers` may ask for news only (If-None-Match).

    Raises FetchRefused when the address, or one it redirects to, is not for us:
    only http and https, ports 80 and 443, and hosts whose every address is public.
    Hosts inside the networks of `allow` may be private and use any port. Raises
    FetchFailed when it takes too long, is too large or does not answer 200.
    """
    deadline = time.monotonic() + limits.seconds
    backend = _Guarded(allow, deadline, resolve or _resolve)
    for _ in range(limits.redirects + 1):
        answer = _ask(_checked(url), backend, limits.size, headers or {})
        if answer.status not in _REDIRECTS:
            return _accepted(answer)
        url = _next(url, answer.headers.get("location", ""))
    raise FetchFailed("{url} redirects too often.", url=_short(url))


def reach(
    url: str,
    *,
    allow: Sequence[Network],
    seconds: float,
    resolve: Resolver | None = None,
) -> int:
    """Return the status that `url` answers in the end, without fetching its page.

    HEAD first; a server that refuses that is asked with GET, and its answer is not
    read. Raises FetchRefused and FetchFailed as `fetch` does, HostUnknown where
    there is no such host, NoNetwork where nothing can be asked.
    """
    backend = _Guarded(allow, time.monotonic() + seconds, resolve or _resolve)
    for _ in range(REDIRECTS + 3):
        parts = _checked(url)
        answer = _ask(parts, backend, 0, {}, method="HEAD")
        if answer.status >= 400:
            answer = _ask(parts, backend, 0, {}, method="TRY")
        if answer.status not in _REDIRECTS or "location" not in answer.headers:
            return answer.status
        url = _next(url, answer.headers["location"])
    raise FetchFailed("{url} redirects too often.", url=_short(url))


def _next(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise FetchRefused("{url} redirects to no address.", url=_short(url)) from error


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the open Internet.

    Addresses that carry an IPv4 one inside (mapped, 6to4, NAT64) are judged by it.
    """
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        return (
            address in _GLOBAL_UNICAST and address.is_global and not address.is_reserved
        )
    if any(address in network for network in _METADATA):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if inner := address.ipv4_mapped or address.sixtofour:
        return inner
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _allowed(address: Address, networks: Iterable[Network]) -> bool:
    inner = _embedded(address) if isinstance(address, IPv6Address) else None
    return any(
        candidate in network
        for network in networks
        for candidate in (address, inner or address)
    )


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Guarded(httpcore2.NetworkBackend):
    """The only way to a socket: resolve, judge every address, connect to that one.

    Judging and connecting use the same answer of the resolver, so a name that
    changes its address in between (DNS rebinding) wins nothing.
    """

    def __init__(
        self, allow: Sequence[Network], deadline: float, resolve: Resolver
    ) -> None:
        self.allow = allow
        self.deadline = deadline
        self.resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception | None = None
        for address in self._judged(host, port):
            try:
                stream = httpcore2.SyncBackend().connect_tcp(
                    address, port, timeout=_left(self.deadline)
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Hurried(stream, self.deadline)
        if _is_offline(failure):
            raise NoNetwork from failure
        raise FetchFailed("{host} cannot be reached.", host=host) from failure

    def _judged(self, host: str, port: int) -> list[str]:
        try:
            found = [ip_address(one.split("%")[0]) for one in self.resolve(host, port)]
        except socket.gaierror as error:
            kind = HostUnknown if error.errno in _NO_SUCH_NAME else NoNetwork
            raise kind(Saying(_UNKNOWN, host=host)) from error
        except (OSError, UnicodeError) as error:
            raise FetchFailed(Saying(_UNKNOWN, host=host)) from error
        for address in found:
            if _allowed(address, self.allow):
                continue
            if not is_public(address):
                raise FetchRefused(
                    "{host} is at {address}, which is not a public address. If it "
                    "should be read, name its network in NEWSLETTER_FETCH_ALLOW.",
                    host=host,
                    address=str(address),
                )
            if port not in _PORTS.values():
                where = f"{host}, port {port}"
                raise FetchRefused("{host} is not a web port (80, 443).", host=where)
        return [str(address) for address in found]


class _Hurried(httpcore2.NetworkStream):
    """A connection that ends at one deadline, however slowly it drips."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        secured = self.stream.start_tls(
            ssl_context, server_hostname, _left(self.deadline)
        )
        return _Hurried(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the deadline has passed")
    return left


def _checked(url: str) -> SplitResult:
    """Return the parts of an address we may ask; the one place that reads it."""
    if any(character <= " " or character == "\\" for character in url):
        raise FetchRefused("{url} holds signs no address may hold.", url=_short(url))
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise FetchRefused("{url} is not an address.", url=_short(url)) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise FetchRefused("{url} is not an http or https address.", url=_short(url))
    if parts.username is not None or "%" in parts.hostname:
        raise FetchRefused("{url} carries a log-in or a zone.", url=_short(url))
    return parts


def _ask(
    parts: SplitResult,
    backend: httpcore2.NetworkBackend,
    size: int,
    headers: Mapping[str, str],
    *,
    method: str = "GET",
) -> Fetched:
    """Ask once; only "GET" reads what is answered. "TRY" is a GET that does not."""
    url = httpcore2.URL(
        scheme=parts.scheme.encode(),
        host=_host(parts),
        port=parts.port or _PORTS[parts.scheme],
        target=_target(parts),
    )
    agent = _AGENT if method == "GET" else _TRIER
    # No cookies, no log-in, and no compression: a bomb would hide in it.
    sent = [(b"User-Agent", agent), (b"Accept-Encoding", b"identity")]
    sent += [(n.encode(), v.encode("latin-1", "ignore")) for n, v in headers.items()]
    pool = httpcore2.ConnectionPool(network_backend=backend, http2=False)
    try:
        verb = "HEAD" if method == "HEAD" else "GET"
        with pool, pool.stream(verb, url, headers=sent) as response:
            received = _lower(response.headers)
            wanted = response.status == 200 and method == "GET"
            body = _read(response.iter_stream(), size) if wanted else b""
    except httpcore2.TimeoutException as error:
        raise TooSlow("{host} took too long to answer.", host=parts.netloc) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise FetchFailed("{host} broke off.", host=parts.netloc) from error
    return Fetched(
        parts.geturl(),
        response.status,
        received,
        _inflated(body, received.get("content-encoding", ""), size),
    )


def _is_offline(failure: BaseException | None) -> bool:
    """Whether a connection failed because no packet gets out at all."""
    while failure is not None:
        if isinstance(failure, OSError) and failure.errno in _OFFLINE:
            return True
        failure = failure.__cause__ or failure.__context__
    return False


def _host(parts: SplitResult) -> bytes:
    host = parts.hostname or ""
    try:
        return host.encode("ascii")
    except UnicodeEncodeError:
        pass
    try:
        return host.encode("idna")
    except UnicodeError as error:
        raise FetchRefused("{host} is not a host name.", host=host) from error


def _target(parts: SplitResult) -> bytes:
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    return b"".join(
        bytes((byte,)) if 0x20 < byte < 0x7F else b"%%%02X" % byte
        for byte in target.encode("utf-8", "replace")
    )


def _lower(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in headers
    }


def _read(chunks: Iterable[bytes], size: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > size:
            raise TooLarge(
                "The answer is larger than {most} MB.", most=size // 10**6 or 1
            )
    return bytes(body)


def _inflated(body: bytes, encoding: str, size: int) -> bytes:
    """Undo the compression some servers insist on, up to `size` bytes."""
    if not body or encoding.strip().lower() in {"", "identity"}:
        return body
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        raise FetchFailed("The answer is packed in a way we did not ask for.")
    try:
        # 32: the header says whether it is gzip or zlib.
        unpacked = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(
            body, size + 1
        )
    except zlib.error as error:
        raise FetchFailed("The answer is packed and cannot be opened.") from error
    if len(unpacked) > size:
        raise TooLarge("The answer is larger than {most} MB.", most=size // 10**6 or 1)
    return unpacked


def _accepted(answer: Fetched) -> Fetched:
    if answer.status not in {200, 304}:
        raise BadAnswer(_short(answer.url), status=answer.status)
    return answer


def _short(url: str) -> str:
    return url if len(url) <= 120 else url[:119] + "…"
