"""A poller that is killed, wherever it is, loses nothing and doubles nothing."""

import signal

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter.models import Bounce
from tests import dovecot, maildrop, programs
from tests.integration import line
from tests.integration.line import Line
from tests.maildrop import Maildrop
from tests.newsletter.incoming.test_poll import REPLY, reports

pytestmark = pytest.mark.slow

REPORTS = 12
IN_IMAP = [
    ("BODY.PEEK", "asked", 2),
    ("BODY.PEEK", "heard", 2),  # fetched, and not committed
    ("STORE", "asked", 2),  # committed, and not marked
    ("STORE", "answered", 2),
    ("EXPUNGE", "asked", 1),  # all is marked
    ("EXPUNGE", "answered", 1),
]
IN_POP3 = [
    ("RETR", "heard", 2),
    ("DELE", "answered", 3),
    ("QUIT", "asked", 1),
    ("QUIT", "answered", 1),
]


def poll(environment: dict[str, str], url: str, line: Line) -> int:
    """Run the command in a process of its own, and return how it ended."""
    environment = {**environment, "NEWSLETTER_BOUNCE_MAILBOX": url}
    with programs.running("bounces", "poll", environment=environment) as process:
        line.victim = process.pid
        return process.wait()


def kept(engine: Engine) -> list[tuple[int | None, str]]:
    with Session(engine) as session:
        return list(session.exec(select(Bounce.delivery_id, Bounce.effect)))


def check_nothing_is_lost(engine: Engine, there: list[bytes]) -> None:
    assert REPLY in there
    assert len(kept(engine)) + len(there) - 1 >= REPORTS


def check_the_end(engine: Engine, there: list[bytes]) -> None:
    found = kept(engine)
    assert there == [REPLY]
    assert len(found) == len({delivery for delivery, _ in found}) == REPORTS
    assert {effect for _, effect in found} == {"suppressed"}


def test_killed_over_imap(engine: Engine, environment: dict[str, str]) -> None:
    with dovecot.running() as server, line.laid(server.port, has_tags=True) as wire:
        server.put(*reports(engine, REPORTS // 2), REPLY)
        server.put(*reports(engine, REPORTS - REPORTS // 2))
        url = server.url(port=wire.port)

        for command, when, nth in IN_IMAP:
            wire.aim(command, when, nth=nth)
            assert poll(environment, url, wire) == -signal.SIGKILL, (command, when)
            check_nothing_is_lost(engine, server.messages())
        assert poll(environment, url, wire) == 0

        assert wire.kills == len(IN_IMAP)
        check_the_end(engine, server.messages())


def test_killed_over_pop3(engine: Engine, environment: dict[str, str]) -> None:
    drop = Maildrop([*reports(engine, REPORTS), REPLY])
    with maildrop.serving(drop), line.laid(drop.port, has_tags=False) as wire:
        url = drop.url.replace(str(drop.port), str(wire.port))

        for command, when, nth in IN_POP3:
            wire.aim(command, when, nth=nth)
            assert poll(environment, url, wire) == -signal.SIGKILL, (command, when)
            check_nothing_is_lost(engine, drop.messages)
        assert poll(environment, url, wire) == 0

        assert wire.kills == len(IN_POP3)
        check_the_end(engine, drop.messages)
