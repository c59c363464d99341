"""Forget errands and files that nobody needs any more: both hold personal data."""

import time
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from newsletter.config import Settings
from newsletter.models import Errand, ErrandState
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
    at_rest = col(Errand.state).not_in((ErrandState.QUEUED, ErrandState.RUNNING))
    old = col(Errand.beat_at) < now - _KEPT_FOR
    session.execute(delete(Errand).where(at_rest, old))
