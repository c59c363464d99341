"""Whatever a server or a message does wrong, nothing is lost and others go on."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from newsletter.bounces import Effect
from newsletter.config import Mailbox
from newsletter.errors import MailboxUnavailable
from newsletter.incoming import Poller, Tally, mailboxes, resting
from tests import factories, maildrop
from tests.conftest import Run
from tests.maildrop import Maildrop
from tests.newsletter.incoming.test_poll import REPLY, effects, poll, reports

KEYS = factories.KEYS
NEVER = threading.Event()


@contextmanager
def saying(*answers: bytes) -> Iterator[int]:
    """A server that says one thing after each line it hears, then nothing more."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError), door.accept()[0] as line:
            heard = line.makefile("rb")
            for number, answer in enumerate(answers):
                tag = heard.readline().split()[0] if number else b""
                line.sendall(answer.replace(b"TAG", tag))
            heard.read()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield door.getsockname()[1]
    finally:
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join()


def test_pop3_deletes_what_is_kept_and_leaves_the_rest(engine: Engine) -> None:
    drop = Maildrop([*reports(engine, 2), REPLY])

    with maildrop.serving(drop):
        poller = Poller(Mailbox(drop.url))
        first = poller.poll(engine, KEYS, stop=NEVER)
        second = poller.poll(engine, KEYS, stop=NEVER)

    assert (first, second) == (Tally(taken=2, left=1), Tally())
    assert drop.messages == [REPLY]
    assert effects(engine) == [Effect.SUPPRESSED] * 2


def test_pop3_gives_again_what_it_never_heard_was_done(engine: Engine) -> None:
    drop = Maildrop(reports(engine, 2), at_quit="drop")

    with maildrop.serving(drop):
        with pytest.raises(MailboxUnavailable):
            poll(engine, drop.url)
        assert len(drop.messages) == 2
        drop.at_quit = ""
        poll(engine, drop.url)

    assert drop.messages == []
    assert effects(engine) == [Effect.SUPPRESSED] * 2


def test_a_message_that_is_refused_keeps_none_waiting(engine: Engine) -> None:
    drop = Maildrop(reports(engine, 3), faults={1: "refuse"})

    with maildrop.serving(drop):
        tally = poll(engine, drop.url)

    assert (tally.taken, tally.troubled) == (2, 1)
    assert len(drop.messages) == 1


def test_a_message_that_breaks_the_line_keeps_none_waiting_for_long(
    engine: Engine,
) -> None:
    drop = Maildrop(reports(engine, 3), faults={1: "drop"})

    with maildrop.serving(drop):
        poller = Poller(Mailbox(drop.url))
        with pytest.raises(MailboxUnavailable):
            poller.poll(engine, KEYS, stop=NEVER)
        tally = poller.poll(engine, KEYS, stop=NEVER)

    assert (tally.taken, tally.troubled) == (2, 1)
    assert len(drop.messages) == 1


def test_of_a_message_that_says_it_is_huge_the_beginning_is_asked_for(
    engine: Engine,
) -> None:
    drop = Maildrop(reports(engine, 1), faults={1: "huge"})

    with maildrop.serving(drop):
        poll(engine, drop.url)

    assert [each for each in drop.asked if each.startswith(("RETR", "TOP"))] == [
        "TOP 1 14285"
    ]
    assert effects(engine) == [Effect.SUPPRESSED]


def test_lines_of_any_length_come_whole(engine: Engine) -> None:
    (report,) = reports(engine, 1)
    drop = Maildrop([report + b"\r\n..dots\r\n" + b"x" * 200_000])

    with maildrop.serving(drop):
        poll(engine, drop.url)

    assert effects(engine) == [Effect.SUPPRESSED]


def test_no_more_than_so_many_are_taken_in_a_visit(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "MOST", 2)
    drop = Maildrop([REPLY, *reports(engine, 3)])

    with maildrop.serving(drop):
        poller = Poller(Mailbox(drop.url))
        visits = [poller.poll(engine, KEYS, stop=NEVER) for _ in range(2)]

    assert visits == [Tally(taken=1, left=1, is_complete=False), Tally(taken=2)]


def test_a_poll_ends_between_two_messages_when_it_is_told_to(
    sqlite_engine: Engine,
) -> None:
    drop, stop = Maildrop(reports(sqlite_engine, 2)), threading.Event()
    stop.set()

    with maildrop.serving(drop):
        tally = Poller(Mailbox(drop.url)).poll(sqlite_engine, KEYS, stop=stop)

    assert tally == Tally(is_complete=False)
    assert len(drop.messages) == 2


