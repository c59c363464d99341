"""A POP3 server on loopback that misbehaves as it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Maildrop:
    """What lies there, and what goes wrong with which message.

    `faults` maps a message's place to `refuse`, `drop` (in the middle of it) or
    `huge` (it says); `at_quit` to `drop` or "".
    """

    messages: list[bytes]
    faults: dict[int, str] = field(default_factory=dict)
    at_quit: str = ""
    at_login: str = "+OK welcome"
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What to write as BOUNCE_MAILBOX."""
        return f"pop3://bounces:sesame@127.0.0.1:{self.port}?tls=none"


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        drop: Maildrop = self.server.drop  # type: ignore[attr-defined]  # set below
        there = dict(enumerate(drop.messages, start=1))
        deleted: set[int] = set()
        self._say("+OK maildrop")
        for line in self.rfile:
            verb, number = self._heard(drop, line)
            if verb == "QUIT":
                self._quit(
                    drop, [each for n, each in there.items() if n not in deleted]
                )
                return
            if verb == "DELE":
                deleted.add(number)
            if verb in {"RETR", "TOP"}:
                if not self._message(drop, number, there[number]):
                    return
            elif verb in {"UIDL", "LIST"}:
                self._table(drop, verb, there)
            else:
                self._say(drop.at_login if verb == "PASS" else "+OK")

    def _heard(self, drop: Maildrop, line: bytes) -> tuple[str, int]:
        words = line.decode("utf-8", "replace").split()
        drop.asked.append(" ".join(words))
        is_about_one = len(words) > 1 and words[1].isdigit()
        return words[0].upper(), int(words[1]) if is_about_one else 0

    def _quit(self, drop: Maildrop, kept: list[bytes]) -> None:
        if drop.at_quit != "drop":
            drop.messages[:] = kept
            self._say("+OK bye")

    def _table(self, drop: Maildrop, verb: str, there: dict[int, bytes]) -> None:
        self._say("+OK")
        for place, raw in there.items():
            size = 20_000_000 if drop.faults.get(place) == "huge" else len(raw)
            said = size if verb == "LIST" else f"uid{hash(raw) & 0xFFFFFFFF:x}"
            self._say(f"{place} {said}")
        self._say(".")

    def _message(self, drop: Maildrop, place: int, raw: bytes) -> bool:
        """Say a message; False once the line is to break."""
        fault = drop.faults.get(place)
        if fault == "refuse":
            self._say("-ERR it is damaged")
            return True
        self._say("+OK")
        stuffed = raw.replace(b"\r\n.", b"\r\n..")
        if fault == "drop":
            self.wfile.write(stuffed[: len(stuffed) // 2])
            return False
        self.wfile.write(stuffed + b"\r\n.\r\n")
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    drop: Maildrop


@contextmanager
def serving(drop: Maildrop) -> Iterator[Maildrop]:
    """Serve a maildrop for the block."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.drop, drop.port = drop, server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield drop
        finally:
            server.shutdown()
            thread.join()
