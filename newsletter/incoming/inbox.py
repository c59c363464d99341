"""What polling needs of a mailbox, whatever protocol it speaks."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from newsletter.config import Mailbox
from newsletter.errors import MailboxUnavailable

PATIENCE = 30.0  # seconds a server may be silent
LONGEST_VISIT = 120.0  # seconds until we hang up: it may drip for ever
LONGEST = 10_000_000  # octets of a message that is read whole
BEGINNING = 1_000_000  # octets that are read of a longer one
_UNSEEN = re.compile(r"[^\x20-\x7e\u00a0-\u024f]+")
_SENTENCE = 200  # characters of what a server says


class Unreadable(Exception):
    """The server does not hand out this one message."""


class Inbox(Protocol):
    """An open mailbox. Messages are named by what stays theirs between two polls."""

    def waiting(self) -> list[str]:
        """Name the messages that were not dealt with, the oldest first."""

    def fetch(self, name: str) -> bytes | None:
        """Return a message, of a very long one the beginning; None: it is gone.

        Changes nothing, so that it is there again if we die now. Raises Unreadable
        when it is the message and not the server that has a fault.
        """

    def remove(self, name: str) -> None:
        """Delete a message that is kept elsewhere; for good once `finish` is done."""

    def leave(self, name: str) -> None:
        """Let a message lie for people, marked where the protocol has marks."""

    def finish(self) -> None:
        """Carry out the removals, and nobody else’s."""


def hang_up_in(seconds: float, line: Callable[[], socket.socket]) -> threading.Timer:
    """Return what hangs up so much later, unless it is cancelled.

    `line` is asked then, because STARTTLS puts another in its place.
    """
    watch = threading.Timer(seconds, _hang_up, [line])
    watch.daemon = True
    watch.start()
    return watch


def _hang_up(line: Callable[[], socket.socket]) -> None:
    with suppress(OSError):  # it is down already
        # Not the method of a TLS socket: that one forgets, beside us, that it is one.
        socket.socket.shutdown(line(), socket.SHUT_RDWR)


def unavailable(mailbox: Mailbox, said: str) -> MailboxUnavailable:
    """Return what went wrong as one sentence: no password, nothing that acts."""
    if mailbox.password:
        said = said.replace(mailbox.password, "…")
    said = " ".join(_UNSEEN.sub(" ", said).split())[:_SENTENCE]
    return MailboxUnavailable(f"{mailbox.name}: {said or 'the line broke'}")
