"""Domains that take no mail are told from silence, by a name server on loopback."""

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from newsletter.domains import Domains

ZONE = {
    ("iana.org.", "NS"): "a.iana-servers.net.",
    ("good.example.", "MX"): "10 mail.good.example.",
    ("null.example.", "MX"): "0 .",
    ("old.example.", "A"): "93.184.215.14",
    ("inside.example.", "A"): "10.0.0.1",
}
EXISTING = {name for name, _ in ZONE}


class NameServer:
    """Answers from the zone; `broken` names get SERVFAIL, `silent` ones nothing."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.asked: list[tuple[str, str]] = []
        self.cut_off = False

    def serve(self) -> None:
        while True:
            wire, peer = self.socket.recvfrom(4096)
            if wire == b"stop":
                return
            answer = self._answer(dns.message.from_wire(wire))
            if answer:
                self.socket.sendto(answer.to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text().lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name.startswith("silent") or self.cut_off:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name.startswith("broken"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in ZONE:
            answer.answer.append(
                dns.rrset.from_text(name, 300, "IN", kind, ZONE[name, kind])
            )
        elif name not in EXISTING:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])


@pytest.fixture
def server() -> Iterator[NameServer]:
    server = NameServer()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as farewell:
        farewell.sendto(b"stop", ("127.0.0.1", server.port))
    thread.join()
    server.socket.close()


@pytest.fixture
def domains(server: NameServer) -> Domains:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = server.port
    resolver.timeout = resolver.lifetime = 0.5
    return Domains(resolver)


@pytest.mark.parametrize(
    ("domain", "refuses"),
    [
        ("good.example", False),
        ("old.example", False),
        ("null.example", True),
        ("inside.example", True),
        ("nowhere.example", True),
        ("broken.example", False),
        ("silent.example", False),
    ],
)
def test_only_a_certain_no_is_a_no(
    domains: Domains, domain: str, *, refuses: bool
) -> None:
    assert domains.refuses_mail(f"dora@{domain}") is refuses


def test_answers_are_remembered(domains: Domains, server: NameServer) -> None:
    for _ in range(5):
        domains.refuses_mail("dora@good.example")

    assert server.asked.count(("good.example.", "MX")) == 1
    assert server.asked.count(("iana.org.", "NS")) == 1


def test_whoever_is_cut_off_says_nothing_about_others(
    domains: Domains, server: NameServer
) -> None:
    server.cut_off = True

    assert not domains.refuses_mail("dora@nowhere.example")
    assert ("nowhere.example.", "MX") not in server.asked