def test_a_refused_log_in_is_one_sentence_without_the_password(
    sqlite_engine: Engine,
) -> None:
    drop = Maildrop([], at_login="-ERR [AUTH] sesame is wrong,\x1b[31m bounces")

    with maildrop.serving(drop), pytest.raises(MailboxUnavailable) as refused:
        poll(sqlite_engine, drop.url)

    said = str(refused.value)
    assert said.startswith("pop3 bounces@127.0.0.1: -ERR [AUTH]")
    assert "sesame" not in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "answers",
    [
        (b"* BYE not today\r\n",),
        (b"220 this is SMTP\r\n",),
        (b"",),
        (
            b"* OK\r\n",
            b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
            b"TAG NO sesame\r\n",
        ),
        (b"* OK\r\n", b"* CAPABILITY \xff\xfe\r\nTAG OK done\r\n"),
        (b"* OK\r\n", b"TAG BAD what\r\n"),
    ],
)
def test_a_server_that_makes_no_sense_is_one_sentence(
    sqlite_engine: Engine, answers: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.incoming.imap.PATIENCE", 2.0)

    with saying(*answers) as port, pytest.raises(MailboxUnavailable) as refused:
        poll(sqlite_engine, f"imap://bounces:sesame@127.0.0.1:{port}")

    said = str(refused.value)
    assert said.startswith("imap bounces@127.0.0.1/INBOX: ")
    assert "sesame" not in said
    assert "\n" not in said


def test_more_than_was_asked_for_is_not_read(sqlite_engine: Engine) -> None:
    answers = (
        b"* OK\r\n",
        b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
        b"TAG OK done\r\n",
        b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
        b"* 1 EXISTS\r\nTAG OK [READ-WRITE]\r\n",
        b"* SEARCH 1\r\nTAG OK done\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE 9)\r\nTAG OK done\r\n",
        b"* 1 FETCH (UID 1 BODY[]<0> {9000000000}\r\n",
    )

    with saying(*answers) as port, pytest.raises(MailboxUnavailable, match="more than"):
        poll(sqlite_engine, f"imap://bounces:sesame@127.0.0.1:{port}")


def test_the_answer_about_another_message_is_not_taken_for_it(
    sqlite_engine: Engine,
) -> None:
    answers = (
        b"* OK\r\n",
        b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
        b"TAG OK done\r\n",
        b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
        b"* 2 EXISTS\r\nTAG OK [READ-WRITE]\r\n",
        b"* SEARCH 1\r\nTAG OK done\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE 9)\r\nTAG OK done\r\n",
        b"* 2 FETCH (UID 2 BODY[]<0> {4}\r\nmine)\r\nTAG OK done\r\n",
    )

    with saying(*answers) as port, pytest.raises(MailboxUnavailable, match="another"):
        poll(sqlite_engine, f"imap://bounces:sesame@127.0.0.1:{port}")


def test_a_server_that_drips_is_hung_up_on(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.incoming.imap.LONGEST_VISIT", 1.0)

    began = time.monotonic()
    with (
        saying(b"* OK\r\n", b"* CAPABILITY IMAP4rev1") as port,
        pytest.raises(MailboxUnavailable),
    ):
        poll(sqlite_engine, f"imap://bounces:sesame@127.0.0.1:{port}")

    assert time.monotonic() - began < 20


def test_a_server_that_is_away_is_left_alone_longer_each_time(
    sqlite_engine: Engine,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drop, now, asked = Maildrop([], at_login="-ERR no"), [0], []
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr(resting, "time", clock)

    with maildrop.serving(drop):
        poller = Poller(Mailbox(drop.url))
        for minute in range(30):
            now[0] = minute * 60
            drop.asked.clear()
            poller.poll_if_rested(sqlite_engine, KEYS, stop=NEVER)
            asked += [minute] if drop.asked else []

    assert asked == [0, 1, 3, 7, 15, 25]
    assert all(each.levelno == logging.WARNING for each in caplog.records)
    assert "(tried again in 1 minutes)" in caplog.records[0].message


def test_a_mailbox_that_is_away_keeps_no_other_waiting(
    run: Run, engine: Engine, environment: dict[str, str]
) -> None:
    drop = Maildrop(reports(engine, 1))
    with maildrop.serving(drop):
        environment["NEWSLETTER_BOUNCE_MAILBOX"] = (
            f"imap://bounces:sesame@127.0.0.1:9 {drop.url}"
        )
        result = run("bounces", "poll", "--json")

    assert result.exit_code == 1
    assert '"taken": 1' in result.stdout
    assert "imap bounces@127.0.0.1/INBOX: " in result.stderr
    assert "sesame" not in result.output


def test_without_a_mailbox_there_is_nothing_to_poll(run: Run) -> None:
    result = run("bounces", "poll")

    assert result.exit_code == 1
    assert "NEWSLETTER_BOUNCE_MAILBOX" in result.stderr
