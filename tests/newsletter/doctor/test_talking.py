"""Talking to real relays and pages on loopback, and to those that say nothing."""

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter import reaching, smtp
from newsletter.config import Relay as Address
from newsletter.doctor.visits import visit
from newsletter.reaching import Miss, Unreachable
from subscribers.clock import utcnow
from tests.newsletter.smtp.test_opening import certificate, speaking_tls
from tests.relay import Relay, serving

__all__ = ["certificate"]  # a fixture


def greet(url: str, seconds: float = 2) -> smtp.Greeting:
    return smtp.greet(Address(url), ehlo_name="news.example.org", seconds=seconds)


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve one connection as `answer` says; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def nothing(connection: socket.socket) -> None:
    """Read until the other side has had enough."""
    while connection.recv(1000):
        pass


def drops(connection: socket.socket) -> None:
    """Say one octet after another, for ever."""
    try:
        while True:
            connection.sendall(b"H")
            time.sleep(0.02)
    except OSError:
        return


# Relays.


def test_what_a_relay_offers_is_read() -> None:
    relay = Relay()
    relay.offers = ["SIZE 5000000", "8BITMIME", "PIPELINING", "AUTH PLAIN CRAM-MD5"]
    with serving(relay):
        said = greet(relay.url)

    assert said.miss is Miss.NONE
    assert said.offers == ("8BITMIME", "AUTH", "PIPELINING", "SIZE")
    assert {*said.methods} == {"PLAIN", "CRAM-MD5"}
    assert (said.size, said.version, said.refused) == (5_000_000, "", "")
    assert not any(word.startswith("MAIL") for word in relay.log)


def test_encryption_and_its_certificate_are_seen(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    relay = Relay()
    relay.offers.append("STARTTLS")
    relay.starttls = speaking_tls(certificate)
    with serving(relay):
        said = greet(f"smtp://u:p@127.0.0.1:{relay.port}?tls=starttls")

    assert said.starttls
    assert said.version.startswith("TLSv1.")
    assert said.expires_at is not None
    assert said.expires_at > utcnow()


def test_a_log_in_that_is_refused_is_told_in_the_relay_s_words() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.sendall(b"220 hi\r\n")
        connection.recv(1000)
        connection.sendall(b"250-hi\r\n250 AUTH PLAIN\r\n")
        connection.recv(1000)
        connection.sendall(b"535 5.7.8 wrong password\r\n")

    with listening(refuse) as port:
        said = greet(f"smtp://u:p@127.0.0.1:{port}?tls=none")

    assert "535" in said.refused
    assert "wrong password" in said.refused


def test_a_relay_without_encryption_gets_no_password(relay: Relay) -> None:
    said = greet(f"smtp://u:p@127.0.0.1:{relay.port}?tls=starttls")

    assert said.miss is Miss.TLS
    assert relay.heard == []


def test_a_certificate_that_nobody_vouches_for_is_told(certificate: Path) -> None:
    relay = Relay()
    relay.tls = speaking_tls(certificate)
    with serving(relay):
        said = greet(f"smtps://u:p@127.0.0.1:{relay.port}")

    assert said.miss is Miss.CERTIFICATE
    assert relay.heard == []


@pytest.mark.parametrize("answer", [nothing, drops])
def test_a_relay_that_does_not_come_to_the_point_is_left(
    answer: Callable[[socket.socket], None],
) -> None:
    began = time.monotonic()
    with listening(answer) as port:
        said = greet(f"smtp://127.0.0.1:{port}?tls=none", seconds=0.5)
        took = time.monotonic() - began

    assert said.miss is Miss.SILENT
    assert took < 10  # the machine may be busy


@pytest.mark.parametrize(
    "words", [b"554 go away\r\n", b"HTTP/1.1 400 Bad\r\n\r\n", b"\xff\x00\r\n", b""]
)
def test_whoever_is_no_relay_is_told(words: bytes) -> None:
    with listening(lambda connection: connection.sendall(words)) as port:
        said = greet(f"smtp://127.0.0.1:{port}?tls=none")

    assert said.miss in {Miss.BROKEN, Miss.SILENT}


def test_nobody_there_and_no_such_name_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert greet(f"smtp://127.0.0.1:{port}?tls=none").miss is Miss.REFUSED
    with pytest.raises(Unreachable) as failure:
        reaching.reach("no-such-name.invalid", 25, seconds=2)
    assert failure.value.miss in {Miss.UNKNOWN, Miss.SILENT}


# Pages.


class _Page(http.server.BaseHTTPRequestHandler):
    heard: list[tuple[str, str]] = []

    def do_GET(self) -> None:  # the name its base class looks for
        self._answer(200)

    def do_HEAD(self) -> None:  # as above
        self._answer(200)

    def do_POST(self) -> None:  # as above
        length = int(self.headers["Content-Length"])
        self.heard.append((self.path, self.rfile.read(length).decode()))
        self._answer(307)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
        pass


@contextmanager
def pages(context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_page_is_asked_as_mail_services_do_and_not_followed() -> None:
    _Page.heard.clear()
    with pages() as port:
        url = f"http://127.0.0.1:{port}/u/token"
        seen = [visit(method, url, 2) for method in ("GET", "HEAD", "POST")]

    assert [each.status for each in seen] == [200, 200, 307]
    assert seen[2].location == "/elsewhere"
    assert _Page.heard == [("/u/token", "List-Unsubscribe=One-Click")]


def test_the_certificate_of_a_page_is_seen(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pages(speaking_tls(certificate)) as port:
        url = f"https://127.0.0.1:{port}/u/token"
        stranger = visit("GET", url, 2)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        known = visit("GET", url, 2)

    assert stranger.miss is Miss.CERTIFICATE
    assert (known.miss, known.status) == (Miss.NONE, 200)
    assert known.version.startswith("TLSv1.")
    assert known.expires_at is not None


@pytest.mark.parametrize("answer", [nothing, drops])
def test_a_page_that_hangs_is_left(answer: Callable[[socket.socket], None]) -> None:
    began = time.monotonic()
    with listening(answer) as port:
        seen = visit("GET", f"http://127.0.0.1:{port}/", 0.5)
        took = time.monotonic() - began

    assert seen.status == 0
    assert seen.miss in {Miss.SILENT, Miss.BROKEN}
    assert took < 10  # the machine may be busy


def test_a_page_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert visit("GET", f"http://127.0.0.1:{port}/", 1).miss is Miss.REFUSED
