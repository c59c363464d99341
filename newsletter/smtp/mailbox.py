"""The built-in mailbox: a relay without a network, for trying out.

Every message becomes one file, named after a hash of recipient and Message-ID, so
that a repeated delivery replaces its twin as a mailbox that knows them would.
"""

import asyncio
import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from newsletter.smtp.lines import Source
from newsletter.smtp.outcomes import (
    Envelope,
    Fault,
    Outcome,
    RelayUnavailable,
    Verdict,
)


@dataclass(frozen=True)
class ReceivedMail:
    """One message as the built-in mailbox holds it."""

    path: Path
    address: str
    received_at: datetime
    raw: bytes

    @property
    def id(self) -> str:
        """The name it can be asked for by: no path, no address."""
        return self.path.stem


class MailboxConnection:
    """A session with the built-in mailbox: it accepts everything."""

    def __init__(self, directory: Path, source: Source) -> None:
        self._directory, self._source = directory, source
        self._task: asyncio.Task[None] | None = None
        self.is_open = False

    async def open(self) -> None:
        """Make the folder if this is the first message ever."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RelayUnavailable(_unusable(error)) from error
        self.is_open = True
        self.wake()

    def wake(self) -> None:
        """Ask the source again, if nothing is under way."""
        if self.is_open and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Finish what is under way; nothing is held open."""
        self.is_open = False
        if self._task is not None:
            await self._task

    def abandon(self) -> None:
        """Nothing is on its way."""

    async def _run(self) -> None:
        """Store messages, each whole or not at all, and let others run between."""
        while self.is_open and (letter := self._source.next()) is not None:
            if not self._source.may_leave(letter):
                self._source.settle(letter, Outcome(Verdict.RETURNED))
                continue
            try:
                self._source.settle(letter, self._keep(letter.envelope))
            except OSError as error:
                # A full disk, say: nobody's fault, and nothing was kept.
                self.is_open = False
                self._source.settle(letter, _unusable(error))
                self._source.closed(self, lost=True)
            await asyncio.sleep(0)

    def _keep(self, envelope: Envelope) -> Outcome:
        head = f"X-Mailbox-Recipient: {envelope.recipient}\r\n".encode()
        handle, draft = tempfile.mkstemp(dir=self._directory, prefix=".incoming-")
        with os.fdopen(handle, "wb") as file:
            file.write(head + envelope.raw)
        os.replace(draft, self._directory / f"{_name(envelope)}.eml")
        return Outcome(Verdict.ACCEPTED, 250, "2.0.0 kept in the built-in mailbox")


def received(directory: Path, address: str | None = None) -> list[ReceivedMail]:
    """Return what arrived, oldest first, for everybody or for one address."""
    mails = [_read(path) for path in directory.glob("*.eml")]
    mails.sort(key=lambda mail: (mail.received_at, mail.path.name))
    return [mail for mail in mails if address is None or mail.address == address]


def _read(path: Path) -> ReceivedMail:
    head, _, raw = path.read_bytes().partition(b"\r\n")
    recipient = head.decode().removeprefix("X-Mailbox-Recipient: ")
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return ReceivedMail(path, recipient, moment, raw)


def _unusable(error: OSError) -> Outcome:
    return Outcome(Verdict.RETURNED, None, str(error)[:1000], Fault.CONNECTION)


def _name(envelope: Envelope) -> str:
    message = message_from_bytes(envelope.raw, policy=policy.SMTP)
    key = f"{envelope.recipient}\0{message['Message-ID']}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]
