"""Open a connection within a time that holds, the search for the name included."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from enum import StrEnum
from queue import Empty, SimpleQueue
from typing import Any

Found = list[Any]  # what getaddrinfo returns


class Miss(StrEnum):
    """Why somebody could not be talked to."""

    NONE = ""
    NOT_ASKED = "not asked"
    UNKNOWN = "the name is not known"
    REFUSED = "the connection was refused"
    SILENT = "no answer in time"
    CERTIFICATE = "the certificate is not valid"
    TLS = "no encrypted connection could be made"
    BROKEN = "it broke off"


class Unreachable(Exception):
    """Nobody could be talked to; `miss` says why."""

    def __init__(self, miss: Miss, detail: str = "") -> None:
        super().__init__(detail or miss.value)
        self.miss, self.detail = miss, detail


def reach(host: str, port: int, *, seconds: float) -> socket.socket:
    """Return a connection to a host; raises Unreachable."""
    until = time.monotonic() + seconds
    failure: Exception | None = None
    for family, kind, protocol, _, address in _addresses(host, port, seconds):
        left = until - time.monotonic()
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(left)
        try:
            sock.connect(address)
        except OSError as error:
            failure = error
            sock.close()
        else:
            return sock
    if failure is None:
        raise Unreachable(Miss.SILENT)
    raise Unreachable(miss_of(failure), str(failure)) from failure


def miss_of(error: BaseException) -> Miss:
    """Return why a connection failed, or what stands behind the error of a library."""
    causes: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(causes) < 10:
        causes.append(current)
        current = current.__cause__ or current.__context__
    kinds = (
        (ssl.SSLCertVerificationError, Miss.CERTIFICATE),
        (TimeoutError, Miss.SILENT),
        (ConnectionRefusedError, Miss.REFUSED),
        (ssl.SSLError, Miss.TLS),
    )
    for kind, miss in kinds:
        if any(isinstance(each, kind) for each in causes):
            return miss
    return Miss.BROKEN


def expiry(connection: ssl.SSLObject | ssl.SSLSocket) -> datetime | None:
    """Return until when the certificate of the other side is valid."""
    certificate = connection.getpeercert() or {}
    last = certificate.get("notAfter")
    if not isinstance(last, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(last), UTC)


def _addresses(host: str, port: int, seconds: float) -> Found:
    """Ask the system for a name, which itself knows no end of waiting."""
    answers: SimpleQueue[Found | Unreachable] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            # The name servers are silent or broken, which says nothing of the name.
            silent = getattr(error, "errno", None) == socket.EAI_AGAIN
            answers.put(
                Unreachable(Miss.SILENT if silent else Miss.UNKNOWN, str(error))
            )

    # A daemon: at the end of the program nobody waits for it.
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0))
    except Empty:
        raise Unreachable(Miss.SILENT) from None
    if isinstance(answer, Unreachable):
        raise answer
    return answer
