"""A real SMTP server on loopback whose answers a test can script."""

import asyncio
import base64
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True)
class Received:
    """One message as it came over the wire, dots unstuffed."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = message_from_bytes(self.raw, policy=policy.SMTP)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Script:
    """What the relay does to one recipient, one entry an attempt; then it accepts.

    `rcpt`, `data` and `dot` hold replies such as "550 5.1.1 no such user", or `drop`
    to hang up instead, or `hang` to say nothing until the client hangs up. Octets
    that are no UTF-8 are written as surrogate escapes. `drop_in_data` hangs up after
    that many octets.
    """

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    dot: list[str] = field(default_factory=list)
    drop_in_data: list[int] = field(default_factory=list)


class Relay:
    """The server: `messages` is what it accepted, `attempts` what was tried."""

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.attempts: Counter[str] = Counter()
        self.connections = 0
        self.scripts: dict[str, Script] = defaultdict(Script)
        self.greeting = "220 relay.example.org ESMTP"
        self.mail_reply = "250 2.1.0 sender ok"
        self.rset_reply = "250 2.0.0 flushed"
        self.delay = 0.0  # seconds before the reply to a final dot
        # Once it has so many messages it answers no final dot until this is None.
        self.holds_at: int | None = None
        self.holding = 0  # final dots that came and are not answered
        # Until it has so many it answers one only when more came behind it.
        self.waits_behind = 0
        self.offers = ["SIZE 10240000", "8BITMIME", "PIPELINING"]
        self.is_naive = False  # says 354 although it refused the recipient
        self.forgets = False  # throws away what came behind a final dot
        self.log: list[str] = []  # every command, as it came
        self.tls: ssl.SSLContext | None = None  # spoken from the first octet
        self.starttls: ssl.SSLContext | None = None  # … or once it is asked for
        self.heard: list[str] = []  # what was said to log in, a line each
        self.accepted_at: list[float] = []  # by the clock on the wall
        self.port = 0
        self._hang_up_after, self._refusals = 0, 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """What to write as SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    def received_by(self, address: str) -> list[Received]:
        """Return what one address got."""
        return [mail for mail in self.messages if mail.recipient == address]

    def hang_up_after(self, messages: int, *, refuse: int) -> None:
        """After that many messages, end every session and refuse the next ones."""
        self._hang_up_after, self._refusals = messages, refuse

    def is_tired(self) -> bool:
        """Whether sessions end and new ones are refused just now."""
        return len(self.messages) >= self._hang_up_after and self._refusals > 0

    def is_holding(self) -> bool:
        """Whether it has all it takes for now."""
        return self.holds_at is not None and len(self.messages) >= self.holds_at

    def hang_up(self) -> None:
        """End every session, from whatever thread."""
        for writer in list(self._open):
            self._loop.call_soon_threadsafe(writer.close)

    async def start(self) -> None:
        """Listen on a free port."""
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(
            self._session, "127.0.0.1", self.port, limit=2**24, ssl=self.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up on everybody."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.close()
        await self._server.wait_closed()

    async def _session(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            if self.is_tired():
                self._refusals -= 1
                writer.write(b"421 4.3.2 too busy, come back later\r\n")
                return
            await _Session(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()


class _Session:
    def __init__(
        self,
        relay: Relay,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.relay, self.reader, self.writer = relay, reader, writer
        self.sender = self.recipient = ""
        self.is_refused = False

    async def run(self) -> None:
        self._reply(self.relay.greeting)
        while line := await self.reader.readline():
            if self.relay.is_tired():
                return
            command = line.decode().strip()
            self.relay.log.append(command)
            verb = command[:4].upper()
            if verb == "QUIT":
                self._reply("221 2.0.0 bye")
                return
            answer = await self._answer(verb, command)
            if answer == "hang":
                await self.reader.read()
            if answer in {"drop", "hang"}:
                return
            if answer:
                self._reply(answer)

    async def _log_in(self, command: str) -> str:
        """Take whatever is said; CRAM-MD5 and LOGIN say it in answer to us."""
        words = command.split()
        heard = words[2:]
        questions = {"CRAM-MD5": 1, "LOGIN": 2 - len(heard)}.get(words[1], 0)
        for _ in range(questions):
            self._reply("334 " + base64.b64encode(b"<1@relay>").decode())
            heard.append((await self.reader.readline()).decode().strip())
        self.relay.heard += [base64.b64decode(each).decode() for each in heard]
        return "235 2.7.0 welcome"

    async def _answer(self, verb: str, command: str) -> str:
        if verb == "MAIL":
            self.sender = _bracketed(command)
            return self.relay.mail_reply
        if verb == "RCPT":
            self.recipient = _bracketed(command)
            answer = _next(self.relay.scripts[self.recipient].rcpt, "250 2.1.5 ok")
            self.is_refused = not answer.startswith("2")
            return answer
        if verb == "DATA":
            return await self._data()
        if verb in {"AUTH", "STAR"}:
            return await self._secure(verb, command)
        return self._small_talk(verb)

    def _small_talk(self, verb: str) -> str:
        if verb == "EHLO":
            *others, last = ["relay.example.org", *self.relay.offers]
            return "".join(f"250-{each}\r\n" for each in others) + f"250 {last}"
        return self.relay.rset_reply if verb == "RSET" else "250 2.0.0 ok"

    async def _secure(self, verb: str, command: str) -> str:
        if verb == "AUTH":
            return await self._log_in(command)
        if verb == "STAR" and self.relay.starttls is not None:
            self._reply("220 2.0.0 go ahead")
            await self.writer.start_tls(self.relay.starttls)
            self.relay.offers.remove("STARTTLS")
            return ""
        return "502 5.5.1 not here"

    async def _data(self) -> str:
        relay, script = self.relay, self.relay.scripts[self.recipient]
        if self.is_refused and not relay.is_naive:
            return "554 5.5.1 no valid recipients"
        relay.attempts[self.recipient] += not self.is_refused
        go_ahead = _next(script.data, "354 go ahead")
        if not go_ahead.startswith("354"):
            return go_ahead
        self._reply(go_ahead)
        if script.drop_in_data:
            await self.reader.read(script.drop_in_data.pop(0))
            return "drop"
        stuffed = await self.reader.readline()
        if stuffed != b".\r\n":
            stuffed += await self.reader.readuntil(b"\r\n.\r\n")
        if relay.forgets:
            await asyncio.sleep(0.01)  # until what is pipelined has arrived
            self.reader._buffer.clear()  # type: ignore[attr-defined]  # as such a relay does
        await self._take_time()
        if self.is_refused:
            return "554 5.5.1 nobody to deliver to"
        answer = _next(script.dot, "250 2.0.0 accepted")
        if answer.startswith("250"):
            raw = (b"\r\n" + stuffed[:-3]).replace(b"\r\n..", b"\r\n.")[2:]
            relay.accepted_at.append(time.time())
            relay.messages.append(Received(self.sender, self.recipient, raw))
        return answer

    async def _take_time(self) -> None:
        relay = self.relay
        relay.holding += 1
        await asyncio.sleep(relay.delay)
        while relay.is_holding() or self._waits_behind():
            await asyncio.sleep(0.005)
        relay.holding -= 1

    def _waits_behind(self) -> bool:
        # What came and was not read yet.
        behind: bytearray = self.reader._buffer  # type: ignore[attr-defined]  # as above
        return len(self.relay.messages) < self.relay.waits_behind and not behind

    def _reply(self, words: str) -> None:
        self.writer.write(words.encode("utf-8", "surrogateescape") + b"\r\n")


def _bracketed(command: str) -> str:
    return command.partition("<")[2].partition(">")[0]


def _next(answers: list[str], usual: str) -> str:
    return answers.pop(0) if answers else usual


@contextmanager
def serving(relay: Relay) -> Iterator[Relay]:
    """Run a relay in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(relay.start(), loop).result(10)
    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(relay.stop(), loop).result(10)
        asyncio.run_coroutine_threadsafe(_drain(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _drain() -> None:
    """Let the sessions that were hung up on come to their end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
