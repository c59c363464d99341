"""Mail for the bounce domain is taken at a door of our own, and kept before 250."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from newsletter import db
from newsletter.bounces import Effect
from newsletter.config import Door
from newsletter.errors import NewsletterError
from newsletter.incoming import listener
from newsletter.models import Bounce
from subscribers.models import Subscription, SubscriptionState
from subscribers.tokens import Purpose
from tests import factories
from tests.newsletter.bounces.sent import mailbox_of, sent_to
from tests.newsletter.incoming.test_receive import leaving, returned

KEYS = factories.KEYS


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


@contextmanager
def opened(engine: Engine, scheme: str = "smtp") -> Iterator[smtplib.SMTP]:
    door = Door(f"{scheme}://127.0.0.1:{free_port()}")
    with listener.listening(engine, KEYS, door):
        client = smtplib.LMTP if scheme == "lmtp" else smtplib.SMTP
        smtp = client("127.0.0.1", door.port)
        smtp.ehlo_or_helo_if_needed()
        assert smtp.sock is not None
        smtp.sock.settimeout(60)
        try:
            yield smtp
        finally:
            smtp.close()


def mailboxes(engine: Engine, many: int = 1) -> list[str]:
    with db.writing(engine) as session:
        return [
            mailbox_of(session, sent_to(session, factories.make_subscriber(session)))
            for _ in range(many)
        ]


def effects(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.exec(select(Bounce.effect).order_by(col(Bounce.id))))


@pytest.mark.parametrize("scheme", ["smtp", "lmtp"])
def test_a_report_is_kept_by_the_time_it_is_taken(engine: Engine, scheme: str) -> None:
    (mailbox,) = mailboxes(engine)

    with opened(engine, scheme) as smtp:
        smtp.sendmail("", [mailbox], returned("aol-unknown", "somebody@example.org"))

        assert effects(engine) == [Effect.SUPPRESSED]


def test_a_recipient_without_a_genuine_token_is_refused(engine: Engine) -> None:
    (mailbox,) = mailboxes(engine)
    forged = mailbox.replace("b+", "b+a")

    with opened(engine) as smtp:
        smtp.mail("<>")
        answers = [
            smtp.rcpt(each)[0]
            for each in (forged, "anne@example.org", "postmaster", mailbox)
        ]

    assert answers == [550, 550, 550, 250]


def test_each_recipient_of_lmtp_has_an_answer_of_its_own(engine: Engine) -> None:
    both = mailboxes(engine, 2)

    with opened(engine, "lmtp") as lmtp:
        lmtp.mail("<>")
        for mailbox in both:
            lmtp.rcpt(mailbox)
        assert lmtp.docmd("DATA")[0] == 354
        lmtp.send(returned("aol-unknown", "x@example.org") + b"\r\n.\r\n")
        answers = [lmtp.getreply()[0], lmtp.getreply()[0], lmtp.noop()[0]]

    assert answers == [250, 250, 250]
    assert effects(engine) == [Effect.SUPPRESSED] * 2


def test_a_mail_to_leave_is_done(engine: Engine) -> None:
    with db.writing(engine) as session:
        own = factories.subscription_of(session, factories.make_subscriber(session))
        own_id, token = own.id, KEYS.sign(Purpose.UNSUBSCRIBE, own.handle)
    mailbox = f"u+{token}@news.example.org"

    with opened(engine) as smtp:
        smtp.sendmail("else@example.net", [mailbox], leaving(mailbox))

    with Session(engine) as session:
        state = session.get_one(Subscription, own_id).state
    assert state is SubscriptionState.UNSUBSCRIBED


def test_a_sender_comes_again_while_the_database_is_away(engine: Engine) -> None:
    (mailbox,) = mailboxes(engine)
    raw = returned("aol-unknown", mailbox)

    with opened(engine) as smtp:
        with db.writing(engine) as session:
            session.execute(text("ALTER TABLE bounce RENAME TO away"))
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail("", [mailbox], raw)
        with db.writing(engine) as session:
            session.execute(text("ALTER TABLE away RENAME TO bounce"))
        smtp.sendmail("", [mailbox], raw)

    assert refused.value.smtp_code == 451
    assert effects(engine) == [Effect.SUPPRESSED]


def test_people_are_told_that_nobody_reads_it(engine: Engine) -> None:
    (mailbox,) = mailboxes(engine)
    raw = (
        f"From: Anne <anne@example.org>\r\nTo: {mailbox}\r\nSubject: Re: News\r\n"
        "In-Reply-To: <1@example.org>\r\n\r\nThank you, a lovely letter!\r\n"
    ).encode()

    with opened(engine) as smtp, pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.sendmail("anne@example.org", [mailbox], raw)

    assert refused.value.smtp_code == 550


def test_a_message_that_is_too_large_is_refused_and_the_next_is_taken(
    sqlite_engine: Engine,
) -> None:
    (mailbox,) = mailboxes(sqlite_engine)

    with opened(sqlite_engine) as smtp:
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            smtp.sendmail("", [mailbox], b"a" * 70 + b"\r\n" + b"b\r\n" * 3_400_000)
        smtp.rset()
        smtp.sendmail("", [mailbox], returned("aol-unknown", mailbox))

    assert refused.value.smtp_code == 552
    assert effects(sqlite_engine) == [Effect.SUPPRESSED]


def test_a_line_without_an_end_is_cut_off(sqlite_engine: Engine) -> None:
    (mailbox,) = mailboxes(sqlite_engine)

    with opened(sqlite_engine) as smtp:
        smtp.mail("<>")
        smtp.rcpt(mailbox)
        smtp.docmd("DATA")
        with pytest.raises((OSError, smtplib.SMTPServerDisconnected)):
            smtp.send(b"x" * 40_000_000)

    assert effects(sqlite_engine) == []


def test_a_long_line_is_a_report_all_the_same(sqlite_engine: Engine) -> None:
    (mailbox,) = mailboxes(sqlite_engine)
    raw = returned("aol-unknown", mailbox) + b"\r\n" + b"x" * 20_000 + b"\r\n"

    with opened(sqlite_engine) as smtp:
        smtp.sendmail("", [mailbox], raw)

    assert effects(sqlite_engine) == [Effect.SUPPRESSED]


def test_no_more_than_ten_come_in_at_once(sqlite_engine: Engine) -> None:
    with opened(sqlite_engine) as smtp:
        port = smtp.sock.getpeername()[1]  # type: ignore[union-attr]  # it is connected
        lines = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(10)]
        greetings = [line.recv(100)[:3] for line in lines]
        for line in lines:
            line.close()

    assert sorted(greetings) == [b"220"] * 9 + [b"421"]


@pytest.mark.parametrize(
    "hostile", [b"\xff\xfe", b"RCPT TO:<" + b"a" * 5_000, b"MAIL FROM:<(((((@>", b""]
)
def test_hostile_commands_are_answered_and_survived(
    sqlite_engine: Engine, hostile: bytes
) -> None:
    (mailbox,) = mailboxes(sqlite_engine)

    with opened(sqlite_engine) as smtp:
        smtp.send(hostile + b"\r\n")
        code, _ = smtp.getreply()
        smtp.rset()
        smtp.sendmail("", [mailbox], returned("aol-unknown", mailbox))

    assert code >= 400
    assert effects(sqlite_engine) == [Effect.SUPPRESSED]


def test_stopping_lets_a_message_under_way_come_in(sqlite_engine: Engine) -> None:
    (mailbox,) = mailboxes(sqlite_engine)
    door, replies = Door(f"smtp://127.0.0.1:{free_port()}"), []

    def hand_over(smtp: smtplib.SMTP) -> None:
        smtp.send(returned("aol-unknown", mailbox) + b"\r\n.\r\n")
        replies.append(smtp.getreply()[0])

    with listener.listening(sqlite_engine, KEYS, door):
        smtp = smtplib.SMTP("127.0.0.1", door.port, timeout=30)
        smtp.ehlo()
        smtp.mail("<>")
        smtp.rcpt(mailbox)
        smtp.docmd("DATA")
        slow = threading.Timer(0.5, hand_over, [smtp])
        slow.start()
    slow.join()
    smtp.close()

    assert replies == [250]
    assert effects(sqlite_engine) == [Effect.SUPPRESSED]


def test_a_port_that_is_taken_is_named(sqlite_engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        door = Door(f"smtp://127.0.0.1:{taken.getsockname()[1]}")

        with (
            pytest.raises(NewsletterError, match="NEWSLETTER_BOUNCE_LISTEN"),
            listener.listening(sqlite_engine, KEYS, door),
        ):
            pass
