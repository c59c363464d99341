"""Read a mailbox over POP3 (RFC 1939, RFC 2595)."""

import poplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

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

_PIECE = 65_536  # octets of a line that are read at once
_LINES = BEGINNING // 70  # of a very long message: TOP counts lines


class _Client(poplib.POP3):
    """Takes lines of any length, keeps no more than it wants, stays not for ever."""

    def _getlongresp(self) -> tuple[bytes, list[bytes], int]:
        # That of poplib gives up at 2,048 octets a line, and keeps what ever comes.
        said = self.file.readline(_PIECE)
        if not said.startswith(b"+"):
            raise poplib.error_proto(said or b"the line broke")
        body = _body(self.file)
        return said, [body], len(body)


class _SecureClient(_Client, poplib.POP3_SSL):
    """The same, encrypted from the first octet."""


class Pop3Inbox:
    """An open maildrop. Raises `poplib.error_proto` and OSError."""

    def __init__(self, client: poplib.POP3) -> None:
        """List what lies in a maildrop that was opened for us alone."""
        self._client = client
        numbers = _table(client.uidl()[1])
        self._numbers = {name: number for number, name in numbers.items()}
        self._sizes = _table(client.list()[1])

    def waiting(self) -> list[str]:
        return list(self._numbers)

    def fetch(self, name: str) -> bytes | None:
        number = self._numbers[name]
        size = self._sizes.get(number, "")
        try:
            if size.isdecimal() and int(size) > LONGEST:
                return b"".join(self._client.top(number, _LINES)[1])[:BEGINNING]
            return b"".join(self._client.retr(number)[1])
        except poplib.error_proto as error:
            # The server said no, and the conversation goes on; anything else ends it.
            if _why(error).startswith("-ERR"):
                raise Unreadable(_why(error)) from error
            raise

    def remove(self, name: str) -> None:
        self._client.dele(self._numbers[name])

    def leave(self, name: str) -> None:
        """Do nothing: the protocol has no marks."""

    def finish(self) -> None:
        """Say good-bye, on which the server removes what it was told to."""
        self._client.quit()


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[Pop3Inbox]:
    """Open a mailbox for two minutes at most; raises MailboxUnavailable.

    Without `finish` everything stays where it is.
    """
    watch: threading.Timer | None = None
    try:
        client = _connect(mailbox)
        watch = hang_up_in(LONGEST_VISIT, lambda: client.sock)
        try:
            _log_in(client, mailbox)
            yield Pop3Inbox(client)
        finally:
            with suppress(OSError):
                client.close()
    except (poplib.error_proto, OSError, ValueError) as error:
        raise unavailable(mailbox, _why(error)) from error
    finally:
        if watch is not None:
            watch.cancel()


def _connect(mailbox: Mailbox) -> poplib.POP3:
    if mailbox.tls == "tls":
        return _SecureClient(
            mailbox.host,
            mailbox.port,
            timeout=PATIENCE,
            context=ssl.create_default_context(),
        )
    return _Client(mailbox.host, mailbox.port, timeout=PATIENCE)


def _log_in(client: poplib.POP3, mailbox: Mailbox) -> None:
    if mailbox.tls == "starttls":
        client.stls(ssl.create_default_context())
    client.user(mailbox.username)
    client.pass_(mailbox.password)


def _body(file: BinaryIO) -> bytes:
    """Read to the dot on a line of its own; keep what fits, drop what does not."""
    kept = bytearray()
    is_start = True
    while True:
        piece = file.readline(_PIECE)
        if not piece:
            raise poplib.error_proto(b"the line broke")
        if is_start and piece.rstrip(b"\r\n") == b".":
            return bytes(kept)
        if is_start and piece.startswith(b".."):
            piece = piece[1:]
        kept += piece[: max(LONGEST - len(kept), 0)]
        is_start = piece.endswith(b"\n")


def _table(lines: list[bytes]) -> dict[int, str]:
    """Read `number word` of each line."""
    rows = (line.split() for line in b"".join(lines).splitlines())
    return {
        int(row[0]): row[1].decode("ascii", "replace")
        for row in rows
        if len(row) > 1 and row[0].isdigit()
    }


def _why(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
