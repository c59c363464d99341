"""Recurring issues: rhythms, the drafts they prepare, and what became of each."""

from newsletter.series.drafting import Proposal, propose
from newsletter.series.keeping import (
    Plan,
    add,
    change,
    every,
    get,
    moments_of,
    pause,
    remove,
    resume,
    rule_of,
)
from newsletter.series.moments import Moment, several
from newsletter.series.reminding import remind, withdraw
from newsletter.series.rules import LAST, Rule, canonical, factors, read
from newsletter.series.titles import title_in
from newsletter.series.turns import due, open_draft, prepare_now, take_turn
from newsletter.series.wording import ORDINALS, say, weekday_name

__all__ = [
    "LAST",
    "ORDINALS",
    "Moment",
    "Plan",
    "Proposal",
    "Rule",
    "add",
    "canonical",
    "change",
    "due",
    "every",
    "factors",
    "get",
    "moments_of",
    "open_draft",
    "pause",
    "prepare_now",
    "propose",
    "read",
    "remind",
    "remove",
    "resume",
    "rule_of",
    "say",
    "several",
    "take_turn",
    "title_in",
    "weekday_name",
    "withdraw",
]
