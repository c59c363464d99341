"""Mail to one person that answers what they did: composed, queued and sent."""

from newsletter.notices.compose import compose
from newsletter.notices.outbox import forget, purge, send_due
from newsletter.notices.queueing import answer_requests, tell_left, welcome

__all__ = [
    "answer_requests",
    "compose",
    "forget",
    "purge",
    "send_due",
    "tell_left",
    "welcome",
]
