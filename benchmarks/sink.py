"""An SMTP server in a process of its own that accepts everything and keeps nothing.

`python -m benchmarks.sink --port 2525` runs one by hand: a line on its input makes it
print its counts, and the end of the input ends it. It shares the processors with what
is measured, so it does as little as it can: one search in C through every chunk for
the final dot, and one write for all replies to a chunk.
"""

import argparse
import asyncio
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import cast

import uvloop

_GREETING = b"220 sink.example.org ESMTP\r\n"
_OK = b"250 2.0.0 ok\r\n"
_GO_AHEAD = b"354 go ahead\r\n"
_BYE = b"221 2.0.0 bye\r\n"
_NOBODY = b"503 5.5.1 nobody to send to\r\n"
_DOT = b"\r\n.\r\n"
_SIZE = 26_214_400


@dataclass(frozen=True)
class Manner:
    """How a sink behaves; the default accepts all, at once."""

    pipelining: bool = True
    latency: float = 0  # seconds from what came in to the reply to it
    keep: bool = False  # count per recipient
    # Replies to RCPT and to the final dot, by recipient, instead of 250.
    rcpt: Mapping[str, str] = field(default_factory=dict)
    dot: Mapping[str, str] = field(default_factory=dict)
    # Every so many messages get this reply to their dot; 0: none does.
    every: int = 0
    reply: str = "451 4.3.0 later"

    @property
    def reads_recipients(self) -> bool:
        """Whether it matters to whom a message goes."""
        return bool(self.keep or self.rcpt or self.dot)


