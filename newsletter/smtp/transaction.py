"""What is written for one letter, and what becomes of one that got no reply."""

import re

from newsletter.smtp.lines import Letter
from newsletter.smtp.opening import Offer
from newsletter.smtp.outcomes import Fault, Outcome, Stage, Verdict, lost
from newsletter.smtp.replies import judge

# What a command must be answered with, by the first digit.
GOOD = {Stage.RSET: 2, Stage.MAIL: 2, Stage.RCPT: 2, Stage.DATA: 3, Stage.DOT: 2}
ENVELOPE = (Stage.MAIL, Stage.RCPT, Stage.DATA)
WHOLE = 1 + len(ENVELOPE)  # replies to a body with an envelope behind it
# Their replies are nobody's, and some may be any at all.
NOBODYS = frozenset((Stage.RSET, Stage.QUIT, Stage.LONE_DOT))
ANY_ANSWER = frozenset((Stage.QUIT, Stage.LONE_DOT))

# RFC 5321 §4.1.2: what would end a path, or the line it stands in; and what is
# neither that nor beyond ASCII.
_NO_PATH = re.compile(r"[\x00-\x20\x7f<>]")
_FINE = re.compile(r"[!-;=?-~]+")


def envelope(letter: Letter, offer: Offer) -> bytes:
    """Return MAIL, RCPT and DATA, a line each."""
    to = letter.envelope
    recipient = to.recipient.encode()
    size = b" SIZE=%d" % letter.size if offer.size else b""  # RFC 1870
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


def takes_envelope(replies: bytes) -> bool:
    """Whether these are the replies, a line each, to an envelope that is taken."""
    lines = replies.split(b"\r\n")
    if len(lines) != WHOLE or replies.count(b"\n") != len(ENVELOPE):
        return False
    mail, rcpt, go, end = lines
    return mail[:4] == rcpt[:4] == b"250 " and go[:4] == b"354 " and not end


def problem(letter: Letter, offer: Offer) -> Outcome | None:
    """Return why a relay could not take a letter, known before it is asked."""
    envelope = letter.envelope
    fits = not offer.size or letter.size <= offer.size
    if fits and _FINE.fullmatch(envelope.recipient):
        return None
    if not fits:
        why = f"{letter.size} octets; the relay takes {offer.size} at most"
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
