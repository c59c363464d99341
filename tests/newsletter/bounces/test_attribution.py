"""A returned Message-ID tells whose letter failed, if the reader's name fits it."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import Session, select

from newsletter import incoming, names
from newsletter.bounces import Effect
from newsletter.messages import Compiled, Envelope, Reader
from newsletter.models import Bounce, Issue
from subscribers import addresses, suppressions
from subscribers.clock import utcnow
from subscribers.tokens import KeyRing
from tests import factories
from tests.newsletter.bounces.sent import sent_to
from tests.web.webhooks.hooks import letter_of

KEYS = factories.KEYS


def a_report(address: str, message_id: str) -> bytes:
    """Return a report whose return path was lost on the way."""
    mail = EmailMessage()
    mail["From"] = "MAILER-DAEMON@mx.example.net"
    mail["To"] = "news@example.org"
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["Message-ID"] = f"<{abs(hash(message_id))}@mx.example.net>"
    mail.set_content(
        f"<{address}>: host mx.example.net said: 550 5.1.1 no such user\n\n"
        "--- Below this line is a copy of the message.\n\n"
        f"From: news@example.org\nTo: {address}\nMessage-ID: {message_id}\n"
        "Subject: News\n\nHello\n"
    )
    return mail.as_bytes()


def receive(session: Session, raw: bytes, keys: KeyRing = KEYS) -> Effect:
    return incoming.receive(session, keys, raw, now=utcnow()).effect


def is_suppressed(session: Session, address: str) -> bool:
    return suppressions.is_suppressed(session, KEYS, addresses.normalise(address))


def test_a_returned_message_id_is_enough(session: Session) -> None:
    reader = factories.make_subscriber(session)
    sent_to(session, reader, days_ago=20)
    delivery = sent_to(session, reader, days_ago=3)
    letter = letter_of(session, delivery)

    effect = receive(session, a_report(letter.address.upper(), letter.message_id))

    assert effect is Effect.SUPPRESSED
    assert is_suppressed(session, reader.email)
    assert session.exec(select(Bounce)).one().delivery_id == delivery.id


def test_the_name_in_a_message_is_the_one_that_is_looked_for(session: Session) -> None:
    delivery = sent_to(session, factories.make_subscriber(session))
    handle = session.get_one(Issue, delivery.issue_id).handle
    old = KeyRing(["another-secret-key-of-ours", *factories.SECRETS])
    compiled = Compiled(
        envelope(handle), old, language="fr", subject="x", html="", text=""
    )
    reader = Reader(
        delivery.id or 0, delivery.address, delivery.handle, "2026-01-01", utcnow()
    )
    raw = compiled.build(reader).decode()

    found = names.find([raw.partition("Message-ID: ")[2][:100]])

    assert names.is_one_of(found, old, handle, delivery.handle, delivery.id or 0)
    assert not names.is_one_of(found, KEYS, handle, delivery.handle, delivery.id or 0)


def envelope(handle: str) -> Envelope:
    return Envelope(
        base_url="https://news.example.org",
        list_slug="news",
        list_name="News",
        list_id="news.example.org",
        sender_name="News",
        sender_address="news@example.org",
        reply_to="",
        key_id="",
        nonce="n",
        timezone="UTC",
        web_url="",
        help_url="https://news.example.org/",
        feedback_id="a:b:c:d",
        issue_handle=handle,
        languages=("fr",),
    )


def test_a_message_id_of_before_a_rotation_of_keys_still_counts(
    session: Session,
) -> None:
    reader = factories.make_subscriber(session)
    letter = letter_of(session, sent_to(session, reader))
    rotated = KeyRing(["a-brand-new-secret-key", *factories.SECRETS])

    effect = receive(session, a_report(letter.address, letter.message_id), rotated)

    assert effect is Effect.SUPPRESSED


@pytest.mark.parametrize(
    "message_id",
    [
        "",
        "<d.@example.org>",
        f"<d.{'a' * 26}@example.org>",
        f"<d.{'a' * 27}@example.org>",
    ],
)
def test_a_message_id_that_was_made_up_touches_nobody(
    session: Session, message_id: str
) -> None:
    reader = factories.make_subscriber(session)
    sent_to(session, reader)

    effect = receive(session, a_report(reader.email, message_id))

    assert effect is Effect.NOBODY
    assert not is_suppressed(session, reader.email)


def test_the_message_id_of_one_reader_says_nothing_of_another(
    session: Session,
) -> None:
    mine = letter_of(session, sent_to(session, factories.make_subscriber(session)))
    victim = factories.make_subscriber(session)
    sent_to(session, victim)

    effect = receive(session, a_report(victim.email, mine.message_id))

    assert effect is Effect.NOBODY
    assert not is_suppressed(session, victim.email)


def test_a_letter_of_long_ago_is_not_looked_for(session: Session) -> None:
    reader = factories.make_subscriber(session)
    letter = letter_of(session, sent_to(session, reader, days_ago=91))

    effect = receive(session, a_report(letter.address, letter.message_id))

    assert effect is Effect.NOBODY


def test_the_same_report_by_its_message_id_counts_once(session: Session) -> None:
    reader = factories.make_subscriber(session)
    letter = letter_of(session, sent_to(session, reader))
    raw = a_report(letter.address, letter.message_id)

    assert receive(session, raw) is Effect.SUPPRESSED
    assert receive(session, raw) is Effect.KNOWN


def test_an_erased_reader_is_found_by_nothing(session: Session) -> None:
    reader = factories.make_subscriber(session)
    delivery = sent_to(session, reader)
    letter = letter_of(session, delivery)
    delivery.dated_at = utcnow() - timedelta(days=1)
    delivery.subscriber_id, delivery.handle = None, ""
    session.flush()

    assert receive(session, a_report(letter.address, letter.message_id)) is (
        Effect.NOBODY
    )
