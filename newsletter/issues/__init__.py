"""Issues: composed, scheduled, started, paused, ended."""

from newsletter.issues.approval import (
    digest,
    is_approved,
    needs_approval,
    require_approved,
    waits_for_approval,
)
from newsletter.issues.approving import approve, recheck, withdraw_unapproved
from newsletter.issues.changes import can_undo, keep, undo
from newsletter.issues.changes import find as find_change
from newsletter.issues.choosing import available, numbers_of
from newsletter.issues.collecting import (
    collect,
    let_go,
    next_draft,
    open_draft,
    sections_of,
)
from newsletter.issues.composing import (
    EDITABLE,
    add_language,
    aim,
    arrange,
    create,
    find_by_slug,
    get_issue,
    is_under_way,
    list_issues,
    list_sending,
    list_some,
    next_number,
    require_editable,
    was_discarded,
)
from newsletter.issues.describing import About, describe
from newsletter.issues.drafting import create_from_last, last_issue, next_moment
from newsletter.issues.habits import leaving_beside, next_morning, usual_time
from newsletter.issues.holding import attend, hold_restored, hold_unattended
from newsletter.issues.moments import read_moment, readings
from newsletter.issues.placing import Spot, groups_of, move, step
from newsletter.issues.placing import add as add_items
from newsletter.issues.placing import remove as remove_item
from newsletter.issues.sections import (
    add_section,
    move_section,
    name_section,
    remove_section,
)
from newsletter.issues.showing import is_listed, show_to
from newsletter.issues.transitions import (
    cancel,
    discard,
    fail_start,
    finish,
    hold_back,
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
    "EDITABLE",
    "About",
    "Spot",
    "add_items",
    "add_language",
    "add_section",
    "aim",
    "approve",
    "arrange",
    "attend",
    "available",
    "can_undo",
    "cancel",
    "collect",
    "create",
    "create_from_last",
    "describe",
    "digest",
    "discard",
    "fail_start",
    "find_by_slug",
    "find_change",
    "finish",
    "get_issue",
    "groups_of",
    "hold_back",
    "hold_missed",
    "hold_restored",
    "hold_unattended",
    "is_approved",
    "is_listed",
    "is_under_way",
    "keep",
    "last_issue",
    "leased",
    "leaving_beside",
    "let_go",
    "list_issues",
    "list_sending",
    "list_some",
    "move",
    "move_section",
    "name_section",
    "needs_approval",
    "next_draft",
    "next_moment",
    "next_morning",
    "next_number",
    "numbers_of",
    "open_draft",
    "pause",
    "read_moment",
    "readings",
    "recheck",
    "remove_item",
    "remove_section",
    "require_approved",
    "require_editable",
    "resume",
    "schedule",
    "sections_of",
    "show_to",
    "step",
    "still_leased",
    "take_back",
    "take_due",
    "take_over",
    "undo",
    "usual_time",
    "waits_for_approval",
    "was_discarded",
    "withdraw_unapproved",
]
