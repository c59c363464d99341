"""The ledger: one row per reader and issue, and at every moment they add up."""

from newsletter.deliveries.claiming import Claim, claim, release
from newsletter.deliveries.fanning_out import fan_out, languages_of
from newsletter.deliveries.forgetting import forget
from newsletter.deliveries.recording import Result, live_unknowns, next_attempt, record
from newsletter.deliveries.recovery import cancel_queued, recover, resolve
from newsletter.deliveries.report import (
    Report,
    anything_due,
    count_due,
    next_due,
    of_subscriber,
    status,
)
from newsletter.deliveries.targets import change_segment, remove_segment

__all__ = [
    "Claim",
    "Report",
    "Result",
    "anything_due",
    "cancel_queued",
    "change_segment",
    "claim",
    "count_due",
    "fan_out",
    "forget",
    "languages_of",
    "live_unknowns",
    "next_attempt",
    "next_due",
    "of_subscriber",
    "record",
    "recover",
    "release",
    "remove_segment",
    "resolve",
    "status",
]
