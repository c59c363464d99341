"""Read an SMTP reply: whose fault it is, and what becomes of the delivery.

Enhanced status codes (RFC 3463, 5248, 7372, 7505) decide where the relay gives
one, the stage of the transaction next, the words of the reply last.
"""

import re

from newsletter.smtp.outcomes import Fault, Outcome, Stage, Verdict, cleaned

# Only at the start of a line: "5.1.1.2" inside a text may be an IP address.
_ENHANCED = re.compile(r"(?m)^\s*([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")

_SENDER_WORDS = re.compile(
    r"\b(spf|dkim|dmarc|reverse dns|ptr record|unauthenticated)\b", re.IGNORECASE
)
_POLICY_WORDS = re.compile(
    r"\b(spam|blocked|blacklist|blocklist|policy|spamhaus|reputation)\b", re.IGNORECASE
)
_QUOTA_WORDS = re.compile(
    r"\b(daily|hourly|monthly|sending) (sending |smtp relay )?(limit|quota)"
    r"|throttling failure|rate limit|too many messages",
    re.IGNORECASE,
)
_UNKNOWN_USER = re.compile(
    r"(user|mailbox|recipient|address|account) (is )?"
    r"(unknown|not found|unavailable|does ?n.t exist|rejected)|no such|access denied",
    re.IGNORECASE,
)

# The first words that match say whose fault a reply without a status is.
_WORDS = (
    (_UNKNOWN_USER, Fault.RECIPIENT),
    (_SENDER_WORDS, Fault.SENDER),
    (_POLICY_WORDS, Fault.POLICY),
)

# 5.y.z, and 5.y for every other z, that are not about the reader.
_STATUS = {
    "1.7": Fault.SENDER,
    "1.8": Fault.SENDER,
    "2.3": Fault.MESSAGE,
    "3.4": Fault.MESSAGE,
    "5": Fault.CONFIGURATION,
    "6": Fault.MESSAGE,
}

# 5.7.z that speak of a mailbox or its owner, not of us.
_RECIPIENT_SECURITY = {13, 17, 18}
_SENDER_SECURITY = {*range(20, 27), 27, 29, 30, 40, 509, 515, *range(606, 650)}
_CREDENTIALS = {8, 9, 11}

_ABOUT_THE_RECIPIENT = {Stage.RCPT, Stage.DATA, Stage.DOT}
_ENDS_HERE = {Fault.RECIPIENT}


def judge(stage: Stage, code: int, reply: str) -> Outcome:
    """Return what a failing reply at `stage` means for the delivery at hand."""
    fault = _fault(stage, code, reply)
    return Outcome(_verdict(stage, code, fault), code, cleaned(reply), fault)


def _verdict(stage: Stage, code: int, fault: Fault) -> Verdict:
    # 421 closes the session: in the dot's slot the message may have been read, so
    # it is tried again later; before that it says nothing about this reader.
    if code == 421:
        return Verdict.DEFERRED if stage is Stage.DOT else Verdict.RETURNED
    if stage not in _ABOUT_THE_RECIPIENT:
        return Verdict.RETURNED if code < 500 else Verdict.HELD
    if fault in _ENDS_HERE:
        return Verdict.REJECTED
    return Verdict.DEFERRED if code < 500 and fault is not Fault.QUOTA else Verdict.HELD


def _fault(stage: Stage, code: int, reply: str) -> Fault:
    if _QUOTA_WORDS.search(reply):
        return Fault.QUOTA
    if code < 500:
        return Fault.TEMPORARY
    if stage is Stage.AUTH or code in {530, 534, 535, 538}:
        return Fault.CONFIGURATION
    found = _ENHANCED.search(reply)
    if found and found[1] == "5":
        return _by_status(int(found[2]), int(found[3]), reply)
    return _by_words(stage, code, reply)


def _by_status(subject: int, detail: int, reply: str) -> Fault:
    if subject == 7:
        return _by_security(detail, reply)
    return _STATUS.get(f"{subject}.{detail}") or _STATUS.get(
        str(subject), Fault.RECIPIENT
    )


def _by_security(detail: int, reply: str) -> Fault:
    if detail in _RECIPIENT_SECURITY:
        return Fault.RECIPIENT
    if detail in _SENDER_SECURITY or _SENDER_WORDS.search(reply):
        return Fault.SENDER
    if detail in _CREDENTIALS:
        return Fault.CONFIGURATION
    return Fault.POLICY


def _by_words(stage: Stage, code: int, reply: str) -> Fault:
    if code in {500, 501, 502, 503, 504, 555}:
        return Fault.CONFIGURATION
    if stage not in _ABOUT_THE_RECIPIENT:
        return Fault.SENDER
    if code == 552 and stage is not Stage.RCPT:
        return Fault.MESSAGE
    return next(
        (fault for words, fault in _WORDS if words.search(reply)), Fault.RECIPIENT
    )
