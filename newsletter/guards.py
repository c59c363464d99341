"""What every clock looks after: that nothing goes on by itself on an uncertain past."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db, deliveries, epochs, issues, sending, tasks
from newsletter.config import Settings
from newsletter.models import Instance, Sender

logger = logging.getLogger(__name__)

# Longer than a restart takes. A folder that joins a database on which nobody ticked
# for so long may be the first one after a backup was brought to new machines.
_SILENCE = timedelta(minutes=10)
# So long may letters wait for a worker before that is worth a word.
UNSERVED_AFTER = timedelta(seconds=60)


def watch(engine: Engine, settings: Settings, *, shares: bool) -> None:
    """Note that the clock lives, and pause what only a person may let go on.

    `shares` says that this process sends nothing unless workers do. Call it before
    anything may leave, then every few seconds.
    """
    with db.writing(engine) as session:
        # One clock at a time, so that of many only the first finds a backup.
        query = select(Instance).where(Instance.id == 1).with_for_update()
        instance = session.exec(query).one()
        now = db.now(session)
        step = epochs.advance(session, settings.data_dir, now=now)
        if _is_restored(session, instance, step, now):
            instance.restored_at = now
            _tell(issues.hold_restored(session, now=now), "the database was restored")
        _attend(session, instance, settings, now=now, shares=shares)
        instance.ticked_at = now
    epochs.remember(settings.data_dir, step)


def is_unserved(session: Session, *, now: datetime) -> bool:
    """Whether letters are due and no worker has lived for a minute."""
    instance = session.get(Instance, 1)
    served_at = instance.served_at if instance else None
    return served_at is not None and served_at < now - UNSERVED_AFTER


def _is_restored(
    session: Session, instance: Instance, step: epochs.Step, now: datetime
) -> bool:
    if step.remembered_at is None:
        silent = instance.ticked_at is not None and instance.ticked_at < now - _SILENCE
        return silent and epochs.has_others(session, step)
    # Somebody found it already, after the last this folder knew: a person may have
    # resumed since.
    known = (
        instance.restored_at is not None and instance.restored_at >= step.remembered_at
    )
    return step.is_behind and not known


def _attend(
    session: Session,
    instance: Instance,
    settings: Settings,
    *,
    now: datetime,
    shares: bool,
) -> None:
    """Hold issues that stood still too long; note which are in somebody's hands."""
    living = _somebody_sends(session, now)
    if not living:
        # A limit of nothing is about starting late; a restart is not standing still.
        limit = max(timedelta(minutes=settings.late_limit), _SILENCE)
        held = issues.hold_unattended(session, now=now, limit=limit)
        _tell(held, "nothing that sends was running")
    served = living or not shares or tasks.live_workers(session) > 0
    running = [issue.id or 0 for issue in issues.list_sending(session)]
    waiting = [i for i in running if not served and _is_due(session, i, now)]
    issues.attend(session, set(running) - set(waiting), now=now)
    if not waiting or instance.served_at is None:
        instance.served_at = now
    elif instance.served_at < now - UNSERVED_AFTER:
        logger.warning(
            "letters of issue %s are due and no worker has lived for a minute: "
            "start `newsletter worker`",
            ", ".join(map(str, waiting)),
        )


def _somebody_sends(session: Session, now: datetime) -> bool:
    alive = col(Sender.heartbeat_at) >= now - sending.DEAD_AFTER
    return session.exec(select(Sender.id).where(alive).limit(1)).first() is not None


def _is_due(session: Session, issue_id: int, now: datetime) -> bool:
    return deliveries.anything_due(session, now=now, issue_id=issue_id)


def _tell(held: Sequence[int], why: str) -> None:
    for issue_id in held:
        logger.warning("issue %s is paused: %s", issue_id, why)
