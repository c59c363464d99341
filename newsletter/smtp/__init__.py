"""Hand messages to a relay: the only door to aiosmtplib."""

from urllib.parse import urlsplit

from newsletter.config import Relay, Settings
from newsletter.smtp.asking import Greeting, greet
from newsletter.smtp.connection import RelayConnection
from newsletter.smtp.failures import Failure
from newsletter.smtp.lines import (
    Connection,
    Letter,
    Manners,
    Mode,
    Source,
    Timeouts,
)
from newsletter.smtp.mailbox import MailboxConnection
from newsletter.smtp.outcomes import (
    Envelope,
    Fault,
    Outcome,
    RelayUnavailable,
    Stage,
    Verdict,
)

__all__ = [
    "Connection",
    "Envelope",
    "Failure",
    "Fault",
    "Greeting",
    "Letter",
    "Manners",
    "Mode",
    "Outcome",
    "RelayUnavailable",
    "Source",
    "Stage",
    "Timeouts",
    "Verdict",
    "connect",
    "ehlo_name",
    "greet",
]


def connect(
    settings: Settings,
    source: Source,
    *,
    relay: Relay | None,
    messages: int,
    manners: Manners | None = None,
) -> Connection:
    """Return a session, not yet open, with a relay; None is the built-in mailbox.

    It closes after so many `messages`. `manners` is shared by the sessions of one
    relay, so that each learns from all.
    """
    if relay is None:
        return MailboxConnection(settings.mailbox_dir, source)
    return RelayConnection(
        relay,
        source,
        ehlo_name=ehlo_name(settings),
        manners=manners,
        messages=messages,
    )


def ehlo_name(settings: Settings) -> str:
    """Return our public name, RFC 5321 §4.1.1.1; never the machine's own (privacy)."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return host if "." in host and not host[0].isdigit() else "[127.0.0.1]"
