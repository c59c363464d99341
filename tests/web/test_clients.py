from ipaddress import ip_network

import pytest
from fastapi import Request

from newsletter.web.clients import address_of

PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1/128")]


def request(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("::1", ["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", ["<script>"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_speak_for_a_client(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert address_of(request(peer, *forwarded), PROXIES) == client


def test_without_proxies_nobody_speaks_for_anybody() -> None:
    told = request("127.0.0.1", "198.51.100.1")

    assert address_of(told, []) == "127.0.0.1"
