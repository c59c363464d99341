"""Read where mail is handed over, and its limit, from the words of a setting."""

import re
from enum import StrEnum
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

Tls = Literal["starttls", "tls", "none"]

MAIN = "main"  # the relay that SMTP_URL names
_RELAY_NAME = re.compile(r"[a-z0-9-]{1,40}")
_RATE = re.compile(r"([1-9]\d{0,8})\s*/\s*(second|minute|hour|day)")


class Span(StrEnum):
    """What a limit counts over."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class Relay:
    """Where mail is handed over, as SMTP_URL says."""

    def __init__(self, url: str) -> None:
        parts = split(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("write it as smtp://user:password@host:587?tls=starttls")
        self.host = parts.hostname
        self.username = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        query = parse_qs(parts.query)
        self.tls = _tls(parts.scheme, parts.hostname, query)
        self.auth = _auth(query)
        # Where the access token of xoauth2 is read from, for each session anew.
        self.token_file = query.get("token_file", [""])[0]
        self.port = parts.port or (465 if self.tls == "tls" else 587)

    def __repr__(self) -> str:
        return f"Relay({self.host}:{self.port}, tls={self.tls})"  # never the password


def _auth(query: dict[str, list[str]]) -> Literal["", "xoauth2"]:
    """Return how to log in: as the relay offers, unless the URL asks for a token."""
    stated = query.get("auth", [""])[0]
    if stated in ("", "xoauth2"):
        return stated  # type: ignore[return-value]  # narrowed by the membership test
    raise ValueError(f"auth={stated} is unknown: leave it out, or use xoauth2")


def split(url: str) -> SplitResult:
    """Return the parts of an address, none of them for what is no address."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # The error quotes the password, or half of it as the port.
        return urlsplit("")
    return parts


def _tls(scheme: str, host: str, query: dict[str, list[str]]) -> Tls:
    """Return the TLS mode: verified STARTTLS unless the URL or a loopback host says."""
    stated = query.get("tls", [""])[0]
    if stated in ("starttls", "tls", "none"):
        return stated  # type: ignore[return-value]  # narrowed by the membership test
    if stated:
        raise ValueError(f"tls={stated} is unknown: use starttls, tls or none")
    if scheme == "smtps":
        return "tls"
    return "none" if is_loopback(host) else "starttls"


def read_relays(text: str) -> dict[str, Relay]:
    """Read `name=smtp://… name=smtp://…`; no complaint quotes a password."""
    found: dict[str, Relay] = {}
    for number, entry in enumerate(text.split(), start=1):
        name, equals, url = entry.partition("=")
        if not equals or not _RELAY_NAME.fullmatch(name):
            raise ValueError(
                f"entry {number} needs the form name=smtp://…, the name of a-z, 0-9 "
                "and - (40 at most)"
            )
        if name == MAIN or name in found:
            raise ValueError(f"there already is a relay called {name}")
        try:
            found[name] = Relay(url)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return found


def read_rate(text: str) -> dict[Span, int]:
    """Read `30/minute`; empty for an empty text, ValueError for any other."""
    if not text.strip():
        return {}
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise ValueError("write it as 30/minute: per second, minute, hour or day")
    return {Span(found[2]): int(found[1])}


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
