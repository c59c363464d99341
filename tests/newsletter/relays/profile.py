"""A relay with the limits a test is about."""

from typing import Any

from newsletter.relays import Profile


def make_profile(**limits: Any) -> Profile:
    """Return the relay "main" with four connections and the limits that are named."""
    values: dict[str, Any] = {
        "name": "main",
        "address": None,
        "connections": 4,
        "messages_per_connection": 50,
    }
    return Profile(**values | limits)
