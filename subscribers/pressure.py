"""How hard the forms are being used: by one network, and by the world."""

import math
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlmodel import Session, col, func, select

from subscribers.models import Request
from subscribers.tokens import KeyRing

HOUR = timedelta(hours=1)
# Requests from one network within an hour before the next is turned away: a stall
# with a shared connection stays below, a script does not.
PER_NETWORK = 60
# The breaker: so many times the usual hour, and never fewer than so many.
_TIMES_USUAL = 20
_NEVER_BELOW = 200
_USUAL_OVER = timedelta(days=7)


def network_of(keys: KeyRing, client: str) -> str | None:
    """Return the keyed hash of a client's /24 or /64: it counts and names nobody."""
    try:
        address = ip_address(client)
    except ValueError:
        return None
    wide = ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False)
    return keys.fingerprint(f"network {wide}")


def is_tired(session: Session, network: str | None, *, now: datetime) -> bool:
    """Whether a network has asked often enough for this hour."""
    if network is None:
        return False
    asked = select(func.count()).where(
        col(Request.network) == network, col(Request.asked_at) > now - HOUR
    )
    return session.exec(asked).one() >= PER_NETWORK


def is_busy(session: Session, *, now: datetime) -> bool:
    """Whether so much is asked that machines must be asking: the breaker trips."""
    count = select(func.count()).select_from(Request)
    lately = session.exec(count.where(col(Request.asked_at) > now - HOUR)).one()
    if lately < _NEVER_BELOW:
        return False
    before = count.where(
        col(Request.asked_at) > now - HOUR - _USUAL_OVER,
        col(Request.asked_at) <= now - HOUR,
    )
    usual = session.exec(before).one() / (_USUAL_OVER / HOUR)
    return lately >= max(_NEVER_BELOW, math.ceil(_TIMES_USUAL * usual))
