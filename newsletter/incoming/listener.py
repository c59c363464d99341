"""Take mail for the bounce domain over LMTP (RFC 2033) or SMTP."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine

from newsletter import db
from newsletter.bounces import Kind
from newsletter.config import Door
from newsletter.errors import NewsletterError
from newsletter.incoming.receiving import receive
from subscribers import optout
from subscribers.tokens import KeyRing, Purpose

logger = logging.getLogger(__name__)

_LARGEST = 10_000_000  # octets of a message
_LONGEST_LINE = 100_000  # octets; what breaks the rule of 998 is a report all the same
_CONNECTIONS = 10
_RECIPIENTS = 20  # of one message; a report has one
_PATIENCE = 120.0  # seconds for one command, or for one message
_LONGEST_SESSION = 900.0  # seconds
_SLOWEST_DATABASE = 60.0  # seconds until the sender is asked to come again
_LAST_MESSAGES = 10.0  # seconds that sessions get to finish when we stop
_COMMANDS = {"*": 200}

_UNKNOWN = "550 5.1.1 No such mailbox here"
_LATER = "451 4.3.0 Not taken, please try again later"
_UNREAD = (
    "550 5.7.1 Nobody reads this mailbox: please write to the sender of the letter, "
    "or leave with the link in it"
)
_TAKEN = "250 2.0.0 Taken"


class _Handler:
    """What to say to each command, in the words of aiosmtpd."""

    def __init__(self, engine: Engine, keys: KeyRing, door: Door) -> None:
        """Take messages into a database."""
        self._engine, self._keys = engine, keys
        self._replies_each = door.protocol == "lmtp"
        # SQLite has one writer, and nobody waits for us.
        self._hands = ThreadPoolExecutor(2, thread_name_prefix="incoming")

    async def handle_RCPT(  # noqa: N802  # its name in aiosmtpd
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Let nobody in but who answers a letter of ours."""
        if not self._is_ours(address):
            return _UNKNOWN
        if len(envelope.rcpt_tos) >= _RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802  # its name in aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Answer once it is decided: 250 is said of nothing that could be lost."""
        raw, recipients = envelope.original_content or b"", list(envelope.rcpt_tos)
        work = asyncio.get_running_loop().run_in_executor(
            self._hands, self._take, raw, recipients
        )
        try:
            kinds = await asyncio.wait_for(asyncio.shield(work), _SLOWEST_DATABASE)
            reply = _reply(kinds, envelope.mail_from or "")
        except Exception:  # the loop of a session: it logs and goes on
            logger.exception("a message could not be taken; its sender keeps it")
            reply = _LATER
        # RFC 2033 §4.2: a reply for each recipient.
        return "\r\n".join([reply] * (len(recipients) if self._replies_each else 1))

    async def handle_exception(self, error: Exception) -> str:
        """Ask to come again, whatever went wrong, and say nothing about us."""
        logger.error("a session of the listener failed", exc_info=error)
        return _LATER

    def close(self) -> None:
        """Finish what is being written."""
        self._hands.shutdown(wait=True)

    def _is_ours(self, address: str) -> bool:
        return bool(
            self._keys.find(Purpose.BOUNCE, address)
            or optout.handle_in(self._keys, address)
        )

    def _take(self, raw: bytes, recipients: list[str]) -> set[Kind]:
        with db.writing(self._engine) as session:
            now = db.now(session)
            return {
                receive(session, self._keys, raw, now=now, recipients=[each]).kind
                for each in recipients
            }


def _reply(kinds: set[Kind], sender: str) -> str:
    """Take what was stored or needs nothing; tell people that nobody reads this."""
    if kinds & {Kind.REPLY, Kind.LEAVING} and sender.strip("<>"):
        return _UNREAD
    return _TAKEN


class _Bounded(SMTP):
    """Takes so much and so long, and so many at once."""

    line_length_limit = _LONGEST_LINE

    def __init__(
        self, handler: _Handler, sessions: "set[_Bounded]", **options: Any
    ) -> None:
        """Count among the sessions there are."""
        super().__init__(
            handler,
            data_size_limit=_LARGEST,
            hostname="newsletter",
            ident="ready",
            timeout=_PATIENCE,
            command_call_limit=_COMMANDS,
            **options,
        )
        self._sessions, self._came = sessions, 0
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sessions.add(self)
        line: Any = transport
        if len(self._sessions) > _CONNECTIONS:
            line.write(b"421 4.3.2 Too many connections, please try again later\r\n")
            line.close()
        self._end = self.loop.call_later(_LONGEST_SESSION, line.abort)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.discard(self)
        if self._end:
            self._end.cancel()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        # What is too long is thrown away by aiosmtpd, but not all of it at once.
        self._came += len(data)
        if self._came > _LARGEST + 2 * _LONGEST_LINE and self.transport:
            line: Any = self.transport
            line.abort()
            return
        super().data_received(data)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802  # as its parent
        self._came = 0
        await super().smtp_MAIL(arg)


class _BoundedLmtp(_Bounded, LMTP):
    """The same for LMTP."""


class _Listener:
    """A door in a thread of its own."""

    def __init__(self, engine: Engine, keys: KeyRing, door: Door) -> None:
        """Wait for `start`."""
        self._door, self._handler = door, _Handler(engine, keys, door)
        self._sessions: set[_Bounded] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="listener")
        self._server: asyncio.Server | None = None

    def start(self) -> int:
        """Listen, and return the port; raises OSError when it cannot be had."""
        self._thread.start()
        opening = asyncio.run_coroutine_threadsafe(self._open(), self._loop)
        return opening.result(_PATIENCE)

    def stop(self) -> None:
        """Let nobody in any more, finish the messages under way, and end."""
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        closing.result(_PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._handler.close()
        self._loop.close()

    async def _open(self) -> int:
        kind = _BoundedLmtp if self._door.protocol == "lmtp" else _Bounded
        self._server = await self._loop.create_server(
            lambda: kind(self._handler, self._sessions, loop=self._loop),
            self._door.host,
            self._door.port,
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        until = self._loop.time() + _LAST_MESSAGES
        while self._loop.time() < until and any(map(_is_busy, self._sessions)):
            await asyncio.sleep(0.05)
        for session in list(self._sessions):
            if session.transport:
                session.transport.close()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=1)


def _is_busy(session: _Bounded) -> bool:
    """Whether a sender is handing over a message."""
    return bool(session.envelope and session.envelope.rcpt_tos)


@contextmanager
def listening(engine: Engine, keys: KeyRing, door: Door) -> Iterator[int]:
    """Take mail at a door for the block, and yield the port.

    Raises NewsletterError when the port cannot be had.
    """
    # It names peers and recipients at INFO.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    listener = _Listener(engine, keys, door)
    try:
        yield _started(listener, door)
    finally:
        listener.stop()


def _started(listener: _Listener, door: Door) -> int:
    try:
        return listener.start()
    except OSError as error:
        raise NewsletterError(
            f"Cannot listen on {door.host}, port {door.port}, as "
            f"NEWSLETTER_BOUNCE_LISTEN says: {error.strerror}."
        ) from error
