"""Shares in the queue: offered, followed by the next one, freed when a worker died."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session

from newsletter.tasks.schema import apart

QUEUE, TASK = "shares", "send a share"
HEARTBEAT_EVERY = 10.0  # seconds
# A worker that was silent for so long is taken for dead.
STALLED_AFTER = timedelta(seconds=30)

_LIVE = text(
    "SELECT count(*) FROM procrastinate.procrastinate_workers"
    " WHERE last_heartbeat > clock_timestamp() - :stalled"
)
_TAKEN = text(
    "SELECT lock FROM procrastinate.procrastinate_jobs"
    " WHERE status IN ('todo', 'doing') AND lock = ANY(:locks)"
)
# A worker in order takes its row away only after its shares; one that was forgotten
# by the next worker's start leaves a share without a worker.
_STALLED = text(
    "DELETE FROM procrastinate_jobs AS job WHERE status = 'doing' AND NOT EXISTS ("
    " SELECT FROM procrastinate_workers AS worker WHERE worker.id = job.worker_id"
    " AND worker.last_heartbeat > clock_timestamp() - :stalled)"
    " RETURNING id"
)


@dataclass(frozen=True)
class Share:
    """The right to claim rows of one issue for a while, one of a few at a time."""

    issue_id: int
    slot: int  # from 0; two shares of one slot never run together

    @property
    def lock(self) -> str:
        """The name by which procrastinate keeps a slot to one share."""
        return f"issue {self.issue_id} share {self.slot}"


def live_workers(session: Session) -> int:
    """Return how many workers have said lately that they live."""
    return int(session.execute(_LIVE, {"stalled": STALLED_AFTER}).scalar_one())


def offer(session: Session, issue_id: int, *, slots: int) -> int:
    """Fill the first `slots` slots of an issue; return how many were empty."""
    wanted = [Share(issue_id, slot) for slot in range(slots)]
    locks = [share.lock for share in wanted]
    taken = set(session.scalars(_TAKEN, {"locks": locks}))
    return _defer(session, [share for share in wanted if share.lock not in taken])


def follow(session: Session, share: Share) -> None:
    """Queue the successor of a share that runs: it waits until this one has ended."""
    _defer(session, [share])


def rescue(session: Session) -> int:
    """Take away the shares that dead workers hold; return how many there were.

    procrastinate leaves them `doing` for ever. Their slots are empty then, and the
    next offer fills those that are still of use.
    """
    with apart(session.connection()):
        stalled = session.execute(_STALLED, {"stalled": STALLED_AFTER}).all()
    return len(stalled)


def _defer(session: Session, shares: Sequence[Share]) -> int:
    """Queue shares in the caller's transaction, but for those that wait already."""
    return sum(_deferred(session, share) for share in shares)


def _deferred(session: Session, share: Share) -> bool:
    # Most commands never queue anything, and this import is not light.
    from procrastinate import App, SyncPsycopgConnector
    from procrastinate.exceptions import AlreadyEnqueued

    app = App(connector=SyncPsycopgConnector())  # never opened: we bring a connection
    try:
        with session.begin_nested(), apart(session.connection()) as driver:
            app.configure_task(
                TASK,
                queue=QUEUE,
                lock=share.lock,
                queueing_lock=share.lock,
                # The first share of every issue comes before the second of any.
                priority=-share.slot,
                connection=driver,
            ).defer(issue_id=share.issue_id, slot=share.slot)
    except AlreadyEnqueued:
        return False
    return True
