"""Recurring issues: rhythms, the drafts they prepare, and what became of each."""

from newsletter.series.drafting import Proposal, propose
from newsletter.series.keeping import (
    Plan,
    add,
    every,
    get,
    moments_of,
    pause,
    remove,
    resume,
    rule_of,
)
from newsletter.series.moments import Moment
from newsletter.series.reminding import remind, withdraw
from newsletter.series.titles import title_in
from newsletter.series.turns import due, open_draft, prepare_now, take_turn
from newsletter.series.wording import say

__all__ = [
    "Moment",
    "Plan",
    "Proposal",
    "add",
    "due",
    "every",
    "get",
    "moments_of",
    "open_draft",
    "pause",
    "prepare_now",
    "propose",
    "remind",
    "remove",
    "resume",
    "rule_of",
    "say",
    "take_turn",
    "title_in",
    "withdraw",
]
