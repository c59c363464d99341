"""A line between a poller and its mailbox, on which the poller dies when told to."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Line:
    """Passes everything on, until the aimed command comes for the nth time.

    Then the victim is killed: when it has `asked`, and the server does not hear it;
    when the server has `answered`, which the victim does not hear; or when it has
    `heard` the answer.
    """

    server: int  # its port
    has_tags: bool  # IMAP; without, whatever the server says next is the answer
    port: int = 0
    victim: int = 0
    command: bytes = b""
    when: str = ""
    left: int = 0
    kills: int = 0
    _answer: bytes = field(default=b"", init=False)

    def aim(self, command: str, when: str, *, nth: int) -> None:
        """Say where the next victim dies."""
        self.command, self.when, self.left = command.encode(), when, nth
        self._answer = b""

    def forward(self, client: socket.socket) -> None:
        """Pass on what one client says, and what it is answered."""
        with client, socket.create_connection(("127.0.0.1", self.server)) as server:
            back = threading.Thread(target=self._back, args=(server, client))
            back.start()
            with suppress(OSError):
                self._there(client, server)
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            back.join()

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        for line in client.makefile("rb"):
            if self._is_aimed(line) and self.when == "asked":
                self._kill()
                return
            server.sendall(line)

    def _is_aimed(self, line: bytes) -> bool:
        if not self.command or self.command not in line.upper():
            return False
        self.left -= 1
        if self.left:
            return False
        self._answer = line.split()[0] + b" OK" if self.has_tags else b""
        if self.when == "asked":
            return True
        self.command = b"answer"  # what follows is that
        return False

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(65536):
                is_it = self.command == b"answer" and self._answer in chunk
                if is_it and self.when == "answered":
                    self._kill()
                    return
                client.sendall(chunk)
                if is_it:
                    self._kill()
                    return

    def _kill(self) -> None:
        self.command = b""
        self.kills += 1
        os.kill(self.victim, signal.SIGKILL)


@contextmanager
def laid(server: int, *, has_tags: bool) -> Iterator[Line]:
    """Lay a line to a port, for the block."""
    line = Line(server, has_tags)
    door = socket.create_server(("127.0.0.1", 0))
    line.port = door.getsockname()[1]
    sessions: list[threading.Thread] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = door.accept()
                session = threading.Thread(target=line.forward, args=(client,))
                session.start()
                sessions.append(session)

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield line
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        accepting.join()
        for session in sessions:
            session.join(20)
