"""The door to procrastinate: shares of an issue, queued in PostgreSQL for workers.

A share carries no work of its own: it says that somebody may claim rows of an issue.
Claims decide who sends, so a share that runs twice, or never, does no harm.
"""

from newsletter.tasks.schema import is_outdated, upgrade
from newsletter.tasks.shares import Share, follow, live_workers, offer, rescue
from newsletter.tasks.working import work

__all__ = [
    "Share",
    "follow",
    "is_outdated",
    "live_workers",
    "offer",
    "rescue",
    "upgrade",
    "work",
]
