"""Too much of an issue comes back: it stops, says why, and nobody pays for it."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from newsletter import db, i18n, incoming, issues, jobs
from newsletter.bounces import Effect
from newsletter.config import Settings
from newsletter.models import Bounce, Issue, IssueState
from newsletter.smtp.outcomes import Fault
from subscribers.models import Suppression
from tests import factories
from tests.newsletter.sending.sent import an_issue, report, rows, run
from tests.relay import Received, Relay, Script

UNKNOWN = "550 5.1.1 no such user"
FULL = "552 5.2.2 mailbox full"
BLOCKED = "550 5.7.1 message blocked: poor reputation of the sender"


@pytest.fixture
def returning(settings: Settings, relay: Relay) -> Settings:
    """Settings of an issue that goes to everybody at once and whose failures return."""
    values = {
        "smtp_url": relay.url,
        "gentle_start": 0,
        "bounce_address": "b+{token}@bounce.example.org",
    }
    return settings.model_copy(update=values)


def suppressed(engine: Engine) -> int:
    with db.reading(engine) as session:
        return len(session.exec(select(Suppression)).all())


def refuse(relay: Relay, addresses: Sequence[str], reply: str) -> None:
    for address in addresses:
        relay.scripts[address] = Script(rcpt=[reply])


def resume(engine: Engine, issue_id: int) -> Issue:
    with db.writing(engine) as session:
        issue = issues.get_issue(session, issue_id)
        issues.resume(session, issue, now=db.now(session))
        return issue


def comes_back(engine: Engine, mail: Received, reply: str) -> Effect:
    """Let a letter that was accepted come back to where it came from."""
    bounce = EmailMessage()
    bounce["From"] = "MAILER-DAEMON@mx.example.net"
    bounce["To"] = mail.sender
    bounce["Subject"] = "Undelivered Mail Returned to Sender"
    bounce["Message-ID"] = f"<{mail.recipient}>"
    bounce.set_content(f"<{mail.recipient}>: host mx.example.net said: {reply}\n")
    return _receive(engine, bounce)


def complains(engine: Engine, mail: Received) -> Effect:
    arf = (
        b"From: fbl@example.net\r\nTo: " + mail.sender.encode() + b"\r\n"
        b"Message-ID: <fbl" + mail.recipient.encode() + b">\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n"
        b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nThis is a report.\r\n"
        b"--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        b"Feedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n\r\n--b--\r\n"
    )
    return _receive(engine, arf)


def _receive(engine: Engine, mail: EmailMessage | bytes) -> Effect:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    with db.writing(engine) as session:
        now = db.now(session)
        return incoming.receive(session, factories.KEYS, raw, now=now).effect


@pytest.mark.parametrize(
    ("reply", "failure", "ends"),
    [(UNKNOWN, "hard", True), (FULL, "soft", False), (BLOCKED, "policy", False)],
)
def test_a_refusal_while_sending_does_what_its_words_say(
    engine: Engine,
    returning: Settings,
    relay: Relay,
    reply: str,
    failure: str,
    ends: bool,
) -> None:
    an_issue(engine, 3)
    refuse(relay, ["fr1@example.org"], reply)

    run(engine, returning)

    assert suppressed(engine) == int(ends)
    with db.reading(engine) as session:
        found = session.exec(select(Bounce)).all()
    # What is our fault stops the issue, and is held against nobody.
    expected = [] if failure == "policy" else [(failure, "smtp")]
    assert [(row.failure, row.source) for row in found] == expected
    if failure == "policy":
        assert rows(engine, reason=Fault.POLICY)


def test_three_percent_of_unknown_readers_pause_it_within_the_first_five_hundred(
    engine: Engine, returning: Settings, relay: Relay
) -> None:
    readers = 500
    issue_id = an_issue(engine, readers)
    unknown = [f"fr{number}@example.org" for number in range(0, readers, 34)]
    refuse(relay, unknown, UNKNOWN)

    run(engine, returning)

    found = report(engine, issue_id)
    assert len(unknown) == 15  # 3 % of them
    assert found.state is IssueState.PAUSED
    said = i18n.retold(found.paused_because, "en")
    assert "addresses of this list do not exist any more" in said
    assert found.states["queued"] > 0
    # Exactly those that the mail server does not know.
    refused = len(rows(engine, state="rejected"))
    assert suppressed(engine) == refused
    assert 11 <= refused <= 15


def test_resuming_overrules_that_stop_for_this_issue_and_no_other(
    engine: Engine, returning: Settings, relay: Relay
) -> None:
    first = an_issue(engine, 60)
    refuse(relay, [f"fr{number}@example.org" for number in range(40)], UNKNOWN)
    run(engine, returning)
    assert report(engine, first).state is IssueState.PAUSED

    issue = resume(engine, first)
    run(engine, returning)

    assert issue.tolerated == ["unknown readers"]
    assert report(engine, first).state is IssueState.SENT
    second = an_issue(engine, 40, language="nl")
    refuse(relay, [f"nl{number}@example.org" for number in range(40)], UNKNOWN)
    run(engine, returning)
    assert report(engine, second).state is IssueState.PAUSED


def test_twenty_letters_that_come_back_for_reasons_of_trust_pause_it(
    engine: Engine, returning: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 40)
    relay.scripts["fr39@example.org"] = Script(rcpt=["451 4.7.1 later"])
    run(engine, returning)
    said = "550 5.7.26 this mail has been blocked because it is unauthenticated"

    effects = [comes_back(engine, mail, said) for mail in relay.messages[:20]]

    found = report(engine, issue_id)
    assert effects == [Effect.NOTHING] * 20
    assert (found.state, suppressed(engine)) == (IssueState.PAUSED, 0)
    assert i18n.retold(found.paused_because, "en").startswith("20 letters came back")
    assert resume(engine, issue_id).tolerated == ["not trusted"]
    assert comes_back(engine, relay.messages[20], said) is Effect.NOTHING
    assert report(engine, issue_id).state is IssueState.SENDING


def test_complaints_of_three_in_a_thousand_pause_it_and_end_only_their_own(
    engine: Engine, returning: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 40)
    relay.scripts["fr39@example.org"] = Script(rcpt=["451 4.7.1 later"])
    run(engine, returning)

    first = complains(engine, relay.messages[0])
    assert report(engine, issue_id).state is IssueState.SENDING
    second = complains(engine, relay.messages[1])

    found = report(engine, issue_id)
    assert (first, second) == (Effect.SUPPRESSED, Effect.SUPPRESSED)
    assert (found.state, suppressed(engine)) == (IssueState.PAUSED, 2)
    said = i18n.retold(found.paused_because, "en")
    assert said.startswith("2 readers called this letter spam")


def test_what_comes_back_twice_pauses_nothing_sooner(
    engine: Engine, returning: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 15)
    relay.scripts["fr14@example.org"] = Script(rcpt=["451 4.7.1 later"])
    run(engine, returning)

    mail = relay.messages[0]
    effects = [comes_back(engine, mail, "550 5.7.1 blocked") for _ in range(25)]

    assert effects == [Effect.NOTHING, *[Effect.KNOWN] * 24]
    assert report(engine, issue_id).state is IssueState.SENDING


def test_an_issue_stopped_before_it_began_keeps_what_was_overruled(
    engine: Engine,
) -> None:
    with db.writing(engine) as session:
        now = db.now(session)
        issue = factories.make_issue(
            session,
            state=IssueState.SCHEDULED,
            send_at=now + timedelta(hours=1),
        )
        issues.pause(session, issue, because="Too much.", by="complaints")

        issues.resume(session, issue, now=now)

        assert issue.state is IssueState.SCHEDULED
        assert (issue.paused_by, issue.tolerated) == ("", ["complaints"])


def test_two_senders_hold_each_refusal_against_its_reader_once(
    engine: Engine, returning: Settings, relay: Relay
) -> None:
    issue_id = an_issue(engine, 80)
    refused = [f"fr{number}@example.org" for number in range(0, 80, 9)]
    refuse(relay, refused, UNKNOWN)
    relay.delay = 0.02
    jobs.start_due_issues(engine, returning, holder="test")

    senders = [
        threading.Thread(
            target=jobs.send_due,
            args=(engine, returning),
            kwargs={"stop": threading.Event()},
        )
        for _ in range(2)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    found = report(engine, issue_id)
    assert found.states["rejected"] == len(refused) == 9
    assert (found.state, suppressed(engine)) == (IssueState.SENT, 9)
    with db.reading(engine) as session:
        about = [row.delivery_id for row in session.exec(select(Bounce))]
    assert len(about) == len(set(about)) == 9
