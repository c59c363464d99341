"""A web server on loopback that answers as told and remembers who asked."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Page:
    """What one path answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0  # seconds between two bytes of the head and the body


@dataclass
class Site:
    """The pages of a server, and the requests it got."""

    port: int
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"


@contextmanager
def site() -> Iterator[Site]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.block_on_close = False
    served = Site(server.server_address[1])
    server.site = served  # type: ignore[attr-defined]  # how the handler finds it
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the standard library's name
        served: Site = self.server.site  # type: ignore[attr-defined]  # set above
        served.asked.append((self.path, dict(self.headers.items())))
        page = served.pages.get(self.path, Page(b"nothing here", 404))
        if page.headers.get("ETag", "-") == self.headers.get("If-None-Match"):
            page = Page(status=304)
        head = {"Content-Length": str(len(page.body)), "Connection": "close"}
        lines = [f"HTTP/1.1 {page.status} So", *_lines(head | page.headers), "", ""]
        self._send("\r\n".join(lines).encode() + page.body, page.drip)
        self.close_connection = True

    def _send(self, data: bytes, drip: float) -> None:
        step = 1 if drip else 65_536
        try:
            for start in range(0, len(data), step):
                self.wfile.write(data[start : start + step])
                self.wfile.flush()
                time.sleep(drip)
        except OSError:
            return  # the reader had enough, as it should

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
        """Say nothing."""


def _lines(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]