class Counts:
    """What came in so far."""

    def __init__(self) -> None:
        self.messages = 0  # accepted
        self.refused = 0  # at the dot
        self.bytes = 0  # of messages, without their final dot
        self.connections = 0
        self.first_at = 0.0  # of the first message, by time.monotonic()
        self.last_at = 0.0
        self.most = 0  # messages within one second of the clock on the wall
        self.recipients: Counter[str] = Counter()
        self._second, self._in_second = 0, 0

    def count(self, size: int) -> None:
        """Note an accepted message."""
        self.messages += 1
        self.bytes += size
        self.last_at = time.monotonic()
        self.first_at = self.first_at or self.last_at
        second = int(time.time())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        self.most = max(self.most, self._in_second)

    def as_json(self) -> str:
        """Return them in one line."""
        shown = {k: v for k, v in vars(self).items() if not k.startswith("_")}
        cpu = time.process_time()
        return json.dumps({**shown, "cpu": cpu})


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, manner: Manner, counts: Counts) -> None:
        self._manner, self._counts = manner, counts
        self._reads_recipients = manner.reads_recipients
        self._replies: list[bytes] = []
        self._late: deque[bytes] = deque()
        self._in_body = False
        self._rest = b""  # of a command whose end has not come
        self._tail = b""  # the last octets of the body so far: a dot may be cut
        self._size = 0
        self._has_recipient = False
        self._recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast(asyncio.Transport, transport)
        self._counts.connections += 1
        self._replies.append(_GREETING)
        self._answer()

    def data_received(self, data: bytes) -> None:
        """Read whatever came, commands and bodies, and answer all of it at once."""
        while data:
            data = self._body(data) if self._in_body else self._commands(data)
        if self._replies:
            self._answer()

    def _body(self, data: bytes) -> bytes:
        """Look for the final dot; return what follows it."""
        # It may have begun in the chunk before, which is not searched again.
        joint = self._tail + data[:4]
        found = joint.find(_DOT)
        end = found + 5 - len(self._tail)
        if found < 0:
            found = data.find(_DOT)
            end = found + 5
        if found < 0:
            self._size += len(data)
            self._tail = data[-4:] if len(data) >= 4 else joint[-4:]
            return b""
        self._size += end - 3  # the dot's own line is no part of it
        self._in_body = False
        self._replies.append(self._verdict())
        return data[end:]

    def _verdict(self) -> bytes:
        counts, manner = self._counts, self._manner
        refusal = manner.dot.get(self._recipient) if manner.dot else None
        if manner.every and (counts.messages + counts.refused + 1) % manner.every == 0:
            refusal = manner.reply
        if refusal:
            counts.refused += 1
            return f"{refusal}\r\n".encode()
        counts.count(self._size)
        if manner.keep:
            counts.recipients[self._recipient] += 1
        return _OK

    def _commands(self, data: bytes) -> bytes:
        """Answer every whole line; return the body that follows DATA."""
        data = self._rest + data
        self._rest = b""
        while data:
            line, end, rest = data.partition(b"\n")
            if not end:
                self._rest = data
                return b""
            self._command(line)
            data = rest
            if self._in_body:
                break
        return data

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        reply = _OK
        if verb == b"RCPT":
            reply = self._rcpt(line)
        elif verb == b"DATA":
            reply = self._data()
        elif verb == b"EHLO":
            reply = self._ehlo()
        elif verb == b"QUIT":
            reply = _BYE
        elif verb in {b"MAIL", b"RSET"}:
            self._has_recipient = False
        self._replies.append(reply)

    def _rcpt(self, line: bytes) -> bytes:
        if self._reads_recipients:
            self._recipient = line[9:].partition(b">")[0].decode("utf-8", "replace")
            refusal = self._manner.rcpt.get(self._recipient)
            if refusal:
                return f"{refusal}\r\n".encode()
        self._has_recipient = True
        return _OK

    def _data(self) -> bytes:
        if not self._has_recipient:
            return _NOBODY
        self._has_recipient, self._in_body = False, True
        self._size, self._tail = 0, b"\r\n"
        return _GO_AHEAD

    def _ehlo(self) -> bytes:
        offered = ["sink.example.org", f"SIZE {_SIZE}", "ENHANCEDSTATUSCODES"]
        offered += ["PIPELINING"] if self._manner.pipelining else []
        lines = [f"250-{word}" for word in offered]
        return "\r\n".join([*lines, "250 8BITMIME\r\n"]).encode()

    def _answer(self) -> None:
        reply = b"".join(self._replies)
        self._replies.clear()
        if not self._manner.latency:
            self._write(reply)
            return
        self._late.append(reply)
        loop = asyncio.get_running_loop()
        # Timers of the same moment come in no order; replies must.
        loop.call_later(self._manner.latency, self._write_late)

    def _write_late(self) -> None:
        self._write(self._late.popleft())

    def _write(self, reply: bytes) -> None:
        self._transport.write(reply)
        if reply.endswith(_BYE):
            self._transport.close()


async def _serve(manner: Manner, listener: socket.socket) -> None:
    counts, ended = Counts(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked() -> None:
        if not os.read(0, 1024):
            loop.remove_reader(0)
            ended.set()
        else:
            print(counts.as_json(), flush=True)

    server = await loop.create_server(
        lambda: Session(manner, counts), sock=listener, backlog=256
    )
    print(listener.getsockname()[1], flush=True)
    loop.add_reader(0, asked)
    await ended.wait()
    server.close()


def _loop(manner: Manner) -> asyncio.AbstractEventLoop:
    if not manner.latency:
        return uvloop.new_event_loop()
    # select() counts microseconds; epoll and libuv whole milliseconds.
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def command(manner: Manner) -> list[str]:
    """Return the words that start a sink which behaves like this."""
    return [sys.executable, "-m", "benchmarks.sink", json.dumps(asdict(manner))]


def main(words: Iterable[str] | None = None) -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manner", nargs="?", default="{}", help="a Manner, as JSON")
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args(None if words is None else list(words))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    manner = Manner(**json.loads(wanted.manner))
    with socket.create_server(("127.0.0.1", wanted.port)) as listener:
        loop = _loop(manner)
        loop.run_until_complete(_serve(manner, listener))


if __name__ == "__main__":
    main()
