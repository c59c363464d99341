import pytest

from newsletter.smtp import Fault, Stage, Verdict
from newsletter.smtp.replies import judge

RECIPIENT, POLICY, SENDER = Fault.RECIPIENT, Fault.POLICY, Fault.SENDER
REJECTED, DEFERRED, HELD = Verdict.REJECTED, Verdict.DEFERRED, Verdict.HELD
RETURNED = Verdict.RETURNED


@pytest.mark.parametrize(
    ("stage", "code", "reply", "verdict", "fault"),
    [
        # About this reader alone.
        (Stage.RCPT, 550, "5.1.1 no such user", REJECTED, RECIPIENT),
        (Stage.RCPT, 550, "unknown recipient", REJECTED, RECIPIENT),
        (Stage.RCPT, 550, "", REJECTED, RECIPIENT),
        (Stage.RCPT, 552, "5.2.2 mailbox full", REJECTED, RECIPIENT),
        (Stage.RCPT, 550, "5.7.17 the mailbox has a new owner", REJECTED, RECIPIENT),
        (Stage.DOT, 554, "5.7.13 account disabled", REJECTED, RECIPIENT),
        # Temporary: this reader again later.
        (Stage.RCPT, 451, "4.7.1 greylisted", DEFERRED, Fault.TEMPORARY),
        (Stage.RCPT, 450, "5.1.1 contradicts itself", DEFERRED, Fault.TEMPORARY),
        (Stage.DOT, 452, "4.3.1 disk full", DEFERRED, Fault.TEMPORARY),
        (Stage.DOT, 421, "4.3.2 closing", DEFERRED, Fault.TEMPORARY),
        # The session ends before anybody is judged.
        (Stage.RCPT, 421, "4.3.2 closing", RETURNED, Fault.TEMPORARY),
        (Stage.MAIL, 451, "4.3.0 try later", RETURNED, Fault.TEMPORARY),
        (Stage.CONNECT, 421, "too many connections", RETURNED, Fault.TEMPORARY),
        # Ours: the reader keeps their place, the issue waits for a person.
        (Stage.DOT, 550, "5.7.26 unauthenticated mail", HELD, SENDER),
        (Stage.DOT, 550, "5.7.515 access denied", HELD, SENDER),
        (Stage.MAIL, 550, "5.1.8 sender domain does not exist", HELD, SENDER),
        (Stage.RCPT, 554, "rejected because of SPF", HELD, SENDER),
        (Stage.RCPT, 550, "5.7.1 listed at a blocklist", HELD, POLICY),
        (Stage.DOT, 554, "Message looks like spam", HELD, POLICY),
        (Stage.DOT, 552, "5.3.4 message too big", HELD, Fault.MESSAGE),
        (Stage.DOT, 554, "5.6.0 malformed", HELD, Fault.MESSAGE),
        (Stage.RCPT, 454, "Throttling failure: daily quota", HELD, Fault.QUOTA),
        (Stage.DOT, 550, "5.4.5 Daily sending limit", HELD, Fault.QUOTA),
        (Stage.AUTH, 535, "5.7.8 bad credentials", HELD, Fault.CONFIGURATION),
        (Stage.MAIL, 530, "5.7.0 must use STARTTLS", HELD, Fault.CONFIGURATION),
        (Stage.RCPT, 503, "5.5.1 bad sequence", HELD, Fault.CONFIGURATION),
        (Stage.CONNECT, 554, "no service for you", HELD, SENDER),
        (Stage.RCPT, 550, "5.7.1 rejected: SPF fail", HELD, SENDER),
        (Stage.DOT, 550, "5.7.9 DMARC policy of the domain", HELD, SENDER),
        (Stage.RCPT, 501, "syntax error", HELD, Fault.CONFIGURATION),
        (Stage.DOT, 552, "that is too much", HELD, Fault.MESSAGE),
        (Stage.RCPT, 550, "user unknown\nSender verify failed", HELD, SENDER),
        (Stage.RCPT, 550, "Envelope sender does not exist", HELD, SENDER),
        (Stage.RCPT, 550, "Too many invalid recipients", HELD, POLICY),
        # What a company says of our account, it says of every letter.
        (
            Stage.DOT,
            554,
            "Message rejected: Email address is not verified",
            HELD,
            SENDER,
        ),
        (Stage.DOT, 554, "Message rejected: Sending suspended", HELD, SENDER),
        (Stage.DOT, 554, "5.2.252 SendAsDenied; not allowed", HELD, SENDER),
        (Stage.RCPT, 554, "5.3.0 your mail looks like spam", HELD, POLICY),
        (Stage.RCPT, 550, "5.0.0 no such user (spam filter)", REJECTED, RECIPIENT),
        (Stage.RCPT, 550, "5.2.0 something", REJECTED, RECIPIENT),
        # An IP address is no status code.
        (Stage.RCPT, 550, "5.7.1.2 is a host, user unknown", REJECTED, RECIPIENT),
        # Several lines: the status may stand on any of them.
        (Stage.DOT, 550, "Sorry\n5.7.26 unauthenticated", HELD, SENDER),
    ],
)
def test_a_reply_is_judged_by_status_stage_and_words(
    stage: Stage, code: int, reply: str, verdict: Verdict, fault: Fault
) -> None:
    outcome = judge(stage, code, reply)

    assert (outcome.verdict, outcome.fault) == (verdict, fault)
    assert outcome.code == code


def test_an_endless_reply_is_kept_short() -> None:
    outcome = judge(Stage.RCPT, 550, "x" * 100_000)

    assert len(outcome.reply) == 1000
