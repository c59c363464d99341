import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests import programs
from tests.programs import Program

PATIENCE = 120.0  # seconds, on a busy machine


@contextmanager
def _started(
    environment: dict[str, str], *words: str
) -> Iterator["subprocess.Popen[str]"]:
    """Run `newsletter …` from nothing; it is gone in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _first_line(process: "subprocess.Popen[str] | Program") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(
    environment: dict[str, str], number: signal.Signals
) -> None:
    port = _free_port()

    serving = programs.running("serve", "--port", str(port), environment=environment)
    with serving as process:
        said = _first_line(process)
        status = _healthz(port)
        process.send_signal(number)
        _, complaints = process.communicate()

    assert said == f"Newsletter listens at http://127.0.0.1:{port}"
    assert status == 200
    assert process.returncode == 0
    assert complaints == ""


@pytest.mark.slow
def test_it_starts_from_nothing(environment: dict[str, str]) -> None:
    port = _free_port()

    with _started(environment, "serve", "--port", str(port)) as process:
        said = _first_line(process)
        status = _healthz(port)
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=PATIENCE)

    assert said == f"Newsletter listens at http://127.0.0.1:{port}"
    assert status == 200
    assert (process.returncode, complaints) == (0, "")


@pytest.mark.slow
def test_a_worker_runs_until_it_is_told_to_stop(environment: dict[str, str]) -> None:
    with _started(environment, "worker") as process:
        said = _first_line(process)
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=PATIENCE)

    assert said == "The worker runs."
    assert process.returncode == 0
    assert "Traceback" not in complaints


def _healthz(port: int) -> int:
    """Ask whether it lives; once it has answered, it can also be told to stop."""
    address = f"http://127.0.0.1:{port}/healthz"
    with urlopen(address, timeout=PATIENCE) as answer:
        status: int = answer.status
        return status


@pytest.mark.slow
def test_the_demo_names_its_address_and_login_and_comes_back(tmp_path: Path) -> None:
    port = str(_free_port())
    environment = dict(os.environ)  # noqa: TID251  # for a child
    first, second = [_demo(environment, tmp_path, port) for _ in range(2)]

    assert first[0] == f"The demo is ready at http://localhost:{port}/demo"
    assert first[1].startswith(f"Log in at http://localhost:{port}/login as ")
    assert second == first
    assert (tmp_path / "data" / "demo" / "newsletter.db").exists()


def _demo(environment: dict[str, str], folder: Path, port: str) -> list[str]:
    command = [sys.executable, "-m", "newsletter", "demo", "--port", port]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(3)]
    assert _healthz(int(port)) == 200
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, complaints
    assert "Traceback" not in complaints
    return said


def test_a_busy_port_is_a_plain_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = str(door.getsockname()[1])

        serving = programs.running("serve", "--port", port, environment=environment)
        with serving as process:
            _, complaints = process.communicate()

    assert process.returncode == 1
    assert complaints == (
        f"newsletter: Port {port} is taken by another program: "
        "choose one with --port.\n"
    )


@pytest.mark.slow
def test_mail_that_comes_back_is_taken_while_it_serves(
    environment: dict[str, str],
) -> None:
    port, door = _free_port(), _free_port()
    environment["NEWSLETTER_BOUNCE_LISTEN"] = f"lmtp://127.0.0.1:{door}"

    serving = programs.running("serve", "--port", str(port), environment=environment)
    with serving as process:
        _first_line(process)
        assert _healthz(port) == 200
        with smtplib.LMTP("127.0.0.1", door) as lmtp:
            lmtp.ehlo_or_helo_if_needed()
            lmtp.mail("<>")
            code, _ = lmtp.rcpt("anne@example.org")
        process.send_signal(signal.SIGTERM)
        process.wait()

    assert code == 550
    assert process.returncode == 0
