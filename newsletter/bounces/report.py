"""What a message that came back says, as a value in our words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from newsletter.smtp.failures import Failure


class Kind(StrEnum):
    """What kind of message it is. Only the first three may change a reader’s state."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"  # the reader pressed "spam" (RFC 5965)
    UNSUBSCRIBE = "unsubscribe"  # sent to a mailbox of List-Unsubscribe
    DELAY = "delay"  # not yet delivered; the relay goes on trying
    DELIVERED = "delivered"  # delivered, relayed or expanded, as a report says
    FEEDBACK = "feedback"  # a feedback report that is no complaint
    AUTHENTICATION = "authentication"  # a mail failed DMARC (RFC 6591)
    DMARC = "dmarc"  # aggregate report
    TLS = "tls"  # aggregate report (RFC 8460)
    RECEIPT = "receipt"  # read, or deleted unread (RFC 8098)
    REJECTION = "rejection"  # a reader's own filter refused it (RFC 5429)
    VACATION = "vacation"
    CHALLENGE = "challenge"  # a person is to prove that they are one
    AUTO_REPLY = "auto reply"
    LEAVING = "leaving"  # a person asks in words to be taken off: for staff
    REPLY = "reply"  # a person's, for staff
    OTHER = "other"

    @property
    def changes_somebody(self) -> bool:
        """Whether a genuine one may change the state of the reader it names."""
        return self in {Kind.BOUNCE, Kind.COMPLAINT, Kind.UNSUBSCRIBE}


class Place(StrEnum):
    """Where in a message a token of ours may stand, the most trusted first."""

    DELIVERED_TO = "delivered to"  # what our own server wrote on the outside
    ADDRESSED_TO = "addressed to"
    ENVELOPE_ID = "envelope id"  # ENVID, as we gave it (RFC 3461)
    RETURN_PATH = "return path"  # of the message that is returned
    FEEDBACK_ID = "feedback id"  # CFBL-Feedback-ID (RFC 9477)
    UNSUBSCRIBE = "unsubscribe"  # List-Unsubscribe of the message that is returned
    MESSAGE_ID = "message id"
    REFERENCE = "reference"  # what an answer says it answers


class Candidate(NamedTuple):
    """A value that may hold a token of ours: nothing is proven before its MAC is."""

    place: Place
    value: str


@dataclass(frozen=True)
class Report:
    """What a message says. Texts are the sender's: hostile, but bounded and plain.

    `candidates` say where to look for the token that alone tells whom it is about;
    no address in a message ever does. `failure` is set for bounces and delays.
    """

    kind: Kind
    failure: Failure | None = None
    status: str = ""  # enhanced, as "5.1.1"
    code: int | None = None  # of the SMTP reply
    diagnostic: str = ""
    feedback: str = ""  # Feedback-Type
    candidates: tuple[Candidate, ...] = ()
    recipients: tuple[str, ...] = ()  # addresses it names; they prove nothing
