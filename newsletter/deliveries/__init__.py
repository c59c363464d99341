"""The ledger: one row per reader and issue, and at every moment they add up."""

from newsletter.deliveries.accepting import Accepted
from newsletter.deliveries.claiming import (
    Claim,
    Queue,
    being_sent,
    claim,
    put_off,
    queues,
    release,
    retry,
)
from newsletter.deliveries.explained import Explained, explain
from newsletter.deliveries.fanning_out import (
    close_list,
    fan_out,
    languages_of,
    unlisted,
)
from newsletter.deliveries.forgetting import forget
from newsletter.deliveries.providers import by_domain
from newsletter.deliveries.quick import QuickTurns, Taken, quick_turns
from newsletter.deliveries.recording import Result, live_unknowns, next_attempt, record
from newsletter.deliveries.recovery import (
    cancel_queued,
    let_go,
    recover,
    resolve,
    undecided,
)
from newsletter.deliveries.report import (
    Counts,
    Report,
    anything_due,
    anything_due_again,
    count_due,
    next_due,
    of_subscriber,
    status,
)
from newsletter.deliveries.targets import change_segment, remove_segment
from newsletter.deliveries.trials import Trial, claim_trial, trial
from newsletter.deliveries.turns import Turns

__all__ = [
    "Accepted",
    "Claim",
    "Counts",
    "Explained",
    "Queue",
    "QuickTurns",
    "Report",
    "Result",
    "Taken",
    "Trial",
    "Turns",
    "anything_due",
    "anything_due_again",
    "being_sent",
    "by_domain",
    "cancel_queued",
    "change_segment",
    "claim",
    "claim_trial",
    "close_list",
    "count_due",
    "explain",
    "fan_out",
    "forget",
    "languages_of",
    "let_go",
    "live_unknowns",
    "next_attempt",
    "next_due",
    "of_subscriber",
    "put_off",
    "queues",
    "quick_turns",
    "record",
    "recover",
    "release",
    "remove_segment",
    "resolve",
    "retry",
    "status",
    "trial",
    "undecided",
    "unlisted",
]
