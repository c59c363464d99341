"""Who is on the other end: the address of a client, through proxies we trust only."""

from collections.abc import Sequence
from ipaddress import ip_address

from fastapi import Request

from newsletter.config import Network


def address_of(request: Request, trusted: Sequence[Network]) -> str:
    """Return the client's address; `X-Forwarded-For` counts from trusted hops alone.

    Every hop appends whom it heard from, so the list is read from its end: the
    first address that is not a trusted proxy's is the client, whatever stands
    before it was written by the client.
    """
    peer = request.client.host if request.client else ""
    told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for hop in (peer, *(each.strip() for each in reversed(told))):
        if not _is_trusted(hop, trusted):
            return hop if hop and _is_address(hop) else peer
    return peer


def _is_trusted(hop: str, trusted: Sequence[Network]) -> bool:
    return _is_address(hop) and any(ip_address(hop) in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
