"""A relay that kills its client, at a stage of its choosing, and keeps its own list.

It is a process of its own, so that what it accepted outlives every sender. The
client tells its process id with a command that no other relay knows.
"""

import asyncio
import hashlib
import multiprocessing
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from typing import cast

# In the order in which a letter passes them. A claim is made once EHLO is answered,
# so the first is before the claim and MAIL after it.
STAGES = ("ehlo", "mail", "rcpt", "data", "body", "dot", "answered")


class Killer:
    """What the driver of a series of kills sees of the relay."""

    def __init__(self) -> None:
        """Share the victim's id, the stage, and how often it passes before it ends."""
        self.victim = cast("Synchronized[int]", multiprocessing.Value("i", 0))
        self.stage = cast("Synchronized[int]", multiprocessing.Value("i", -1))
        self.after = cast("Synchronized[int]", multiprocessing.Value("i", 0))
        self.port = 0
        self._here, self._there = multiprocessing.Pipe()

    def aim(self, stage: str, *, after: int) -> None:
        """Kill the next victim when it passes a stage for the nth time."""
        self.after.value = after
        self.stage.value = STAGES.index(stage)

    def stand_down(self) -> None:
        """Kill nobody any more."""
        self.stage.value = -1

    def accepted(self) -> list[tuple[str, str]]:
        """Return recipient and hash of every message accepted so far, in order."""
        self._here.send("accepted")
        return cast("list[tuple[str, str]]", self._here.recv())

    @contextmanager
    def running(self) -> Iterator["Killer"]:
        """Run the relay until the block ends."""
        process = multiprocessing.Process(
            target=_run, args=(self, self._there), daemon=True
        )
        process.start()
        self.port = self._here.recv()
        try:
            yield self
        finally:
            process.terminate()
            process.join()


def _run(killer: Killer, pipe: Connection) -> None:
    asyncio.run(_serve(killer, pipe))


async def _serve(killer: Killer, pipe: Connection) -> None:
    accepted: list[tuple[str, str]] = []

    async def session(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await _Session(killer, accepted, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def asked() -> None:
        pipe.recv()
        pipe.send(accepted)

    server = await asyncio.start_server(session, "127.0.0.1", 0, limit=2**22)
    asyncio.get_running_loop().add_reader(pipe.fileno(), asked)
    pipe.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


class _Session:
    def __init__(
        self,
        killer: Killer,
        accepted: list[tuple[str, str]],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._killer, self._accepted = killer, accepted
        self._reader, self._writer = reader, writer
        self._recipient = ""

    async def run(self) -> None:
        self._say("220 killer.example.org ESMTP")
        while line := await self._reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                self._pass("ehlo")
                self._say(
                    "250-killer.example.org\r\n250-PIPELINING\r\n250 SIZE 10000000"
                )
            elif verb == b"DATA":
                await self._data()
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                if verb == b"RCPT":
                    self._recipient = (
                        line.partition(b"<")[2].partition(b">")[0].decode()
                    )
                self._pass(verb.decode().lower())
                self._say("250 ok")

    async def _data(self) -> None:
        self._pass("data")
        self._say("354 go ahead")
        begun = await self._reader.readline()
        self._pass("body")
        message = begun + await self._reader.readuntil(b"\r\n.\r\n")
        self._pass("dot")
        # From here on it is ours to deliver, whoever hears of it.
        digest = hashlib.sha256(message).hexdigest()
        self._accepted.append((self._recipient, digest))
        self._say("250 2.0.0 accepted")
        # Nothing stands between the answer and this but the way to the client.
        await asyncio.sleep(random.choice((0, 0, 0.001, 0.02)))  # noqa: S311  # no secret
        self._pass("answered")

    def _pass(self, stage: str) -> None:
        killer = self._killer
        aimed = killer.stage.value
        if aimed < 0 or STAGES[aimed] != stage:
            return
        killer.after.value -= 1
        if killer.after.value <= 0 and killer.victim.value:
            killer.stage.value = -1
            os.kill(killer.victim.value, signal.SIGKILL)
            killer.victim.value = 0

    def _say(self, words: str) -> None:
        self._writer.write(words.encode("ascii") + b"\r\n")
