"""Slow down when a relay, or the receivers of a group of domains, ask for it.

A brake halves the rate for ten minutes; then it recovers by a tenth of the whole a
minute. Every sender follows, since the brake is in the database.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from newsletter.relay_tables import RelayLane
from newsletter.relays import lanes
from newsletter.relays.profiles import Profile

HELD = timedelta(minutes=10)
RECOVERS = 0.1  # of the whole rate, a minute
_LEAST = 1 / 32
# Replies that complain together speak of what had left before the brake.
_ONE_COMPLAINT = timedelta(seconds=30)
# What a brake halves where no limit is stated and nobody measured: messages a minute.
_ASSUMED_OF_GROUP = 60
_ASSUMED_OF_RELAY = 600


def brake(
    session: Session, profile: Profile, group: str, *, now: datetime, seen: int = 0
) -> float:
    """Halve the rate of a group, or of the whole relay ("" as group); return the pace.

    For replies such as 421 and 4.7.x. Where no limit is stated there is no rate to
    halve: `seen` is then what this sender handed over in the last minute. Complaints
    within 30 s of a brake are part of it.
    """
    lane = lanes.lock(session, profile.name, [group])[group]
    present = pace_of(lane, now)
    if lane.braked_at and now - lane.braked_at < _ONE_COMPLAINT:
        return present
    if present == 1:
        assumed = _ASSUMED_OF_GROUP if group else _ASSUMED_OF_RELAY
        lane.base = seen or assumed
    lane.braked_at, lane.factor = now, max(present / 2, _LEAST)
    session.add(lane)
    session.flush()
    return lane.factor


def pace(
    session: Session, profile: Profile, group: str = "", *, now: datetime
) -> float:
    """Return the part of its rate at which a group may be served: 1 without a brake."""
    return braked(session, profile, now=now).get(group, 1.0)


def braked(session: Session, profile: Profile, *, now: datetime) -> dict[str, float]:
    """Return the groups under a brake, "" for the whole relay, with their pace.

    A sender that reserves no slots asks this every few seconds: while a group stands
    here, its messages need slots too.
    """
    found = lanes.find(session, profile.name)
    paces = {group: pace_of(lane, now) for group, lane in found.items()}
    return {group: part for group, part in paces.items() if part < 1}


def pace_of(lane: RelayLane, now: datetime) -> float:
    """Return the pace of a lane at `now`."""
    if lane.braked_at is None:
        return 1.0
    recovering = max(now - lane.braked_at - HELD, timedelta(0))
    return min(1.0, lane.factor + RECOVERS * (recovering / timedelta(minutes=1)))
