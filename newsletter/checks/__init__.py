"""What is checked before an issue may go out: findings with a level and a place."""

from newsletter.checks.findings import Check, Finding, Level
from newsletter.checks.listing import CHECKS, Report, count, examine, run
from newsletter.checks.memory import Memory
from newsletter.checks.overriding import Override, describe, require_ready
from newsletter.checks.places import Kind, Place
from newsletter.checks.trying import addresses_of, try_links

__all__ = [
    "CHECKS",
    "Check",
    "Finding",
    "Kind",
    "Level",
    "Memory",
    "Override",
    "Place",
    "Report",
    "addresses_of",
    "count",
    "describe",
    "examine",
    "require_ready",
    "run",
    "try_links",
]
