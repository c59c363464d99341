"""Issues: composed, scheduled, started, paused, ended."""

from newsletter.issues.composing import (
    add_language,
    arrange,
    create,
    find_by_slug,
    get_issue,
    is_under_way,
    list_issues,
    list_sending,
)
from newsletter.issues.holding import attend, hold_restored, hold_unattended
from newsletter.issues.moments import read_moment
from newsletter.issues.showing import is_listed, show_to
from newsletter.issues.transitions import (
    cancel,
    fail_start,
    finish,
    hold_missed,
    leased,
    pause,
    resume,
    schedule,
    still_leased,
    take_back,
    take_due,
    take_over,
)

__all__ = [
    "add_language",
    "arrange",
    "attend",
    "cancel",
    "create",
    "fail_start",
    "find_by_slug",
    "finish",
    "get_issue",
    "hold_missed",
    "hold_restored",
    "hold_unattended",
    "is_listed",
    "is_under_way",
    "leased",
    "list_issues",
    "list_sending",
    "pause",
    "read_moment",
    "resume",
    "schedule",
    "show_to",
    "still_leased",
    "take_back",
    "take_due",
    "take_over",
]
