"""Placeholder: the words for what came back (another part is being written)."""

from enum import StrEnum


class Kind(StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"


class Cause(StrEnum):
    HARD = "hard"
    HARD_TWICE = "hard, once more"
    DOMAIN = "domain"
    DISABLED = "disabled"
    SOFT = "soft"
    POLICY = "policy"
    SENDER = "sender"


def cause_of(code: int, reply: str) -> Cause:
    return Cause.HARD if "5.1.1" in reply else Cause.SOFT
