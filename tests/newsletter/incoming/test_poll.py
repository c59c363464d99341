"""A mailbox is emptied of what is kept, and of nothing else."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from newsletter import db
from newsletter.bounces import Effect
from newsletter.config import Mailbox
from newsletter.errors import MailboxUnavailable
from newsletter.incoming import Poller, Tally
from newsletter.models import Bounce
from subscribers.models import Subscription, SubscriptionState
from subscribers.tokens import Purpose
from tests import dovecot, factories
from tests.conftest import Run
from tests.dovecot import Dovecot
from tests.newsletter.bounces.sent import mailbox_of, sent_to
from tests.newsletter.incoming.test_receive import leaving, returned
from tests.newsletter.smtp.test_opening import certificate

__all__ = ["certificate"]

KEYS = factories.KEYS
LEFT = "$NewsletterLeft"
REPLY = b"From: Anne <anne@example.org>\r\nSubject: Re: news\r\n\r\nThank you!\r\n"


_users = count()


@pytest.fixture(scope="module")
def _dovecot() -> Iterator[Dovecot]:
    with dovecot.running() as server:
        yield server


@pytest.fixture
def server(_dovecot: Dovecot) -> Dovecot:
    """A mailbox of this test’s own."""
    return replace(_dovecot, user=f"bounces{next(_users)}")


def reports(engine: Engine, many: int) -> list[bytes]:
    """Make letters to as many readers, and return a failure report about each."""
    with db.writing(engine) as session:
        letters = [
            sent_to(session, factories.make_subscriber(session)) for _ in range(many)
        ]
        return [
            returned("aol-unknown", mailbox_of(session, letter)) for letter in letters
        ]


def poll(engine: Engine, url: str) -> Tally:
    return Poller(Mailbox(url)).poll(engine, KEYS, stop=threading.Event())


def effects(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.exec(select(Bounce.effect).order_by(col(Bounce.id))))


def test_what_is_kept_is_removed(engine: Engine, server: Dovecot) -> None:
    server.put(*reports(engine, 3))

    tally = poll(engine, server.url())

    assert tally == Tally(taken=3)
    assert effects(engine) == [Effect.SUPPRESSED] * 3
    assert server.messages() == []


def test_what_people_write_stays_unseen_and_is_read_once(
    engine: Engine, server: Dovecot
) -> None:
    server.put(REPLY, *reports(engine, 1))

    first, second = poll(engine, server.url()), poll(engine, server.url())

    assert (first, second) == (Tally(taken=1, left=1), Tally())
    assert server.messages() == [REPLY]
    assert server.flags() == [LEFT]


def test_a_mail_to_leave_is_done_and_removed(engine: Engine, server: Dovecot) -> None:
    with db.writing(engine) as session:
        own = factories.subscription_of(session, factories.make_subscriber(session))
        own_id, token = own.id, KEYS.sign(Purpose.UNSUBSCRIBE, own.handle)
    server.put(leaving(f"u+{token}@news.example.org"))

    assert poll(engine, server.url()).taken == 1

    with Session(engine) as session:
        state = session.get_one(Subscription, own_id).state
    assert state is SubscriptionState.UNSUBSCRIBED
    assert server.messages() == []


def test_a_mail_to_leave_that_names_nobody_stays(
    engine: Engine, server: Dovecot
) -> None:
    raw = leaving(f"u+{'a' * 33}@news.example.org")
    server.put(raw)

    assert poll(engine, server.url()) == Tally(left=1)
    assert len(server.messages()) == 1


def test_nothing_that_somebody_else_deleted_is_expunged(
    engine: Engine, server: Dovecot
) -> None:
    server.put(REPLY, flags="\\Deleted")
    server.put(*reports(engine, 1))

    poll(engine, server.url())

    assert server.messages() == [REPLY]
    assert server.flags() == [f"{LEFT} \\Deleted"]


def test_a_server_that_cannot_expunge_by_name_keeps_what_others_deleted(
    engine: Engine,
) -> None:
    with dovecot.running(capability="IMAP4rev1") as server:
        server.put(REPLY, flags="\\Deleted")
        server.put(*reports(engine, 1))

        poll(engine, server.url())

        assert REPLY in server.messages()


def test_a_server_that_cannot_expunge_by_name_is_emptied_when_all_is_ours(
    engine: Engine,
) -> None:
    with dovecot.running(capability="IMAP4rev1") as server:
        server.put(REPLY, *reports(engine, 2))

        poll(engine, server.url())

        assert server.messages() == [REPLY]


def test_of_a_very_long_message_the_beginning_is_read(
    engine: Engine, server: Dovecot
) -> None:
    (report,) = reports(engine, 1)
    server.put(report + b"x" * 76 + b"\r\n" + (b"y" * 74 + b"\r\n") * 140_000)

    assert poll(engine, server.url()).taken == 1

    assert effects(engine) == [Effect.SUPPRESSED]
    assert server.messages() == []


def test_two_machines_at_once_take_each_report_once(
    engine: Engine, server: Dovecot
) -> None:
    server.put(*reports(engine, 20))
    together, failures = threading.Barrier(2), []

    def visit() -> None:
        together.wait()
        try:
            poll(engine, server.url())
        except MailboxUnavailable as error:
            failures.append(error)

    machines = [threading.Thread(target=visit) for _ in range(2)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join()

    assert failures == []
    assert effects(engine) == [Effect.SUPPRESSED] * 20
    assert server.messages() == []


def test_without_its_database_everything_stays(
    engine: Engine, server: Dovecot, run: Run, environment: dict[str, str]
) -> None:
    server.put(*reports(engine, 1))
    environment["NEWSLETTER_BOUNCE_MAILBOX"] = server.url()
    environment["NEWSLETTER_DATABASE_URL"] = (
        "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
    )

    result = run("bounces", "poll")

    assert result.exit_code == 1
    assert len(server.messages()) == 1
    assert server.flags() == [""]


def test_tls_is_spoken_and_verified(
    sqlite_engine: Engine, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot.running(certificate=certificate) as server:
        with pytest.raises(MailboxUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            poll(sqlite_engine, server.url(tls="tls"))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

        assert poll(sqlite_engine, server.url(tls="tls")) == Tally()


def test_a_command_empties_the_mailbox_and_says_so(
    run: Run, engine: Engine, server: Dovecot, environment: dict[str, str]
) -> None:
    server.put(REPLY, *reports(engine, 2))
    environment["NEWSLETTER_BOUNCE_MAILBOX"] = server.url()

    result = run("bounces", "poll")

    assert result.exit_code == 0, result.output
    assert "@127.0.0.1/INBOX: 2 taken, 1 left for people\n" in result.stdout
