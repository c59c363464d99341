"""What an edition and a row of the ledger froze: all that a message is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Envelope:
    """What an edition froze besides its words; stored as JSON."""

    base_url: str
    list_slug: str
    list_name: str
    list_id: str
    sender_name: str
    sender_address: str
    reply_to: str
    key_id: str
    nonce: str
    timezone: str
    web_url: str  # for everybody; "" when it is not public
    help_url: str
    feedback_id: str
    issue_handle: str
    languages: tuple[str, ...]  # the editions a reader can switch to
    dkim: tuple[str, ...] = ()  # the selectors that sign; none: the relay does
    dkim_strict: bool = False
    # Mailboxes with a place for a token; empty: failures go to the sender, and there
    # is no mailbox for leaving.
    bounce_address: str = ""
    unsubscribe_address: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Envelope":
        """Read what `editions.freeze` stored, perhaps before there were signatures."""
        tuples = {name: tuple(stored.get(name, ())) for name in ("languages", "dkim")}
        return cls(**{**stored, **tuples})


class Reader(NamedTuple):
    """What a ledger row froze about one reader."""

    delivery_id: int
    address: str
    handle: str
    since_on: str  # ISO day
    dated_at: datetime  # the first claim: retries keep it
