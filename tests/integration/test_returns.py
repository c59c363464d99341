"""What a real Postfix sends back, by pipe or into a mailbox, ends where it should."""

import smtplib
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter.config import Mailbox, Settings
from newsletter.incoming import Poller
from newsletter.models import Bounce
from subscribers import addresses, suppressions
from subscribers.models import Subscriber
from tests import dovecot, factories
from tests.conftest import Run
from tests.integration import postfix
from tests.newsletter.sending import sent
from tests.newsletter.sending.sent import an_issue, report
from tests.relay import Relay, Script

pytestmark = pytest.mark.slow

READERS = 100
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
_WAIT = 120.0  # seconds, on a busy machine
# What the readers' mail server says, to whom.
UNKNOWN = [f"fr{number}@example.org" for number in range(8)]
FULL = [f"fr{number}@example.org" for number in range(8, 11)]
FULL_FOR_NOW = [f"fr{number}@example.org" for number in range(11, 13)]
AWAY = [f"fr{number}@example.org" for number in range(13, 17)]
FAILED = len(UNKNOWN) + len(FULL) + len(FULL_FOR_NOW)


@pytest.fixture
def readers_server(relay: Relay) -> Relay:
    """The mail server of all readers, behind our Postfix."""
    answers = {
        "550 5.1.1 user unknown": UNKNOWN,
        "552 5.2.2 mailbox full": FULL,
        "452 4.2.2 mailbox full": FULL_FOR_NOW,
    }
    for answer, people in answers.items():
        for address in people:
            # However often it is tried.
            relay.scripts[address] = Script(rcpt=[answer] * 50)
    return relay


def send(engine: Engine, settings: Settings, port: int) -> int:
    """Send an issue to the readers through Postfix; nothing of ours stops it."""
    issue_id = an_issue(engine, READERS)
    through = settings.model_copy(
        update={
            "smtp_url": f"smtp://127.0.0.1:{port}?tls=none",
            "bounce_address": f"b+{{token}}@{postfix.DOMAIN}",
            "gentle_start": 0,
        }
    )
    sent.run(engine, through)
    assert report(engine, issue_id).states["accepted"] == READERS
    return issue_id


def say_that_they_are_away(server: Relay, port: int) -> None:
    """Answer the letters of those who are away, as their mail programs do."""
    wait_for(lambda: all(server.received_by(each) for each in AWAY))
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        for address in AWAY:
            (letter,) = server.received_by(address)
            away = EmailMessage()
            away["From"], away["To"] = address, letter.sender
            away["Subject"] = "Absence du bureau"
            away["Auto-Submitted"] = "auto-replied"
            away["In-Reply-To"] = letter.message["Message-ID"]
            away.set_content("Je suis absent. 550 5.1.1 user unknown")
            smtp.send_message(away, from_addr="", to_addrs=[letter.sender])


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _WAIT
    while not done():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


def bounces(engine: Engine) -> list[Bounce]:
    with Session(engine) as session:
        return list(session.exec(select(Bounce)))


def suppressed(engine: Engine) -> list[str]:
    with Session(engine) as session:
        everybody = session.exec(select(Subscriber.email)).all()
        return sorted(
            each
            for each in everybody
            if suppressions.is_suppressed(
                session, factories.KEYS, addresses.normalise(each)
            )
        )


def check(engine: Engine, issue_id: int) -> None:
    """What came back is known, of whom it was, and has ended what it should end."""
    found = bounces(engine)
    assert Counter((each.failure, each.effect) for each in found) == {
        ("hard", "suppressed"): len(UNKNOWN),
        ("soft", "counted"): len(FULL) + len(FULL_FOR_NOW),
    }
    assert {each.issue_id for each in found} == {issue_id}
    assert len({each.delivery_id for each in found}) == FAILED
    assert suppressed(engine) == UNKNOWN
    assert report(engine, issue_id).states["accepted"] == READERS


def test_what_comes_back_by_pipe(
    engine: Engine,
    settings: Settings,
    run: Run,
    environment: dict[str, str],
    readers_server: Relay,
) -> None:
    came: list[int] = []
    database = environment["NEWSLETTER_DATABASE_URL"]

    def newsletter(raw: bytes, to: str) -> int:
        # The first time, the database is away.
        environment["NEWSLETTER_DATABASE_URL"] = database if came else NOWHERE
        came.append(run("bounces", "receive", f"--to={to}", stdin=raw).exit_code)
        return came[-1]

    with postfix.running(relay=readers_server.port, command=newsletter) as port:
        issue_id = send(engine, settings, port)
        say_that_they_are_away(readers_server, port)
        wait_for(lambda: came.count(0) >= FAILED + len(AWAY))

    # What Postfix was asked to keep came again, and nothing else did.
    assert Counter(came) == {75: 1, 0: FAILED + len(AWAY)}
    check(engine, issue_id)


def test_what_comes_back_into_a_mailbox(
    engine: Engine, settings: Settings, readers_server: Relay
) -> None:
    with (
        dovecot.running() as mailbox,
        postfix.running(relay=readers_server.port, maildir=mailbox.maildir) as port,
    ):
        issue_id = send(engine, settings, port)
        say_that_they_are_away(readers_server, port)
        wait_for(lambda: len(mailbox.messages()) == FAILED + len(AWAY))

        tally = Poller(Mailbox(mailbox.url())).poll(
            engine, factories.KEYS, stop=threading.Event()
        )
        left = mailbox.messages()

    assert (tally.taken, tally.left) == (FAILED, len(AWAY))
    assert len(left) == len(AWAY)
    assert all(b"Auto-Submitted: auto-replied" in each for each in left)
    check(engine, issue_id)
