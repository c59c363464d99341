"""One session with a relay, one message after the other (RFC 5321, lockstep).

aiosmtplib opens the session (EHLO, STARTTLS, AUTH, certificates). The transaction
is ours, because the ledger must know on which side of the final dot a failure
fell: before it nothing was accepted, after it nobody can tell.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException
from aiosmtplib.response import SMTPResponse

from newsletter.config import Relay
from newsletter.smtp.outcomes import (
    Envelope,
    Fault,
    Outcome,
    RelayUnavailable,
    Stage,
    Verdict,
)
from newsletter.smtp.replies import cleaned, judge


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait per stage, RFC 5321 §4.5.3.2.

    A short wait after the dot makes duplicates (RFC 1047): ten minutes, no less.
    """

    connect: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600


class Connection(Protocol):
    """What the send loop needs of a session, whatever carries it."""

    @property
    def is_open(self) -> bool:
        """Whether the next message can leave at once."""

    async def open(self) -> None:
        """Open the session past EHLO; raises RelayUnavailable."""

    async def deliver(
        self, envelope: Envelope, *, may_leave: Callable[[], bool] = lambda: True
    ) -> Outcome:
        """Hand over one message; never raises for what the relay does.

        `may_leave` is asked once more right before the body and before the final
        dot: a sender that was asleep learns there that its claims are gone.
        """

    async def close(self) -> None:
        """End the session; never raises."""

    def abandon(self) -> None:
        """Hang up unless a final dot has left: its reply is still worth waiting for."""


