"""How mail comes in: by pipe, from a mailbox, through a port of our own."""

from newsletter.incoming.mailboxes import Poller, Tally
from newsletter.incoming.receiving import Received, receive

__all__ = ["Poller", "Received", "Tally", "receive"]
