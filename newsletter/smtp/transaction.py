"""What is written for one letter, and what becomes of one that got no reply."""

import re

from newsletter.smtp.lines import Letter
from newsletter.smtp.opening import Offer
from newsletter.smtp.outcomes import Fault, Outcome, Stage, Verdict, lost
from newsletter.smtp.replies import judge

# RFC 5321 §4.1.2: what would end a path, or the line it stands in.
_NO_PATH = re.compile(r"[\x00-\x20\x7f<>]")


def envelope(letter: Letter, offer: Offer) -> bytes:
    """Return MAIL, RCPT and DATA, a line each."""
    to = letter.envelope
    recipient = to.recipient.encode()
    size = b" SIZE=%d" % len(to.raw) if offer.size else b""  # RFC 1870
    utf8 = b"" if to.recipient.isascii() else b" SMTPUTF8"
    if offer.dsn:
        # RFC 3461: headers are enough, and only failures are wanted.
        size += b" RET=HDRS" + (b" ENVID=" + to.id.encode() if to.id else b"")
        notify = b" NOTIFY=FAILURE"
    else:
        notify = b""
    return b"MAIL FROM:<%b>%b%b\r\nRCPT TO:<%b>%b\r\nDATA\r\n" % (
        to.sender.encode("ascii"),
        size,
        utf8,
        recipient,
        notify,
    )


def problem(letter: Letter, offer: Offer) -> Outcome | None:
    """Return why a relay could not take a letter, known before it is asked."""
    envelope = letter.envelope
    if offer.size and len(envelope.raw) > offer.size:
        why = f"{len(envelope.raw)} octets; the relay takes {offer.size} at most"
        return Outcome(Verdict.HELD, None, why, Fault.MESSAGE)
    if not envelope.recipient.isascii() and not offer.utf8:
        why = "5.6.7 the address needs SMTPUTF8, which the relay does not offer"
        return Outcome(Verdict.REJECTED, 553, why, Fault.RECIPIENT)
    if _NO_PATH.search(envelope.recipient):
        why = "5.1.3 the address holds a character that no address may hold"
        return Outcome(Verdict.REJECTED, 553, why, Fault.RECIPIENT)
    return None


def after_loss(letter: Letter, why: str) -> Outcome:
    """Return what became of a letter whose connection broke."""
    if letter.refusal is not None:
        return judge(*letter.refusal)
    if letter.stage is Stage.DOT:
        return lost(Verdict.UNKNOWN, why)
    if letter.stage is Stage.BODY:
        return lost(Verdict.DEFERRED, why)
    return lost(Verdict.RETURNED, why)
