"""Forget errands and files that nobody needs any more: both hold personal data."""

import time
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, tuple_
from sqlmodel import Session, col, delete, select

from newsletter.config import Settings
from newsletter.models import Errand, ErrandChange, ErrandState
from subscribers.importing import UNDO_WITHIN

FILES_FOR = timedelta(days=1)
_KEPT_FOR = UNDO_WITHIN + timedelta(days=1)


def purge(session: Session, settings: Settings, *, now: datetime) -> None:
    """Delete files of yesterday, and errands that can no longer be taken back."""
    if settings.uploads_dir.is_dir():
        oldest = time.time() - FILES_FOR.total_seconds()
        for path in settings.uploads_dir.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
    old = col(Errand.beat_at) < now - _KEPT_FOR
    session.execute(delete(Errand).where(_at_rest(), old))


def purge_changes(session: Session, *, now: datetime, limit: int) -> int:
    """Forget what people were like before a change that is past undoing; count them.

    At most `limit` at once: a change of everybody is as long as the list.
    """
    row = (col(ErrandChange.errand_id), col(ErrandChange.subscriber_id))
    past = (
        select(*row)
        .join(Errand, col(Errand.id) == col(ErrandChange.errand_id))
        .where(_at_rest(), col(Errand.ended_at) < now - UNDO_WITHIN)
        .limit(limit)
    )
    result = session.execute(delete(ErrandChange).where(tuple_(*row).in_(past)))
    assert isinstance(result, CursorResult)  # noqa: S101  # a DELETE always is one
    return result.rowcount


def _at_rest() -> ColumnElement[bool]:
    return col(Errand.state).not_in((ErrandState.QUEUED, ErrandState.RUNNING))
