"""A message that came in does what it may, once."""

import re
from email.message import EmailMessage

import pytest
from sqlmodel import Session, select

from newsletter import incoming
from newsletter.bounces import Effect, Kind
from newsletter.incoming import Received
from newsletter.models import Bounce, Notice, NoticeKind
from subscribers import addresses, suppressions
from subscribers.clock import utcnow
from subscribers.models import SubscriptionState, SuppressionReason
from subscribers.tokens import Purpose
from tests import factories
from tests.newsletter.bounces.corpus import FOLDER
from tests.newsletter.bounces.sent import mailbox_of, sent_to

KEYS = factories.KEYS
_RETURN_PATH = re.compile(rb"b\+[a-z2-7]+@[\w.]+")


def receive(session: Session, raw: bytes, *recipients: str) -> Received:
    return incoming.receive(session, KEYS, raw, now=utcnow(), recipients=recipients)


def returned(name: str, mailbox: str) -> bytes:
    """Return a report of the corpus as if it had come back to this mailbox."""
    raw = (FOLDER / f"{name}.eml").read_bytes()
    return _RETURN_PATH.sub(mailbox.encode(), raw)


def leaving(mailbox: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Somebody Else <else@example.net>"
    mail["To"] = mailbox
    mail["Subject"] = "unsubscribe"
    mail["Message-ID"] = "<1@example.net>"
    mail.set_content("")
    return mail.as_bytes()


def test_a_report_of_an_unknown_user_ends_mail_to_its_address(session: Session) -> None:
    reader = factories.make_subscriber(session)
    mailbox = mailbox_of(session, sent_to(session, reader))

    got = receive(session, returned("aol-unknown", mailbox))

    assert got == Received(Kind.BOUNCE, Effect.SUPPRESSED)
    address = addresses.normalise(reader.email)
    reason = suppressions.reason(session, KEYS, address)
    assert reason is SuppressionReason.HARD_BOUNCE
    kept = session.exec(select(Bounce)).one()
    assert "Delivered-To: b+" in kept.evidence


def test_the_recipient_of_the_envelope_is_enough(session: Session) -> None:
    reader = factories.make_subscriber(session)
    mailbox = mailbox_of(session, sent_to(session, reader))
    raw = returned("aol-unknown", "bounces@example.org")

    got = receive(session, raw, mailbox)

    assert got.effect is Effect.SUPPRESSED


def test_one_report_by_two_ways_counts_once(session: Session) -> None:
    reader = factories.make_subscriber(session)
    mailbox = mailbox_of(session, sent_to(session, reader))
    raw = returned("aol-full", mailbox)

    first = receive(session, raw)
    again = receive(session, b"Received: by another.example; today\r\n" + raw)

    assert (first.effect, again.effect) == (Effect.COUNTED, Effect.KNOWN)


def test_a_forged_report_touches_nobody(session: Session) -> None:
    reader = factories.make_subscriber(session)
    sent_to(session, reader)
    forged = returned("aol-unknown", "b+aaaaaaaaaaaaaaaaaaaaaaaaa@bounce.example.org")

    got = receive(session, forged.replace(b"victim@example.net", reader.email.encode()))

    assert got.effect is Effect.NOBODY
    address = addresses.normalise(reader.email)
    assert not suppressions.is_suppressed(session, KEYS, address)


def test_a_mail_to_the_mailbox_for_leaving_unsubscribes(session: Session) -> None:
    reader = factories.make_subscriber(session)
    own = factories.subscription_of(session, reader)
    token = KEYS.sign(Purpose.UNSUBSCRIBE, own.handle)

    got = receive(session, leaving(f"u+{token}@news.example.org"))

    assert got == Received(Kind.UNSUBSCRIBE, Effect.UNSUBSCRIBED)
    session.refresh(own)
    assert own.state is SubscriptionState.UNSUBSCRIBED
    assert session.exec(select(Notice)).one().kind is NoticeKind.LEFT


def test_a_second_mail_to_leave_changes_nothing(session: Session) -> None:
    own = factories.subscription_of(session, factories.make_subscriber(session))
    mailbox = f"u+{KEYS.sign(Purpose.UNSUBSCRIBE, own.handle)}@news.example.org"
    receive(session, leaving(mailbox))

    assert receive(session, leaving(mailbox)).effect is Effect.NOTHING


@pytest.mark.parametrize(
    "name", ["auto-ticket-fr", "auto-ticket-de", "auto-postmaster-away", "arf-not-spam"]
)
def test_an_answer_changes_nobody_and_is_not_kept(session: Session, name: str) -> None:
    reader = factories.make_subscriber(session)
    mailbox = mailbox_of(session, sent_to(session, reader))

    got = receive(session, returned(name, mailbox))

    assert got.effect is Effect.NOTHING
    assert session.exec(select(Bounce)).all() == []


def test_a_complaint_ends_everything(session: Session) -> None:
    reader = factories.make_subscriber(session)
    mailbox = mailbox_of(session, sent_to(session, reader))

    got = receive(session, returned("arf-yahoo", mailbox))

    assert got == Received(Kind.COMPLAINT, Effect.SUPPRESSED)


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\xff" * 5_000, b"\r\n" * 100])
def test_nonsense_is_taken_and_changes_nothing(session: Session, raw: bytes) -> None:
    assert receive(session, raw).effect in {Effect.NOTHING, Effect.NOBODY}
