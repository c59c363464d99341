"""Read a mailbox over IMAP (RFC 3501, RFC 4315)."""

import imaplib
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from newsletter.config import Mailbox
from newsletter.incoming.inbox import (
    BEGINNING,
    LONGEST,
    LONGEST_VISIT,
    PATIENCE,
    Unreadable,
    hang_up_in,
    unavailable,
)

# What we have dealt with carries one of these, so that nothing is read twice and
# whether people have seen it stays theirs to say. There are two, because people may
# mark as deleted what was left for them: that is not ours to expunge.
_TAKEN, _LEFT = "$NewsletterTaken", "$NewsletterLeft"
# Messages asked about at once: a longer answer does not fit on a line of imaplib.
_WINDOW = 50_000
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_SPARE = 100_000  # octets that an answer may have beside the message


class _Client(imaplib.IMAP4):
    """Refuses more than it asked for, and does not stay for ever."""

    _watch: threading.Timer | None = None

    def open(
        self, host: str = "", port: int | None = 143, timeout: float | None = PATIENCE
    ) -> None:
        super().open(host, port or 143, timeout)
        self._watch = hang_up_in(LONGEST_VISIT, self.socket)

    def shutdown(self) -> None:
        if self._watch:
            self._watch.cancel()
        super().shutdown()

    def read(self, size: int) -> bytes:
        if size > LONGEST + _SPARE:
            raise self.abort("the server sends more than it was asked for")
        return super().read(size)


class _SecureClient(_Client, imaplib.IMAP4_SSL):
    """The same, encrypted from the first octet."""


class ImapInbox:
    """An open folder. Raises `imaplib.IMAP4.error` and OSError."""

    def __init__(self, client: imaplib.IMAP4, folder: str) -> None:
        """Open a folder of a session that is logged in."""
        self._client = client
        # Asked for now: before the log-in a server does not tell.
        self._offers = _words(self._ask("capability")).upper().split()
        self._messages = int(self._ask("select", _quoted(folder))[0] or 0)
        permitted = _response(client, "PERMANENTFLAGS")
        # Without marks of our own, what is left gets a star, as a person would do it.
        self._has_marks = b"\\*" in permitted
        self._epoch = _response(client, "UIDVALIDITY").decode("ascii", "replace")
        self._removed: set[str] = set()

    def waiting(self) -> list[str]:
        new = f"UNKEYWORD {_TAKEN} UNKEYWORD {_LEFT}"
        if not self._has_marks:
            new = "UNFLAGGED UNDELETED"
        for first in range(1, self._messages + 1, _WINDOW):
            last = min(first + _WINDOW - 1, self._messages)
            found = self._search(f"{first}:{last} {new}")
            if found:
                return [f"{self._epoch}.{uid}" for uid in found]
        return []

    def fetch(self, name: str) -> bytes | None:
        uid = _uid(name)
        size = _SIZE.search(_words(self._fetch(uid, "RFC822.SIZE")))
        if size is None:
            return None
        most = LONGEST if int(size[1]) <= LONGEST else BEGINNING
        told = self._fetch(uid, f"BODY.PEEK[]<0.{most}>")
        return next((part[1] for part in told if isinstance(part, tuple)), None)

    def _fetch(self, uid: str, what: str) -> list[Any]:
        # What an earlier command left lying must not be taken for the answer.
        self._client.response("FETCH")
        try:
            told = self._ask("uid", "FETCH", uid, f"({what})")
        except self._client.abort:
            raise
        except self._client.error as error:
            raise Unreadable(_why(error)) from error
        named = re.search(rb"\bUID (\d+)", _words(told))
        if told != [None] and (named is None or named[1].decode() != uid):
            raise self._client.abort("the server answers about another message")
        return told

    def remove(self, name: str) -> None:
        marks = rf"(\Deleted {_TAKEN})" if self._has_marks else r"(\Deleted)"
        self._ask("uid", "STORE", _uid(name), "+FLAGS.SILENT", marks)
        self._removed.add(_uid(name))

    def leave(self, name: str) -> None:
        mark = _LEFT if self._has_marks else r"\Flagged"
        self._ask("uid", "STORE", _uid(name), "+FLAGS.SILENT", f"({mark})")

    def finish(self) -> None:
        """Expunge what is ours, also what a poll marked that was killed before."""
        ours = set(self._removed)
        if self._has_marks:
            ours |= set(self._search(f"DELETED KEYWORD {_TAKEN}"))
        self._removed.clear()
        if not ours:
            return
        if b"UIDPLUS" in self._offers:
            self._expunge(sorted(ours, key=int))
        elif ours.issuperset(self._search("DELETED")):
            # EXPUNGE takes everything that is marked: only if all of it is ours.
            self._ask("expunge")

    def _expunge(self, uids: list[str]) -> None:
        for start in range(0, len(uids), 500):
            self._ask("uid", "EXPUNGE", ",".join(uids[start : start + 500]))

    def _search(self, criteria: str) -> list[str]:
        found = _words(self._ask("uid", "SEARCH", *criteria.split())).split()
        return [each.decode() for each in found if each.isdigit()]

    def _ask(self, command: str, *words: str) -> list[Any]:
        said, data = getattr(self._client, command)(*words)
        if said != "OK":
            raise self._client.error(_line(data[0]).decode("utf-8", "replace"))
        return list(data)


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[ImapInbox]:
    """Open a mailbox for two minutes at most; raises MailboxUnavailable."""
    try:
        client = _connect(mailbox)
        try:
            _log_in(client, mailbox)
            yield ImapInbox(client, mailbox.folder)
            client.logout()
        finally:
            # After a fault nobody waits for a good-bye.
            with suppress(OSError):
                client.shutdown()
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise unavailable(mailbox, _why(error)) from error


