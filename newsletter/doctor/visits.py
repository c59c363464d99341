"""Look at our own pages as a reader’s mail program does, one request at a time."""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from newsletter import reaching
from newsletter.reaching import Miss, Unreachable

_FORM = "application/x-www-form-urlencoded"
_ONE_CLICK = "List-Unsubscribe=One-Click"
_HEADERS = {"User-Agent": "newsletter/1 (doctor)"}


@dataclass(frozen=True)
class Visit:
    """One request to a page of ours, redirects not followed."""

    method: str
    status: int = 0
    location: str = ""
    version: str = ""  # of TLS
    expires_at: datetime | None = None  # the certificate
    miss: Miss = Miss.NONE
    detail: str = ""


Visitor = Callable[[str, str, float], Visit]  # method, address, seconds


def visit(method: str, url: str, seconds: float) -> Visit:
    """Ask a page; a POST says what mail services say for a reader. Never raises."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        sock = reaching.reach(host, port, seconds=seconds)
    except Unreachable as error:
        return Visit(method, miss=error.miss, detail=error.detail)
    # A server that drips would hold us beyond any timeout of a single read.
    hurry = threading.Timer(seconds, _hang_up, [sock])
    hurry.daemon = True
    hurry.start()
    try:
        return _ask(method, url, sock, host if secure else "")
    except (OSError, http.client.HTTPException) as error:
        return Visit(method, miss=reaching.miss_of(error), detail=str(error))
    finally:
        hurry.cancel()
        sock.close()


def _ask(method: str, url: str, sock: socket.socket, host: str) -> Visit:
    """Ask on an open connection; `host` is whom the certificate has to name."""
    parts = urlsplit(url)
    secured: ssl.SSLSocket | None = None
    if host:
        context = ssl.create_default_context()
        secured = context.wrap_socket(sock, server_hostname=host)
    connection = http.client.HTTPConnection(parts.hostname or "")
    connection.sock = secured or sock
    body, kind = (None, {})
    if method == "POST":
        body, kind = _ONE_CLICK, {"Content-Type": _FORM}
    try:
        connection.request(
            method, parts.path or "/", body, {**_HEADERS, "Host": parts.netloc, **kind}
        )
        answer = connection.getresponse()
        return Visit(
            method,
            answer.status,
            answer.getheader("Location", "") or "",
            (secured.version() or "") if secured else "",
            reaching.expiry(secured) if secured else None,
        )
    finally:
        connection.close()


def _hang_up(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is over already
