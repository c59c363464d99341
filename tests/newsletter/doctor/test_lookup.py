"""The resolver against a real name server on loopback: words, sizes, silence."""

import socket
import struct
import threading
import time
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from newsletter.domains import Answer, Found, Lookup

LONG = " ".join(f'"{letter * 255}"' for letter in "abcdefghijklmnop")
ZONE = {
    ("txt.example.", "TXT"): ['"v=spf1 " "-all"', '"\\255<b>"'],
    ("long.example.", "TXT"): [LONG],
    ("mx.example.", "MX"): ["10 Mail.Example.", "20 x.example."],
    ("null.example.", "MX"): ["0 ."],
    ("a.example.", "A"): ["192.0.2.1"],
    ("alias.example.", "CNAME"): ["txt.example."],
    ("dangling.example.", "CNAME"): ["gone.example."],
    ("loop.example.", "CNAME"): ["pool.example."],
    ("pool.example.", "CNAME"): ["loop.example."],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["Mail.Example."],
}


class NameServer:
    """Answers over UDP and TCP; `broken` names fail, `silent` ones say nothing."""

    def __init__(self) -> None:
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.port = int(self.udp.getsockname()[1])
        self.tcp = socket.create_server(("127.0.0.1", self.port))
        self.tcp_asked: list[str] = []
        self.open = True
        for listener in (self.udp, self.tcp):
            listener.settimeout(0.1)

    def serve_udp(self) -> None:
        while self.open:
            try:
                wire, peer = self.udp.recvfrom(4096)
            except TimeoutError:
                continue
            query = dns.message.from_wire(wire)
            answer = self.answer(query)
            if answer is not None:
                # What does not fit is cut off, with the bit that says so.
                self.udp.sendto(_fitting(answer, query.payload or 512), peer)

    def serve_tcp(self) -> None:
        while self.open:
            try:
                connection, _ = self.tcp.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(1)
                (size,) = struct.unpack("!H", connection.recv(2))
                query = dns.message.from_wire(connection.recv(size))
                self.tcp_asked.append(query.question[0].name.to_text())
                answer = self.answer(query)
                if answer is not None:
                    wire = answer.to_wire()
                    connection.sendall(struct.pack("!H", len(wire)) + wire)

    def answer(self, query: dns.message.Message) -> dns.message.Message | None:
        name = query.question[0].name.to_text().lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        if name.startswith("silent"):
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA | dns.flags.AD
        if name.startswith("broken"):
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        for _ in range(3):
            if (name, "CNAME") not in ZONE:
                break
            target = ZONE[name, "CNAME"]
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", *target))
            name = target[0]
        if (name, kind) in ZONE:
            records = ZONE[name, kind]
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
        elif name not in {each for each, _ in ZONE}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


def _fitting(answer: dns.message.Message, size: int) -> bytes:
    wire = answer.to_wire()
    if len(wire) <= size:
        return wire
    answer.answer.clear()
    answer.flags |= dns.flags.TC
    return answer.to_wire()


@pytest.fixture
def server() -> Iterator[NameServer]:
    server = NameServer()
    threads = [
        threading.Thread(target=serve) for serve in (server.serve_udp, server.serve_tcp)
    ]
    for each in threads:
        each.start()
    yield server
    server.open = False
    for each in threads:
        each.join()
    server.udp.close()
    server.tcp.close()


@pytest.fixture
def lookup(server: NameServer) -> Lookup:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    resolver.timeout = 0.5
    return Lookup(resolver)


@pytest.mark.parametrize(
    ("name", "kind", "found", "values"),
    [
        ("txt.example", "TXT", Found.RECORDS, {"v=spf1 -all", "\\xff<b>"}),
        ("TXT.Example.", "TXT", Found.RECORDS, {"v=spf1 -all", "\\xff<b>"}),
        ("mx.example", "MX", Found.RECORDS, {"10 mail.example", "20 x.example"}),
        ("null.example", "MX", Found.RECORDS, {"0 ."}),
        ("a.example", "A", Found.RECORDS, {"192.0.2.1"}),
        ("1.2.0.192.in-addr.arpa", "PTR", Found.RECORDS, {"mail.example"}),
        ("a.example", "TXT", Found.NO_DATA, set()),
        ("gone.example", "A", Found.NO_NAME, set()),
        ("broken.example", "A", Found.FAILED, set()),
        ("silent.example", "A", Found.TIMEOUT, set()),
        ("loop.example", "A", Found.FAILED, set()),
        ("a..example", "A", Found.NO_NAME, set()),
        ("x" * 64 + ".example", "A", Found.NO_NAME, set()),
        (".".join(["x" * 60] * 6), "A", Found.NO_NAME, set()),
        ("\\400.example", "A", Found.NO_NAME, set()),
        ("", "A", Found.NO_DATA, set()),
    ],
)
def test_what_was_found_is_told_from_what_went_wrong(
    lookup: Lookup, name: str, kind: str, found: Found, values: set[str]
) -> None:
    answer = lookup.ask(name, kind, seconds=0.7)

    if name:
        assert answer.found is found
    assert set(answer.values) == values


def test_a_long_record_is_fetched_over_tcp(lookup: Lookup, server: NameServer) -> None:
    answer = lookup.ask("long.example", "TXT", seconds=2)

    assert server.tcp_asked == ["long.example."]
    assert len(answer.values[0]) == 16 * 255


def test_where_an_alias_leads_is_told(lookup: Lookup) -> None:
    there = lookup.ask("alias.example", "TXT", seconds=1)
    gone = lookup.ask("dangling.example", "TXT", seconds=1)

    assert (there.found, there.alias) == (Found.RECORDS, "txt.example")
    assert (gone.found, gone.alias) == (Found.NO_NAME, "gone.example")
    assert there.authentic


@pytest.mark.parametrize("seconds", [0.3, 1.0])
def test_silence_takes_no_longer_than_allowed(lookup: Lookup, seconds: float) -> None:
    began = time.monotonic()
    answer = lookup.ask("silent.example", "A", seconds=seconds)

    assert answer == Answer(Found.TIMEOUT)
    assert time.monotonic() - began < seconds + 2  # the machine may be busy
    assert lookup.ask("a.example", "A", seconds=0) == Answer(Found.TIMEOUT)


def test_nobody_to_ask_is_a_failure() -> None:
    resolver = dns.resolver.Resolver(configure=False)

    assert Lookup(resolver).ask("a.example", "A", seconds=1).found is Found.FAILED
