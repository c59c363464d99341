import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks import relays
from benchmarks.sink import Manner

ENVELOPE = b"MAIL FROM:<news@example.org>\r\nRCPT TO:<%b>\r\nDATA\r\n"
ANNE = ENVELOPE % b"anne@example.org"
BART = ENVELOPE % b"bart@example.org"
BODY = b"Subject: x\r\n\r\nNews\r\n"


@contextmanager
def talking(sink: relays.Sink) -> Iterator[socket.socket]:
    address = ("127.0.0.1", sink.port)
    with socket.create_connection(address, timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert replies(connection, 1) == ["220"]
        yield connection


def replies(connection: socket.socket, many: int) -> list[str]:
    """Read so many lines; return their codes."""
    data = b""
    while data.count(b"\r\n") < many:
        more = connection.recv(65536)
        assert more, data
        data += more
    lines = data.decode().splitlines()
    assert len(lines) == many, lines
    return [line[:3] for line in lines]


def test_it_offers_pipelining_unless_told_not_to() -> None:
    for offered in (True, False):
        with relays.ours(Manner(pipelining=offered)) as sink, talking(sink) as client:
            client.sendall(b"EHLO client.example.org\r\n")
            said = client.recv(65536)

        assert (b"PIPELINING" in said) is offered
        assert b"250-SIZE " in said
        assert said.endswith(b"250 8BITMIME\r\n")


def test_the_next_envelope_may_come_with_the_dot() -> None:
    with relays.ours(Manner(keep=True)) as sink, talking(sink) as client:
        client.sendall(ANNE)
        first = replies(client, 3)
        client.sendall(BODY + b".\r\n" + BART)
        second = replies(client, 4)
        client.sendall(BODY + b".\r\nQUIT\r\n")
        third = replies(client, 2)
        counts = sink.counts()

    assert first == ["250", "250", "354"]
    assert second == ["250", "250", "250", "354"]
    assert third == ["250", "221"]
    assert counts["recipients"] == {"anne@example.org": 1, "bart@example.org": 1}


def test_lockstep_gets_a_reply_to_each_line() -> None:
    with relays.ours(Manner(pipelining=False)) as sink, talking(sink) as client:
        said = []
        for line in ANNE.splitlines(keepends=True):
            client.sendall(line)
            said += replies(client, 1)
        client.sendall(BODY + b".\r\n")
        said += replies(client, 1)

        assert said == ["250", "250", "354", "250"]
        assert sink.counts()["messages"] == 1


@pytest.mark.parametrize("step", [1, 2, 3, 4, 7])
def test_a_dot_is_found_wherever_chunks_end(step: int) -> None:
    # Neither a dot that begins a line nor one that ends it is the last.
    body = b".\r.\n..\r\nNews.\r\n..\r\n"
    stream = body + b".\r\n" + BART

    with relays.ours() as sink, talking(sink) as client:
        client.sendall(ANNE)
        replies(client, 3)
        for start in range(0, len(stream), step):
            client.sendall(stream[start : start + step])
            time.sleep(0.001)
        said = replies(client, 4)
        counts = sink.counts()

    assert said == ["250", "250", "250", "354"]
    assert (counts["messages"], counts["bytes"]) == (1, len(body))


def test_an_empty_message_is_a_lone_dot() -> None:
    with relays.ours() as sink, talking(sink) as client:
        client.sendall(ANNE)
        replies(client, 3)
        client.sendall(b".\r\n")

        assert replies(client, 1) == ["250"]
        assert sink.counts()["bytes"] == 0


def test_replies_leave_after_the_latency_and_in_order() -> None:
    with relays.ours(Manner(latency=0.05)) as sink, talking(sink) as client:
        client.sendall(ANNE)
        begun = time.monotonic()
        said = replies(client, 3)
        took = time.monotonic() - begun

    assert said == ["250", "250", "354"]
    assert 0.05 <= took < 30


def test_scripted_replies_go_to_whom_they_are_meant_for() -> None:
    manner = Manner(
        rcpt={"anne@example.org": "550 5.1.1 no such user"},
        dot={"bart@example.org": "451 4.3.0 later"},
    )

    with relays.ours(manner) as sink, talking(sink) as client:
        client.sendall(ANNE)
        refused = replies(client, 3)
        client.sendall(BART)
        replies(client, 3)
        client.sendall(BODY + b".\r\n")
        deferred = replies(client, 1)
        counts = sink.counts()

    assert refused == ["250", "550", "503"]
    assert deferred == ["451"]
    assert (counts["messages"], counts["refused"]) == (0, 1)


def test_every_third_message_can_be_refused() -> None:
    said = []
    with relays.ours(Manner(every=3)) as sink, talking(sink) as client:
        for _ in range(6):
            client.sendall(ANNE)
            replies(client, 3)
            client.sendall(BODY + b".\r\n")
            said += replies(client, 1)
        counts = sink.counts()

    assert said == ["250", "250", "451", "250", "250", "451"]
    assert counts["messages"] == 4
    assert counts["connections"] == 1
    assert 1 <= counts["most"] <= 4