class RelayConnection:
    """A session over the network."""

    def __init__(
        self, relay: Relay, *, ehlo_name: str, timeouts: Timeouts | None = None
    ) -> None:
        self._relay = relay
        self._ehlo_name = ehlo_name
        self._timeouts = timeouts or Timeouts()
        self._client: aiosmtplib.SMTP | None = None
        self._dirty = False  # an envelope was begun and not ended by a dot
        self._progress = _Progress()

    @property
    def is_open(self) -> bool:
        """Whether the next message can leave at once."""
        return self._client is not None and self._client.is_connected

    async def open(self) -> None:
        """Connect, secure, greet and log in; raises RelayUnavailable with the reply."""
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.username or None,
            password=relay.password or None,
            use_tls=relay.tls == "tls",
            start_tls=relay.tls == "starttls",
            local_hostname=self._ehlo_name,
            timeout=self._timeouts.connect,
        )
        try:
            await client.connect()
            await client.ehlo()
        except SMTPResponseException as error:
            client.close()
            stage = Stage.AUTH if _is_login(error) else Stage.CONNECT
            raise RelayUnavailable(
                judge(stage, error.code, str(error.message))
            ) from error
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            raise RelayUnavailable(_lost(Verdict.RETURNED, str(error))) from error
        except asyncio.CancelledError:
            client.close()
            raise
        self._client = client
        self._dirty = False

    async def close(self) -> None:
        """Say QUIT if the relay still listens, then hang up."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            if client.is_connected:
                await client.quit(timeout=2)
        except (SMTPException, OSError):
            pass
        finally:
            client.close()

    def abandon(self) -> None:
        """Hang up unless a final dot has left: its reply is still worth waiting for."""
        if self._client is not None and self._progress.reached is not Stage.DOT:
            self._client.close()

    async def deliver(
        self, envelope: Envelope, *, may_leave: Callable[[], bool] = lambda: True
    ) -> Outcome:
        """Run one transaction; the first failing reply decides."""
        client = self._client
        if client is None or not client.is_connected:
            return _lost(Verdict.RETURNED, "the connection had closed")
        stage = self._progress = _Progress(may_leave)
        try:
            return await self._transact(client, envelope, stage)
        except SMTPResponseException as error:
            # The relay answered, but not in SMTP.
            client.close()
            return _lost(_after_loss(stage.reached), str(error.message))
        except (SMTPException, OSError) as error:
            client.close()
            return _lost(_after_loss(stage.reached), str(error) or type(error).__name__)
        except UnicodeEncodeError:
            return Outcome(
                Verdict.REJECTED,
                553,
                "5.6.7 the address needs SMTPUTF8, which the relay does not offer",
                Fault.RECIPIENT,
            )
        except asyncio.CancelledError:
            # A half-read reply would be taken for the next reader's.
            client.close()
            raise

    async def _transact(
        self, client: aiosmtplib.SMTP, envelope: Envelope, stage: "_Progress"
    ) -> Outcome:
        recipient = envelope.recipient.encode("ascii")
        if self._dirty and not await self._reset(client):
            return _lost(Verdict.RETURNED, "the relay would not start afresh")
        self._dirty = True
        commands = (
            (Stage.MAIL, 2, self._timeouts.command, self._mail_from(client, envelope)),
            (Stage.RCPT, 2, self._timeouts.command, (b"RCPT TO:<" + recipient + b">",)),
            (Stage.DATA, 3, self._timeouts.data, (b"DATA",)),
        )
        for reached, good, seconds, words in commands:
            stage.reached = reached
            reply = await client.execute_command(*words, timeout=seconds)
            if reply.code // 100 != good:
                return self._refused(client, reached, reply)
        if _has_surplus(client) or not stage.may_leave():
            client.close()
            return _lost(Verdict.RETURNED, "withheld before the message began")
        reply = await self._send_body(client, envelope.raw, stage)
        self._dirty = False
        if reply.code // 100 != 2:
            return self._refused(client, Stage.DOT, reply)
        if _has_surplus(client):
            # A farewell, or an answer to nothing: the next one would be misread.
            client.close()
        return Outcome(Verdict.ACCEPTED, reply.code, cleaned(reply.message))

    async def _reset(self, client: aiosmtplib.SMTP) -> bool:
        reply = await client.execute_command(b"RSET", timeout=self._timeouts.command)
        if reply.code // 100 != 2:
            client.close()
        return client.is_connected

    def _mail_from(
        self, client: aiosmtplib.SMTP, envelope: Envelope
    ) -> tuple[bytes, ...]:
        words = (b"MAIL", b"FROM:<" + envelope.sender.encode("ascii") + b">")
        if client.supports_extension("size"):
            return (*words, b"SIZE=%d" % len(envelope.raw))  # RFC 1870
        return words

    async def _send_body(
        self, client: aiosmtplib.SMTP, raw: bytes, stage: "_Progress"
    ) -> SMTPResponse:
        """Write the message, then the dot by itself.

        The dot goes out only when everything before it is with the kernel, so that
        an empty write buffer after it proves that the dot is too.
        """
        protocol, transport = client.protocol, client.transport
        if protocol is None or transport is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        writer = cast(asyncio.WriteTransport, transport)
        stage.reached = Stage.BODY
        protocol.write(raw if raw.endswith(b"\r\n") else raw + b"\r\n")
        async with asyncio.timeout(self._timeouts.block):
            await _flushed(client, writer)
        if not stage.may_leave():
            raise aiosmtplib.SMTPServerDisconnected("withheld before the final dot")
        protocol.write(b".\r\n")
        if writer.get_write_buffer_size():
            async with asyncio.timeout(self._timeouts.block):
                await _flushed(client, writer)
        stage.reached = Stage.DOT
        return await protocol.read_response(timeout=self._timeouts.dot)

    def _refused(
        self, client: aiosmtplib.SMTP, stage: Stage, reply: SMTPResponse
    ) -> Outcome:
        if reply.code == 421 or not 400 <= reply.code < 600:
            client.close()
        if not 400 <= reply.code < 600:
            return _lost(_after_loss(stage), reply.message)
        return judge(stage, reply.code, reply.message)


@dataclass
class _Progress:
    """How far the present transaction came, readable after an exception."""

    may_leave: Callable[[], bool] = lambda: True
    reached: Stage = Stage.CONNECT


def _has_surplus(client: aiosmtplib.SMTP) -> bool:
    """Whether the relay said more than it was asked; the next reply is then unsafe."""
    return bool(getattr(client.protocol, "_buffer", b""))


async def _flushed(client: aiosmtplib.SMTP, writer: asyncio.WriteTransport) -> None:
    while writer.get_write_buffer_size():
        if not client.is_connected:
            break
        await asyncio.sleep(0.002)
    if not client.is_connected:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")


def _after_loss(reached: Stage) -> Verdict:
    if reached is Stage.DOT:
        return Verdict.UNKNOWN
    return Verdict.DEFERRED if reached is Stage.BODY else Verdict.RETURNED


def _lost(verdict: Verdict, why: str) -> Outcome:
    return Outcome(verdict, None, cleaned(why), Fault.CONNECTION)


def _is_login(error: SMTPResponseException) -> bool:
    return isinstance(error, aiosmtplib.SMTPAuthenticationError)
