import pytest

from newsletter.bounces import verdicts
from newsletter.smtp.failures import Failure

HARD, DOMAIN, DISABLED = Failure.HARD, Failure.DOMAIN, Failure.DISABLED
SOFT, NETWORK, POLICY = Failure.SOFT, Failure.NETWORK, Failure.POLICY
SENDER, MESSAGE, THROTTLE = Failure.SENDER, Failure.MESSAGE, Failure.THROTTLE


def _judge(text: str) -> Failure:
    code, statuses = verdicts.codes_in(text)
    return verdicts.judge(statuses, code, text)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ("550 5.1.1", HARD),
        ("550 5.1.0 Address rejected", HARD),
        ("550 5.1.10 null MX", DOMAIN),
        ("550 5.1.2 bad host", DOMAIN),
        ("550 5.2.1 mailbox disabled", DISABLED),
        ("525 User account disabled", DISABLED),
        ("550 5.7.13 account disabled", DISABLED),
        ("550 5.7.17 new owner", HARD),
        ("552 5.2.2 full", SOFT),
        ("452 4.2.2 full", SOFT),
        ("550 5.0.0", SOFT),
        ("550", SOFT),
        ("554 5.3.0 failed", SOFT),
        ("550 5.5.0 failed", SOFT),
        ("552 5.2.3 too long", MESSAGE),
        ("552 5.3.4 too big", MESSAGE),
        ("554 5.6.0 malformed", MESSAGE),
        ("550 5.1.8 sender domain", SENDER),
        ("550 5.7.1 refused", POLICY),
        ("550 5.7.26 unauthenticated", SENDER),
        ("550 5.7.515 Access denied", SENDER),
        ("421 4.7.28 unusual rate", THROTTLE),
        ("550 5.7.28 too much", THROTTLE),
        ("535 5.7.8 authentication failed", Failure.CONFIGURATION),
        ("554 5.4.6 too many hops", NETWORK),
        ("451 4.4.1 no answer", NETWORK),
        ("550 5.4.1 Recipient address rejected: Access denied", HARD),
        ("550 5.4.1 Access denied", NETWORK),
        # The status of one kind, the words of a softer one.
        ("550 5.1.1 mailbox full", SOFT),
        ("550 5.1.1 blocked for spam", POLICY),
        ("550 5.1.1 user unknown or mailbox full", SOFT),
        ("550 5.1.2 name server timed out", NETWORK),
        # A status that says little, and words that say more.
        ("550 5.0.0 no such user", HARD),
        ("550 Utilisateur inconnu", HARD),
        ("550 Onbekende gebruiker", HARD),
        ("550 Empfänger unbekannt", HARD),
        ("550 5.7.1 no such user", HARD),
        ("550 5.0.0 Dépassement de quota", SOFT),
        # Who does not exist is the sender; what is too much, is how many.
        ("550 5.1.1 The sender's mailbox does not exist", SENDER),
        ("550 your account is suspended", SENDER),
        ("550 returned to sender address unknown", HARD),
        ("550 unknown recipients: too many invalid recipients", THROTTLE),
        ("550 5.1.1 unknown at dmarc.mx.example.net", HARD),
        ("421 4.7.28 too much from your SPF domain", THROTTLE),
        ("451 4.7.500 Server busy. Try again later", THROTTLE),
        ("450 4.0.0 DNS lookup responded with code NXDOMAIN", DOMAIN),
        # Theirs to mend, while the mailbox may well be there.
        ("550 5.1.1 Internal error in recipient map lookup", SOFT),
        ("550 home directory of user does not exist", SOFT),
        ("550 Connection from unknown host refused", SENDER),
        ("554 Message rejected: Email address is not verified", SENDER),
        ("550 5.4.1 All recipient addresses rejected : Access denied", HARD),
        # Words that no code says to be permanent.
        ("no such user", SOFT),
        ("450 no such user", SOFT),
    ],
)
def test_a_failure_is_judged_by_status_code_and_words(
    reply: str, failure: Failure
) -> None:
    assert _judge(reply) is failure


@pytest.mark.parametrize(
    "reply",
    [
        "refused by 5.1.1.2",
        "host 192.5.1.1 said no",
        "version 15.1.1.2",
        "at 5.1.1.2:25",
    ],
)
def test_an_ip_address_is_no_status(reply: str) -> None:
    assert verdicts.codes_in(reply).statuses == ()


def test_what_a_relay_wraps_around_a_reply_is_not_the_reply() -> None:
    wrapped = "5.1.0 - Unknown address error 554-'5.7.1 looks like spam'"

    assert _judge(wrapped) is POLICY
