"""Read where mail that comes back is fetched or taken, from the words of a setting."""

import re
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote

from newsletter.config.relay import Tls, is_loopback, split

_PORTS = {"imap": (143, 993), "pop3": (110, 995)}  # in the clear or STARTTLS, TLS
# What a server would take for the end of a command.
_UNSAFE = re.compile("[\x00-\x1f\x7f]")
_DEFAULT_FOLDER = "INBOX"


class Mailbox:
    """A mailbox that is polled, as BOUNCE_MAILBOX says."""

    def __init__(self, url: str) -> None:
        parts = split(url)
        kind = parts.scheme.removesuffix("s")
        if kind not in _PORTS or not parts.hostname:
            raise ValueError(
                "write it as imaps://user:password@host/INBOX or "
                "pop3s://user:password@host"
            )
        self.kind: Literal["imap", "pop3"] = "imap" if kind == "imap" else "pop3"
        self.host = parts.hostname
        self.username = _plain(parts.username, "user")
        self.password = _plain(parts.password, "password")
        query = parse_qs(parts.query)
        self.tls = _tls(parts, query)
        self.port = parts.port or _PORTS[self.kind][self.tls == "tls"]
        self.folder = _folder(self.kind, parts.path)
        # Where the access token of xoauth2 is read from, for each poll anew.
        self.token_file = query.get("token_file", [""])[0]
        self.auth = _auth(self.kind, query)
        if not self.username:
            raise ValueError("name a user: imaps://user:password@host/INBOX")

    @property
    def name(self) -> str:
        """What people may read: never the password."""
        folder = f"/{self.folder}" if self.kind == "imap" else ""
        return f"{self.kind} {self.username}@{self.host}{folder}"

    def __repr__(self) -> str:
        return f"Mailbox({self.name}, tls={self.tls})"


class Door:
    """Where mail for the bounce domain is taken, as BOUNCE_LISTEN says."""

    def __init__(self, url: str) -> None:
        parts = split(url)
        if (
            parts.scheme not in {"lmtp", "smtp"}
            or not (parts.hostname and parts.port)
            or parts.username
            or parts.path.strip("/")
        ):
            raise ValueError("write it as lmtp://127.0.0.1:2424 or smtp://0.0.0.0:25")
        self.protocol: Literal["lmtp", "smtp"] = (
            "lmtp" if parts.scheme == "lmtp" else "smtp"
        )
        self.host, self.port = parts.hostname, parts.port

    def __repr__(self) -> str:
        return f"Door({self.protocol}, {self.host}, port {self.port})"


def read_mailboxes(text: str) -> tuple[Mailbox, ...]:
    """Read `imaps://… pop3s://…`; no complaint quotes a password."""
    found: dict[str, Mailbox] = {}
    for number, url in enumerate(text.split(), start=1):
        try:
            mailbox = Mailbox(url)
        except ValueError as error:
            raise ValueError(f"mailbox {number}: {error}") from error
        if mailbox.name in found:
            raise ValueError(f"mailbox {number} is named twice")
        found[mailbox.name] = mailbox
    return tuple(found.values())


def _plain(value: str | None, what: str) -> str:
    plain = unquote(value or "")
    if _UNSAFE.search(plain):
        raise ValueError(f"the {what} holds a control character")
    return plain


def _tls(parts: SplitResult, query: dict[str, list[str]]) -> Tls:
    """Return the TLS mode: verified, unless the URL or a loopback host says."""
    stated = query.get("tls", [""])[0]
    if stated in ("starttls", "tls", "none"):
        return stated  # type: ignore[return-value]  # narrowed by the membership test
    if stated:
        raise ValueError(f"tls={stated} is unknown: use starttls, tls or none")
    if parts.scheme.endswith("s"):
        return "tls"
    return "none" if is_loopback(parts.hostname or "") else "starttls"


def _folder(kind: str, path: str) -> str:
    folder = unquote(path.removeprefix("/"))
    if kind == "pop3" and folder:
        raise ValueError("POP3 has no folders: write it as pop3s://user:password@host")
    if not folder.isascii() or not folder.isprintable():
        raise ValueError("name a folder in plain letters, as the server itself does")
    return folder or _DEFAULT_FOLDER


def _auth(kind: str, query: dict[str, list[str]]) -> Literal["", "xoauth2"]:
    stated = query.get("auth", [""])[0]
    if stated not in ("", "xoauth2"):
        raise ValueError(f"auth={stated} is unknown: leave it out, or use xoauth2")
    if stated and kind == "pop3":
        raise ValueError("auth=xoauth2 needs IMAP: write imaps://")
    return stated  # type: ignore[return-value]  # narrowed by the membership test
