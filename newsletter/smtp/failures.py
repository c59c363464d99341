"""What a refusal means, by its status (RFC 3463): for replies and for bounces.

The one table of both; `newsletter.smtp.words` has what they say. A reply adds the
stage it came at (`newsletter.smtp.replies`), a bounce who says so.
"""

from enum import StrEnum

from newsletter.smtp.outcomes import Fault


class Failure(StrEnum):
    """What kind of failure it is, and so what may follow from it."""

    HARD = "hard"  # no such mailbox, and there will be none
    DOMAIN = "domain"  # no such domain, or it takes no mail
    DISABLED = "disabled"  # the mailbox exists, switched off
    SOFT = "soft"  # full, not now, or too little was said
    NETWORK = "network"  # no way there, no answer, given up
    POLICY = "policy"  # content, reputation, block lists
    SENDER = "sender"  # SPF, DKIM, DMARC, reverse DNS, the From domain
    MESSAGE = "message"  # too big, badly formed
    THROTTLE = "throttle"  # too much of ours at once
    CONFIGURATION = "configuration"  # credentials, protocol

    @property
    def fault(self) -> Fault:
        """Whose fault it is, as the ledger keeps it."""
        return _FAULTS.get(self, Fault.RECIPIENT)


_FAULTS = {
    Failure.POLICY: Fault.POLICY,
    Failure.THROTTLE: Fault.POLICY,
    Failure.SENDER: Fault.SENDER,
    Failure.MESSAGE: Fault.MESSAGE,
    Failure.CONFIGURATION: Fault.CONFIGURATION,
}

# 5.y.z, and 5.y for every other z. What is missing says too little.
_STATUS = {
    "1.0": Failure.HARD,
    "1.1": Failure.HARD,
    "1.2": Failure.DOMAIN,
    "1.3": Failure.HARD,
    "1.6": Failure.HARD,
    "1.7": Failure.SENDER,
    "1.8": Failure.SENDER,
    "1.10": Failure.HARD,  # null MX (RFC 7505); Exchange: no such recipient
    "2.1": Failure.DISABLED,
    "2.2": Failure.SOFT,
    "2.3": Failure.MESSAGE,
    "3.2": Failure.SOFT,
    "3.4": Failure.MESSAGE,
    "4": Failure.NETWORK,
    "4.4": Failure.DOMAIN,
    "4.310": Failure.DOMAIN,  # Exchange Online: the DNS knows no such domain
    "6": Failure.MESSAGE,
    "7": Failure.POLICY,
    "7.8": Failure.CONFIGURATION,
    "7.9": Failure.CONFIGURATION,
    "7.11": Failure.CONFIGURATION,
    "7.13": Failure.DISABLED,
    "7.17": Failure.HARD,  # the mailbox has a new owner (RFC 7293)
    "7.18": Failure.HARD,  # so has the domain
    "7.28": Failure.THROTTLE,
}
# DKIM, SPF, DMARC, ARC, reverse DNS, TLS (RFC 7372, 7489, 8461), and Microsoft's.
_SENDER_SECURITY = {*range(20, 28), 29, 30, 40, 509, 515, *range(606, 650)}


def by_status(subject: int, detail: int) -> Failure | None:
    """Return what 5.`subject`.`detail` means, None where it says too little."""
    if subject == 7 and detail in _SENDER_SECURITY:
        return Failure.SENDER
    return _STATUS.get(f"{subject}.{detail}") or _STATUS.get(str(subject))
