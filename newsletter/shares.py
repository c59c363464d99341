"""Hand an issue out in shares, and send one share: how many machines send together."""

import logging
import threading

from sqlalchemy import Engine

from newsletter import db, deliveries, sending, tasks
from newsletter.config import Settings
from newsletter.tasks import Share

logger = logging.getLogger(__name__)


def hand_out(engine: Engine, settings: Settings) -> None:
    """Offer each issue with due rows as many shares as there are workers for them."""
    with db.reading(engine) as session:
        workers = tasks.live_workers(session)
        # A share is of use while there is a window of rows for it.
        window = 2 * settings.connections
        due = deliveries.count_due(session, now=db.now(session), limit=workers * window)
    if not workers or not due:
        return
    with db.writing(engine) as session:
        for issue_id, rows in due.items():
            slots = min(workers, -(-rows // window))
            tasks.offer(session, issue_id, slots=slots)


def send_share(
    engine: Engine, settings: Settings, share: Share, *, stop: threading.Event
) -> None:
    """Send rows of the issue until none is due or `stop` is set; queue the next share.

    One that moved nothing has no successor of its own: what is due is held by others
    for now, and the clock looks again.
    """
    sent = sending.send(engine, settings, stop=stop, issue_id=share.issue_id)
    if not sent.settled:
        return
    with db.writing(engine) as session:
        now = db.now(session)
        if deliveries.anything_due(session, now=now, issue_id=share.issue_id):
            tasks.follow(session, share)


def rescue(engine: Engine) -> None:
    """Free the shares of workers that are gone."""
    with db.writing(engine) as session:
        freed = tasks.rescue(session)
    if freed:
        logger.warning("%s shares of a worker that stopped are free again", freed)
