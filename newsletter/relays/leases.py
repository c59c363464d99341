"""Share the connections that a relay takes among all senders of a database."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from newsletter.relay_tables import RelayLease
from newsletter.relays import lanes
from newsletter.relays.profiles import Profile

# A sender renews several times in this time, and closes its connections when it could
# not: it is fenced after 20 s.
LEASE = timedelta(seconds=30)


def lease(
    session: Session, profile: Profile, *, holder: str, want: int, now: datetime
) -> int:
    """Return how many connections `holder` may have open until `now` + 30 s.

    Calling again renews. Senders that want connections get equal shares: an answer
    lower than the last one asks the holder to close some, which others get once it
    has called again with a `want` that says it did. Until then they stay its own.
    """
    lanes.lock(session, profile.name, [""])
    others = _live(session, profile, holder, now)
    own = session.get(RelayLease, (profile.name, holder), populate_existing=True)
    free = max(profile.connections - sum(each.connections for each in others), 0)
    fair = _fair(profile, others)
    granted = min(want, free, fair)
    kept = own.connections if own and own.until_at > now else 0
    row = own or RelayLease(
        relay=profile.name, holder=holder, connections=0, wanted=0, until_at=now
    )
    row.connections = max(granted, min(want, kept))
    row.wanted, row.until_at = want, now + LEASE
    session.add(row)
    session.flush()
    return granted


def give_back(session: Session, profile: Profile, *, holder: str) -> None:
    """End a lease: the connections are closed."""
    gone = delete(RelayLease).where(
        col(RelayLease.relay) == profile.name, col(RelayLease.holder) == holder
    )
    session.execute(gone)


def give_back_all(session: Session, holders: Collection[str]) -> None:
    """End every lease of senders that are gone."""
    session.execute(delete(RelayLease).where(col(RelayLease.holder).in_(holders)))


def leased(session: Session, profile: Profile, *, now: datetime) -> int:
    """Return how many connections are given away at `now`."""
    return sum(each.connections for each in _live(session, profile, "", now))


def _live(
    session: Session, profile: Profile, holder: str, now: datetime
) -> Sequence[RelayLease]:
    """Return the leases of others that have not run out."""
    query = select(RelayLease).where(
        RelayLease.relay == profile.name,
        RelayLease.holder != holder,
        RelayLease.until_at > now,
    )
    return session.exec(query.execution_options(populate_existing=True)).all()


def _fair(profile: Profile, others: Sequence[RelayLease]) -> int:
    """Return what is left when each of the others has its share, or what it wants."""
    share = profile.connections // (len(others) + 1)
    reserved = sum(min(each.wanted, share) for each in others)
    return max(share, profile.connections - reserved)
