"""An SMTP server that answers late, as over a long line, and keeps nothing."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_EHLO = b"250-sink.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 8BITMIME"
_REPLIES = {
    b"EHLO": _EHLO,
    b"DATA": b"354 go ahead",
    b"QUIT": b"221 2.0.0 bye",
}


@contextmanager
def running(*, latency: float) -> Iterator[int]:
    """Run the sink and say its port; `latency` is one round trip in seconds."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_run, args=(there, latency), daemon=True)
    process.start()
    try:
        yield int(here.recv())
    finally:
        process.terminate()
        process.join()


def _run(pipe: Connection, latency: float) -> None:
    asyncio.run(_serve(pipe, latency))


async def _serve(pipe: Connection, latency: float) -> None:
    async def session(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await _session(reader, writer, latency)

    server = await asyncio.start_server(session, "127.0.0.1", 0, limit=2**24)
    pipe.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


async def _session(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, latency: float
) -> None:
    loop = asyncio.get_running_loop()

    def reply(words: bytes) -> None:
        # Each by itself: replies to commands that came together leave together.
        loop.call_later(latency, _write, writer, words + b"\r\n")

    reply(b"220 sink.example.org ESMTP")
    try:
        while line := await reader.readline():
            verb = line[:4].strip().upper()
            reply(_REPLIES.get(verb, b"250 2.0.0 ok"))
            if verb == b"DATA":
                await reader.readuntil(b"\r\n.\r\n")
                reply(b"250 2.0.0 accepted")
            if verb == b"QUIT":
                await asyncio.sleep(2 * latency)
                break
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def _write(writer: asyncio.StreamWriter, words: bytes) -> None:
    if not writer.is_closing():
        writer.write(words)
