"""Read an SMTP reply: whose fault it is, and what becomes of the delivery.

Enhanced status codes (RFC 3463, 5248, 7372, 7505) decide where the relay gives
one, the stage of the transaction next, the words of the reply last. The tables are
those of bounces too: `failures` and `words`.
"""

import re

from newsletter.smtp.failures import Failure, by_status
from newsletter.smtp.outcomes import Fault, Outcome, Stage, Verdict, cleaned
from newsletter.smtp.words import said

# Only at the start of a line: "5.1.1.2" inside a text may be an IP address.
_ENHANCED = re.compile(r"(?m)^\s*([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")

_QUOTA_WORDS = re.compile(
    r"\b(daily|hourly|monthly|sending) (sending |smtp relay )?(limit|quota)"
    r"|throttling failure|rate limit|too many messages",
    re.IGNORECASE,
)
# The first of these that the words speak of, where a reply has no status.
_WORDS = (Failure.HARD, Failure.SENDER, Failure.THROTTLE, Failure.POLICY)

# 5.7.z whose words may say that it is about our domain.
_MAY_BE_OURS = {Failure.POLICY, Failure.CONFIGURATION}

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
    failure = by_status(subject, detail)
    if failure is None and subject != 5:
        return _by_meaning(reply)
    if failure in _MAY_BE_OURS and Failure.SENDER in said(reply):
        return Fault.SENDER
    return failure.fault if failure else Fault.CONFIGURATION


def _by_words(stage: Stage, code: int, reply: str) -> Fault:
    if code in {500, 501, 502, 503, 504, 555}:
        return Fault.CONFIGURATION
    if stage not in _ABOUT_THE_RECIPIENT:
        return Fault.SENDER
    if code == 552 and stage is not Stage.RCPT:
        return Fault.MESSAGE
    return _by_meaning(reply)


def _by_meaning(reply: str) -> Fault:
    heard = said(reply)
    return next((each.fault for each in _WORDS if each in heard), Fault.RECIPIENT)