def _connect(mailbox: Mailbox) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if mailbox.tls == "tls":
        return _SecureClient(
            mailbox.host, mailbox.port, ssl_context=context, timeout=PATIENCE
        )
    client = _Client(mailbox.host, mailbox.port, timeout=PATIENCE)
    try:
        if mailbox.tls == "starttls":
            client.starttls(context)
    except BaseException:
        client.shutdown()
        raise
    return client


def _log_in(client: imaplib.IMAP4, mailbox: Mailbox) -> None:
    user = mailbox.username
    if mailbox.auth == "xoauth2":
        token = mailbox.password
        if mailbox.token_file:
            token = Path(mailbox.token_file).read_text(encoding="utf-8").strip()
        # The server may answer with its reason, which wants an empty line.
        words = [f"user={user}\x01auth=Bearer {token}\x01\x01".encode()]
        client.authenticate("XOAUTH2", lambda _: words.pop(0) if words else b"")
    elif "AUTH=PLAIN" in client.capabilities:
        words = [f"\0{user}\0{mailbox.password}".encode()]
        client.authenticate("PLAIN", lambda _: words.pop(0) if words else b"")
    else:
        client.login(_quoted(user), mailbox.password)


def _response(client: imaplib.IMAP4, name: str) -> bytes:
    """Return what the server said by the way, empty if it said nothing."""
    said = client.response(name)[1]
    return said[-1] if said and isinstance(said[-1], bytes) else b""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _uid(name: str) -> str:
    return name.rpartition(".")[2]


def _line(part: Any) -> bytes:
    """Return an answer’s words without its literal."""
    line = part[0] if isinstance(part, tuple) else part
    return line if isinstance(line, bytes) else b""


def _words(told: list[Any]) -> bytes:
    return b" ".join(map(_line, told))


def _why(error: Exception) -> str:
    # The text of a UnicodeError quotes what could not be said: a password.
    if isinstance(error, UnicodeError):
        return "the server only takes a user and password of plain letters"
    first = error.args[0] if error.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
