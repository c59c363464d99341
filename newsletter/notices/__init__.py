"""Mail to one person, a reader who did something or an editor: queued and sent."""

from newsletter.notices.compose import compose
from newsletter.notices.outbox import KEPT, forget, purge, send_due
from newsletter.notices.queueing import (
    answer_requests,
    tell_editors,
    tell_left,
    tell_one,
    tell_translated,
    welcome,
)

__all__ = [
    "KEPT",
    "answer_requests",
    "compose",
    "forget",
    "purge",
    "send_due",
    "tell_editors",
    "tell_left",
    "tell_one",
    "tell_translated",
    "welcome",
]
