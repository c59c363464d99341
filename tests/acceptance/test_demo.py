"""The whole program as a newcomer meets it: one command, four mailboxes, Ctrl-C."""

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests import programs
from tests.programs import Program

pytestmark = pytest.mark.slow

LETTER = re.compile(r'src="/demo/mail/([0-9a-f]{32})\.html"')
LEAVE = re.compile(r'class="button" href="(http://[^"]+/u/[a-z2-7]+)"')


@contextmanager
def running(folder: Path, port: int) -> Iterator[Program]:
    inherited = dict(os.environ)  # noqa: TID251  # for a child
    demo = ("demo", "--port", str(port))
    with programs.running(*demo, environment=inherited, folder=folder) as program:
        yield program


def page_with_four_letters(port: int) -> str:
    until = time.monotonic() + programs.PATIENCE
    while time.monotonic() < until:
        try:
            page = httpx2.get(f"http://127.0.0.1:{port}/demo?in=en", timeout=60).text
        except httpx2.TransportError:
            page = ""
        if len(LETTER.findall(page)) == 4:
            return page
        time.sleep(0.2)
    raise AssertionError("the letters did not arrive")


def stopped(program: Program) -> str:
    """Press Ctrl-C; return what was printed once the program has ended in order."""
    program.send_signal(signal.SIGINT)
    printed, complaints = program.communicate()
    assert program.returncode == 0, complaints
    return printed + complaints


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        number: int = door.getsockname()[1]
        return number


def test_four_readers_get_the_letter_one_leaves_and_the_next_run_continues(
    tmp_path: Path, port: int
) -> None:
    with running(tmp_path, port) as process:
        page = page_with_four_letters(port)
        leave = LEAVE.findall(page)[2]
        looked = httpx2.get(leave)
        still_there = "unsubscribed</span>" not in page_with_four_letters(port)
        left = httpx2.post(leave, data={"confirm": "1"})
        gone = "unsubscribed</span>" in page_with_four_letters(port)
        first = stopped(process)
    assert (looked.status_code, left.status_code) == (200, 200)
    assert still_there
    assert gone
    assert f"http://localhost:{port}/demo" in first
    assert "Traceback" not in first

    with running(tmp_path, port) as process:
        again = page_with_four_letters(port)
        second = stopped(process)

    assert LETTER.findall(again) == LETTER.findall(page)
    assert len(list(tmp_path.glob("data/demo/mailbox/*.eml"))) == 24
    assert login_of(second) == login_of(first)


def login_of(printed: str) -> str:
    found = re.search(r"Log in at .*", printed)
    assert found is not None, printed
    return found[0]
