"""Hand messages to a relay: the only door to aiosmtplib."""

from urllib.parse import urlsplit

from newsletter.config import Settings
from newsletter.smtp.connection import Connection, RelayConnection, Timeouts
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
    "Fault",
    "Outcome",
    "RelayUnavailable",
    "Stage",
    "Timeouts",
    "Verdict",
    "connect",
]


def connect(settings: Settings) -> Connection:
    """Return a session, not yet open, with the relay that SMTP_URL names."""
    if settings.relay is None:
        return MailboxConnection(settings.mailbox_dir)
    return RelayConnection(settings.relay, ehlo_name=_ehlo_name(settings))


def _ehlo_name(settings: Settings) -> str:
    """Return our public name, RFC 5321 §4.1.1.1; never the machine's own (privacy)."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return host if "." in host and not host[0].isdigit() else "[127.0.0.1]"
