"""The row that everybody locks before they take slots or connections of a relay."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from newsletter.relay_tables import RelayLane
from subscribers.inserts import insert_absent


def find(session: Session, relay: str) -> dict[str, RelayLane]:
    """Return the lanes of a relay by group, as they stand."""
    query = select(RelayLane).where(RelayLane.relay == relay)
    return {lane.group: lane for lane in session.exec(query)}


def lock(session: Session, relay: str, groups: Sequence[str]) -> dict[str, RelayLane]:
    """Return the lanes of these groups, made where they are missing, all locked.

    Always in the order of their names, so that two who lock never wait for each other.
    """
    found = _locked(session, relay, groups)
    missing = sorted(set(groups) - {lane.group for lane in found})
    if missing:
        rows = [
            {"relay": relay, "group": group, "factor": 1.0, "base": 0}
            for group in missing
        ]
        insert_absent(session, RelayLane, rows)
        found = _locked(session, relay, groups)
    return {lane.group: lane for lane in found}


def _locked(session: Session, relay: str, groups: Sequence[str]) -> list[RelayLane]:
    query = (
        select(RelayLane)
        .where(RelayLane.relay == relay, col(RelayLane.group).in_(groups))
        .order_by(col(RelayLane.group))
        .with_for_update()
        # Another may have changed it since this session last looked.
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query))
