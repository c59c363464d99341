"""The relays that benchmarks send to: our own sink, or Postfix's where it is there."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import sink
from benchmarks.sink import Manner

ROOT = Path(__file__).parents[1]
_PATH = f"{os.defpath}:/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True)
class Sink:
    """A relay that is running."""

    port: int
    process: "subprocess.Popen[str]"

    def counts(self) -> dict[str, Any]:
        """Return what came in so far, see `sink.Counts`; only our own sink counts."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("\n")
        stdin.flush()
        found: dict[str, Any] = json.loads(stdout.readline())
        return found


def tool(name: str) -> str | None:
    """Return where one of Postfix's own tools is, if it is installed."""
    return shutil.which(name, path=_PATH)


@contextmanager
def ours(manner: Manner | None = None) -> Iterator[Sink]:
    """Run our own sink."""
    process = subprocess.Popen(
        sink.command(manner or Manner()),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Sink(int(process.stdout.readline()), process)
        finally:
            process.stdin.close()  # which ends it
            process.wait(10)


@contextmanager
def postfix() -> Iterator[Sink]:
    """Run Postfix's smtp-sink, which is C and offers PIPELINING."""
    program = tool("smtp-sink")
    if program is None:
        raise SystemExit("smtp-sink is not installed: use --sink ours")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    unprivileged = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [program, *unprivileged, f"127.0.0.1:{port}", "256"]
    with subprocess.Popen(command, text=True) as process:
        try:
            _wait(process, port)
            yield Sink(port, process)
        finally:
            process.terminate()
            process.wait(10)


def default() -> str:
    """Name the sink that is not ours, where it is installed."""
    return "postfix" if tool("smtp-sink") else "ours"


def running(name: str) -> AbstractContextManager[Sink]:
    """Run `ours` or `postfix`."""
    return postfix() if name == "postfix" else ours()


def _wait(process: "subprocess.Popen[str]", port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit("smtp-sink does not listen")
